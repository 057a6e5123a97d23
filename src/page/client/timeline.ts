import {h} from "../../report/client/dom";
import {still} from "../../report/client/state";
import {byId} from "./elements";
import type {Page} from "./page";
import {whenWords} from "./panels/verdict-words";
import type {Session} from "./session";

export interface Timeline {
  /** Plays the moments from the start, or stops. If nothing was learnt yet, it starts the training. */
  play(): void;
  stop(): void;
  /** Goes a moment on or back. */
  step(by: 1 | -1): void;
  /** Draws the ticks of a new run. */
  renew(): void;
}

/** How many milliseconds pass from one moment to the next. */
const [PACE, STILL_PACE] = [130, 500];

/** The line of moments: a click, a drag or arrows move along it. @param rested Called when a drag ends. */
export function mountTimeline(page: Page, session: Session, rested: () => void): Timeline {
  const track = byId("track");
  let timer = 0;
  const last = () => page.run.moments.length - 1;
  const stop = () => {
    clearInterval(timer);
    page.isPlaying = false;
    page.changed();
  };
  const timeline: Timeline = {
    stop,
    play() {
      if (page.run.state !== "done") return session.teach();
      if (page.isPlaying) return stop();
      if (page.at >= last()) session.goTo(0);
      page.isPlaying = true;
      timer = window.setInterval(
        () => {
          if (page.at >= last()) return stop();
          session.goTo(Math.floor(page.at) + 1);
        },
        still.matches ? STILL_PACE : PACE,
      );
      page.changed();
    },
    step(by) {
      stop();
      session.goTo(by > 0 ? Math.floor(page.at) + 1 : Math.ceil(page.at) - 1);
      rested();
    },
    renew() {
      const {stops, batchesPerEpoch, config} = page.run;
      const apart = Math.ceil(config.epochs / 7); // how many epochs lie between two names
      byId("ticks").replaceChildren(
        ...stops.map((step, i) => {
          const isEpoch = step % batchesPerEpoch === 0;
          const epoch = step / batchesPerEpoch;
          const isNamed = isEpoch && epoch % apart === 0;
          const name = epoch === 0 ? "untrained" : epoch === apart ? `epoch ${epoch}` : String(epoch);
          const left = `${(100 * i) / Math.max(1, stops.length - 1)}%`;
          return h("div", {class: isEpoch ? "tick epoch" : "tick", style: {left}}, isNamed && h("b", {}, name));
        }),
      );
    },
  };

  const drag = ({clientX}: PointerEvent) => {
    const box = track.getBoundingClientRect();
    stop();
    session.goTo(Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * (page.run.stops.length - 1));
  };
  track.addEventListener("pointerdown", (event) => {
    track.setPointerCapture(event.pointerId);
    drag(event);
  });
  track.addEventListener("pointermove", (event) => {
    if (track.hasPointerCapture(event.pointerId)) drag(event);
  });
  track.addEventListener("pointerup", () => {
    session.goTo(Math.round(page.at));
    rested();
  });
  byId("play").addEventListener("click", timeline.play);

  const shown = () => [page.at, page.run, page.run.moments.length, page.isPlaying];
  page.onDraw(shown, () => {
    const share = `${(100 * page.at) / Math.max(1, page.run.stops.length - 1)}%`;
    byId("fill").style.width = byId("knob").style.left = share;
    track.setAttribute("aria-valuemax", String(Math.max(0, last())));
    track.setAttribute("aria-valuenow", String(Math.round(page.at)));
    track.setAttribute("aria-valuetext", whenWords(page.run, Math.round(page.at)));
    byId("play").toggleAttribute("data-on", page.isPlaying);
    byId("play").setAttribute("aria-label", page.isPlaying ? "Stop" : "Play the moments");
  });
  return timeline;
}
