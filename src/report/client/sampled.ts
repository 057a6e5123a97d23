import type {Data} from "./data";
import {h} from "./dom";
import {int} from "./format";

/** Says that the page carries only some epochs of a long run; null if it carries all. */
export function sampledNote(data: Data): HTMLElement | null {
  const {stops, recorded} = data.file;
  if (!(stops.length < recorded)) return null;
  return h(
    "p",
    {class: "sampled"},
    `This page carries ${int(stops.length)} of the run's ${int(recorded)} epochs: the first, the last, the best and others ` +
      "evenly between. The numbers of every epoch are in the run's folder, under artifacts.",
  );
}
