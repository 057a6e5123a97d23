import {type Options, SingleBar} from "cli-progress";

import {barLine} from "./bar-line";
import {cut} from "./fit";
import {clock, thousands} from "./numbers";
import {columns, forTerminal, paint} from "./terminal";

/** Shows how far some work is, in one line that is drawn again and again, or in several lines. */
export interface Bar {
  /** Shows `done` of `total` of the work that `label` names; the speed is computed from `images`, the number so far. */
  at(label: string, done: number, total: number, words: readonly string[], images?: number): void;
  /** Shows work whose progress cannot be measured. */
  note(words: string): void;
  end(): void;
}

const LOOK: Options = {
  // we draw the whole line: cli-progress would cut coloured text in the middle of its colour codes
  format: (_, {value, total}, state) =>
    forTerminal(barLine({...state, share: total > 0 ? value / total : 1}, columns())),
  stream: process.stderr,
  hideCursor: true,
  clearOnComplete: true,
  stopOnComplete: false,
  fps: 15,
};

export function terminalBar(): Bar {
  let bar: SingleBar | undefined;
  let label = "";
  let begun = 0;
  let imagesBefore = 0; // of an epoch gone on with
  return {
    at(what, done, total, words, images = 0) {
      if (!bar || label !== what) {
        bar?.stop();
        bar = new SingleBar(LOOK);
        [label, begun, imagesBefore] = [what, performance.now(), images];
        bar.start(total, 0, {label: what, words: [], speed: "", left: "-:--"});
      }
      const seconds = (performance.now() - begun) / 1000;
      const speed = images > imagesBefore ? `${thousands((images - imagesBefore) / seconds)} images/s` : "";
      bar.update(done, {label: what, words, speed, left: clock((seconds * (total - done)) / done)});
    },
    note(words) {
      bar?.stop();
      bar = undefined;
      process.stderr.write(`\r\x1b[2K${forTerminal(paint.dim(cut(words, columns())))}`);
    },
    end() {
      bar?.stop();
      bar = undefined;
      process.stderr.write("\r\x1b[2K");
    },
  };
}

/** Prints a line at each quarter, which suits a log file. */
export function plainBar(say: (line: string) => void): Bar {
  let label = "";
  let quarter = 0;
  let begun = 0;
  let imagesBefore = 0;
  return {
    at(what, done, total, words, images = 0) {
      if (label !== what) {
        [label, quarter, begun, imagesBefore] = [what, Math.floor((4 * (done - 1)) / total), performance.now(), images];
      }
      const reached = Math.floor((4 * done) / total);
      if (!(reached > quarter)) return;
      quarter = reached;
      const seconds = (performance.now() - begun) / 1000;
      const speed = images > imagesBefore ? [`${thousands((images - imagesBefore) / seconds)} images/s`] : [];
      say([what, `${25 * quarter}%`, ...words, ...speed].join("  "));
    },
    note() {
      label = ""; // after a pause, the speed is measured anew
    },
    end() {},
  };
}
