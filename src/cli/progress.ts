import {relative} from "node:path";
import {type Options, SingleBar} from "cli-progress";

import type {RunEvent} from "../pipeline/run-events";
import type {EpochMetrics} from "../pipeline/types";
import {resumeCommandLine} from "./shell-words";
import {complain, forTerminal, paint, say as print} from "./terminal";

/** Shows a run as it goes. */
export interface Progress {
  show(event: RunEvent): void;
  /** Takes down what is drawn, so that an error stands on a line of its own. */
  stop(): void;
}

/** Bars on a terminal, like Python's rich; plain lines where the output is piped; nothing where it is to be quiet. */
export function progressOf({quiet, verbose}: {readonly quiet: boolean; readonly verbose: boolean}): Progress {
  const bar = process.stdout.isTTY && !quiet ? terminalBar() : plainBar(quiet ? () => {} : print);
  const say = quiet ? () => {} : print;
  let looking: readonly string[] = [];
  return {
    stop: () => bar.end(),
    show(event) {
      switch (event.type) {
        case "data": {
          const {doing, done, total} = event;
          bar.at(doing, done, total, "");
          if (done === total) bar.end();
          return;
        }
        case "start": {
          const {data, model, engine, path} = event;
          const counts = [data.train.count, data.validation.count, data.test.count].map(thousands);
          const share = `${counts[0]} images to train on, ${counts[1]} to validate, ${counts[2]} to test`;
          say(`${paint.bold("data")}    ${data.name}: ${share}`);
          say(`${paint.bold("model")}   ${model.name}: ${thousands(model.parameters)} weights`);
          say(`${paint.bold("engine")}  ${engine.name} (${engine.version}): ${engine.why}`);
          say(`${paint.bold("save")}    ${here(path)}`);
          say("");
          return;
        }
        case "train": {
          const {epoch, batch, batches, lossSum, correct, images} = event;
          const words = `loss ${(lossSum / images).toFixed(4)}  accuracy ${percent(correct / images)}`;
          bar.at(`epoch ${epoch}`, batch, batches, words, images);
          if (batch === batches) bar.end();
          return;
        }
        case "probe":
        case "probed": {
          const {epoch, probe} = event;
          looking = event.type === "probe" ? [...looking, probe] : looking.filter((name) => name !== probe);
          const network = epoch === 0 ? "the untrained network" : `epoch ${epoch}`;
          if (looking.length > 0) bar.note(`looking at ${network}: ${looking.join(", ")} …`);
          return;
        }
        case "say":
          bar.end();
          say(`  ${paint.yellow("note")} ${event.line}`);
          return;
        case "failure":
          bar.end();
          complain(`  ${paint.red("error")} probe ${event.probe}: ${event.error.message}`);
          if (verbose) for (const line of `${event.error.stack}`.split("\n")) complain(line);
          return;
        case "epoch":
          bar.end();
          say(summary(event.metrics, event.best));
          return;
        case "made":
        case "kept":
          return;
        case "interrupted":
          bar.end();
          say("");
          say(`stopped; go on with: ${resumeCommandLine(event.path)}`);
          return;
        case "end": {
          const {best, path} = event;
          say("");
          say(`best by validation loss: epoch ${best.epoch}, test accuracy ${paint.bold(percent(best.testAccuracy))}`);
          say(`pictures ${here(path)}/plots   numbers ${here(path)}/artifacts   model ${here(path)}/model`);
          say(`${paint.bold("the page")}  ${here(path)}/report.html`);
          return;
        }
        default:
          event satisfies never;
      }
    },
  };
}

interface Bar {
  /** `done` of `total` of what `label` names; `images` so far give the speed. */
  at(label: string, done: number, total: number, words: string, images?: number): void;
  /** What goes on that has no measure. */
  note(words: string): void;
  end(): void;
}

/** Characters of a bar. */
const BAR = 28;

const LOOK: Options = {
  format: "{label} {bar} {percentage}%  {words}  {speed}  {left} left",
  // Coloured here: cli-progress cuts a bar of coloured characters in the middle of their codes.
  formatBar: (share) =>
    forTerminal(
      paint.magenta("━".repeat(Math.round(BAR * share))) + paint.dim("━".repeat(BAR - Math.round(BAR * share))),
    ),
  hideCursor: true,
  clearOnComplete: true,
  stopOnComplete: false,
  fps: 15,
};

function terminalBar(): Bar {
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
        bar.start(total, 0, {label: forTerminal(what), words: "", speed: "", left: "-:--"});
      }
      const seconds = (performance.now() - begun) / 1000;
      const speed = images ? `${thousands((images - imagesBefore) / seconds)} images/s` : "";
      bar.update(done, {
        label: forTerminal(what),
        words: forTerminal(words),
        speed,
        left: clock((seconds * (total - done)) / done),
      });
    },
    note(words) {
      bar?.stop();
      bar = undefined;
      process.stdout.write(`\r\x1b[2K${forTerminal(paint.dim(words))}`);
    },
    end() {
      bar?.stop();
      bar = undefined;
      process.stdout.write("\r\x1b[2K");
    },
  };
}

/** A line at each quarter: what a log file should hold. */
function plainBar(say: (line: string) => void): Bar {
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
      const speed = images ? `  ${thousands((images - imagesBefore) / seconds)} images/s` : "";
      say(`${what}  ${25 * quarter}%  ${words}${speed}`);
    },
    note() {
      label = ""; // what comes after a pause has a speed of its own
    },
    end() {},
  };
}

function summary(
  {epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, testLoss, testAccuracy, seconds}: EpochMetrics,
  best: boolean,
): string {
  const part = (name: string, loss: number | null, accuracy: number | null) =>
    `${name} ${loss === null || accuracy === null ? "–".padEnd(14) : `${loss.toFixed(4)} ${percent(accuracy).padStart(7)}`}`;
  const times = `${seconds.train.toFixed(1)} s training, ${(seconds.evaluate + seconds.probes).toFixed(1)} s looking`;
  const roomy = (process.stdout.columns ?? 120) >= 118;
  const title = epoch === 0 ? "untrained" : `epoch ${epoch}`;
  return [
    paint.bold(title.padEnd(9)),
    part("train", trainLoss, trainAccuracy),
    part("validation", validationLoss, validationAccuracy),
    part("test", testLoss, testAccuracy),
    roomy ? paint.dim(times) : "",
    best ? paint.green("best") : "",
  ]
    .filter(Boolean)
    .join("  ")
    .trimEnd();
}

function here(path: string): string {
  return relative(process.cwd(), path) || ".";
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

function thousands(count: number): string {
  return Number.isFinite(count) ? Math.round(count).toLocaleString("en") : "–";
}

function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-:--";
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, "0")}`;
}
