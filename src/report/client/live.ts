import type {RunProgress} from "../../pipeline/record/run-progress";
import type {ReportFile} from "../report-file";
import {type App, mountApp} from "./app";
import type {Data} from "./data";
import {decode} from "./decode";
import {h} from "./dom";
import type {Live} from "./state";

/**
 * Follows a run while it trains: each time the server says that something was written, it fetches the data and builds
 * the page again in the reader's current state. A reader who was at the last epoch sees the new last epoch. In between
 * it shows the progress of the training, and finally that the training has ended; then it stops asking. If the server
 * cannot read the run, or does not answer, the page says so and keeps showing the earlier data.
 */
export function follow(first: App, data: Data): void {
  let app = first;
  let shown = data;
  let known = 0;
  let live: Live | null = null;
  const source = new EventSource("events");
  const refresh = async () => {
    const serial = ++known;
    const [file, bytes] = await Promise.all([
      fetch("run.json").then((response) => response.json() as Promise<ReportFile>),
      fetch("run.bin").then((response) => response.arrayBuffer()),
    ]);
    if (serial !== known) return; // a newer one is on its way
    const next = decode(file, bytes);
    const {stop, other, image, selection, slices, view, sample} = app.store.state;
    const {scrollX, scrollY} = window;
    const atEnd = stop === app.last;
    app.dispose();
    // there may be other epochs now, because the page carries only a sample of a long run
    const same = (s: number) => nearest(next.epochs, shown.epochs[s]);
    const where = sample < 0 ? {view} : {view, sample};
    const place = app.last < 0 ? {} : {stop: atEnd ? next.last : same(stop), image, selection, slices, ...where};
    app = mountApp(next, {...place, ...(other === null ? {} : {other: same(other)})});
    app.store.set({live});
    shown = next;
    scrollTo(scrollX, scrollY);
    Object.assign(window, {epochscope: {current: app}});
  };
  source.addEventListener("written", () => {
    refresh().catch(() => tell("The server's answer could not be read; this page shows the run as it was before."));
  });
  const hear = (next: Live) => {
    live = next;
    app.store.set({live});
  };
  source.addEventListener("progress", ({data: told}: MessageEvent<string>) =>
    hear({kind: "training", ...(JSON.parse(told) as RunProgress)}),
  );
  source.addEventListener("ended", ({data: told}: MessageEvent<string>) => {
    const end = JSON.parse(told) as {readonly epoch: number; readonly epochs: number};
    hear({kind: "ended", ...end});
    if (end.epoch >= end.epochs) source.close(); // nothing more will come; a run that was stopped may be continued
  });
  source.addEventListener("trouble", ({data: words}: MessageEvent<string>) =>
    tell(`The run cannot be read just now, and this page shows it as it was before. ${JSON.parse(words)}`),
  );
  source.addEventListener("error", () => tell("The server does not answer; this page shows what it sent last."));
  source.addEventListener("open", () => tell(""));
}

/** Shows a line above the page, or removes it. */
function tell(words: string): void {
  document.querySelector(".trouble")?.remove();
  if (words) document.body.prepend(h("p", {class: "trouble", role: "status"}, words));
}

/** The stop whose epoch is nearest. */
function nearest(epochs: readonly number[], epoch: number): number {
  return epochs.reduce((best, e, s) => (Math.abs(e - epoch) < Math.abs(epochs[best] - epoch) ? s : best), 0);
}
