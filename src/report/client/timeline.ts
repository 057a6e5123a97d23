import {h, rem, setText} from "./dom";
import {drawWhenSized} from "./sized";
import {type Moving, type Store, still} from "./state";
import {spacedStops} from "./stops";

/** How long each stop stays while playing. */
const PLAY_MS = 1500;
/** Rems that a stop's label takes, and a letter of it if it is a long one; if there is no room for all, some stops have none. */
const [LABEL, LETTER] = [2.75, 0.43];
/** If stops are nearer to each other than this many pixels, they are drawn as strokes and not as circles. */
const DENSE = 14;

export interface Timeline {
  readonly root: HTMLElement;
  toggle(): void;
  stop(): void;
}

/** The stops of a timeline, and the words about them. */
export interface Times {
  /** The last stop; the first is 0. */
  readonly last: number;
  /** The number of each stop, such as its epoch or its step. */
  readonly numbers: readonly number[];
  /** The words for a screen reader. */
  readonly words: {readonly one: string; readonly other: string; readonly many: string};
  name(stop: number): string;
  /** The small number under a stop in the current state of the page. */
  figure(stop: number): string;
}

/** The slider that controls everything: by dragging, by arrow keys, and by playing. */
export function mountTimeline<S extends Moving>(times: Times, store: Store<S>): Timeline {
  const {last, numbers, words} = times;
  const share = (stop: number) => String(last ? stop / last : 0.5);
  const playing = (on: boolean) => store.set({playing: on} as Partial<S>);
  const icon = h("span", {class: "play-icon", "aria-hidden": "true"});
  const play = h("button", {class: "play", type: "button", title: "Play (space)", onclick: () => toggle()}, icon);
  const fill = h("span", {class: "tl-fill"});
  const between = h("span", {class: "tl-span"});
  const track = h("div", {class: "tl-track"}, h("span", {class: "tl-line"}), between, fill);
  const smalls: HTMLElement[] = [];
  const stops = numbers.map((number, s) => {
    const small = h("span", {class: "tl-acc"}, times.figure(s));
    smalls.push(small);
    const mark = h(
      "div",
      {class: "tl-stop", "aria-hidden": "true", style: {"--x": share(s)}},
      h("span", {class: "tl-tick"}),
      h("span", {class: "tl-n"}, String(number)),
      small,
    );
    track.append(mark);
    return mark;
  });

  /** Says the figures, and labels those stops that have room for it, the chosen ones in any case. */
  const label = () => {
    const {stop: first, other} = store.state;
    for (const [s, small] of smalls.entries()) setText(small, times.figure(s));
    const longest = Math.max(...smalls.map(({textContent}) => textContent.length));
    const apart = (Math.max(LABEL, LETTER * longest) * rem() * Math.max(1, last)) / Math.max(1, track.clientWidth);
    const labelled = new Set(spacedStops(last, apart, other === null ? [first] : [first, other]));
    stops.forEach((mark, s) => {
      mark.classList.toggle("bare", !labelled.has(s));
    });
    track.classList.toggle("dense", track.clientWidth / Math.max(1, last) < DENSE);
  };
  drawWhenSized(track, label);

  const handle = (which: "a" | "b") => {
    const knob = h("div", {
      class: `tl-handle tl-${which}`,
      role: "slider",
      tabindex: "0",
      "aria-valuemin": String(numbers[0]),
      "aria-valuemax": String(numbers[last]),
      "aria-label": which === "a" ? words.one : words.other,
    });
    knob.append(h("span"));
    knob.addEventListener("keydown", (event) => {
      const now = which === "a" ? store.state.stop : (store.state.other ?? 0);
      const to = {
        ArrowRight: now + 1,
        ArrowUp: now + 1,
        ArrowLeft: now - 1,
        ArrowDown: now - 1,
        Home: 0,
        End: last,
        PageUp: now + 3,
        PageDown: now - 3,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      stop();
      const reached = Math.max(0, Math.min(last, to));
      if (which === "a") store.go(reached);
      else store.goOther(reached);
    });
    track.append(knob);
    return knob;
  };
  const [a, b] = [handle("a"), handle("b")];

  // dragging anywhere on the track moves the nearer handle
  let grabbed: "a" | "b" | null = null;
  const at = (x: number) => {
    const box = track.getBoundingClientRect();
    return Math.max(0, Math.min(last, ((x - box.left) / box.width) * last));
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const to = at(event.clientX);
    const {stop: first, other} = store.state;
    const onB = event.target instanceof Element && event.target.closest(".tl-b");
    grabbed = onB || (other !== null && Math.abs(to - other) < Math.abs(to - first)) ? "b" : "a";
    track.setPointerCapture(event.pointerId);
    stop();
    (grabbed === "a" ? a : b).focus({preventScroll: true});
    event.preventDefault();
  });
  track.addEventListener("pointermove", (event) => {
    if (grabbed) store.scrub(grabbed, at(event.clientX));
  });
  track.addEventListener("pointerup", (event) => {
    const to = Math.round(at(event.clientX));
    if (grabbed === "a") store.go(to);
    if (grabbed === "b") store.goOther(to);
    grabbed = null;
  });
  track.addEventListener("pointercancel", () => {
    grabbed = null;
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(timer);
    if (store.state.playing) playing(false);
  };
  const tick = () => {
    if (!track.isConnected || store.state.stop >= last) return stop();
    store.go(store.state.stop + 1);
    timer = setTimeout(tick, PLAY_MS);
  };
  const toggle = () => {
    if (store.state.playing) return stop();
    playing(true);
    if (store.state.stop < last) return tick();
    store.go(0);
    timer = setTimeout(tick, PLAY_MS);
  };

  store.on((state, changed) => {
    if (["at", "atOther", "other", "stop"].some((key) => changed.has(key as "at"))) {
      a.style.setProperty("--x", share(state.at));
      fill.style.setProperty("--x", share(state.at));
      b.hidden = between.hidden = state.other === null;
      if (state.other !== null) {
        b.style.setProperty("--x", share(state.atOther));
        between.style.setProperty("--l", share(Math.min(state.at, state.atOther)));
        between.style.setProperty("--w", String(Math.abs(state.at - state.atOther) / (last || 1)));
      }
    }
    const others: ReadonlySet<PropertyKey> = changed;
    if (others.has("view") || others.has("slices")) {
      label();
    }
    if (changed.has("stop") || changed.has("other")) label();
    const describe = (knob: HTMLElement, s: number) => {
      setText(knob.firstElementChild as Element, String(numbers[s]));
      knob.setAttribute("aria-valuenow", String(numbers[s]));
      knob.setAttribute("aria-valuetext", times.name(s));
    };
    if (changed.has("stop")) {
      describe(a, state.stop);
      stops.forEach((mark, s) => {
        mark.classList.toggle("on", s === state.stop);
      });
    }
    if (changed.has("other")) {
      if (state.other !== null) describe(b, state.other);
      stops.forEach((mark, s) => {
        mark.classList.toggle("on-b", s === state.other);
      });
    }
    if (changed.has("playing")) {
      play.classList.toggle("is-playing", state.playing);
      play.setAttribute("aria-label", state.playing ? "Pause" : "Play the training");
    }
  });
  const root = h("div", {class: "timeline", role: "group", "aria-label": words.many}, play, track);
  if (last === 0) play.hidden = true;
  if (still.matches) play.title = `Step through the ${words.many.toLowerCase()} (space)`;
  return {root, toggle, stop};
}
