import type {ReportFile} from "../report-file";
import {type App, mountApp} from "./app";
import {decode} from "./decode";

/**
 * Follows a run while it trains: each time the server says that something was written, the data are fetched and the page
 * mounted anew where the reader was; who looked at the last epoch goes on to the new last one.
 */
export function follow(first: App): void {
  let app = first;
  let known = 0;
  const source = new EventSource("events");
  source.addEventListener("written", async () => {
    const serial = ++known;
    const [file, bytes] = await Promise.all([
      fetch("run.json").then((response) => response.json() as Promise<ReportFile>),
      fetch("run.bin").then((response) => response.arrayBuffer()),
    ]);
    if (serial !== known) return; // a newer one is on its way
    const data = decode(file, bytes);
    const {stop, other, image, selection} = app.store.state;
    const {scrollX, scrollY} = window;
    const atEnd = stop === app.last;
    app.dispose();
    const place = app.last < 0 ? {} : {stop: atEnd ? data.last : stop, image, selection};
    app = mountApp(data, {...place, ...(other === null ? {} : {other})});
    scrollTo(scrollX, scrollY);
    Object.assign(window, {epochscope: {current: app}});
  });
}
