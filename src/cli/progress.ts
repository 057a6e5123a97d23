import {inOneLine} from "../nouns/system-errors";
import {wilsonInterval} from "../numbers/intervals";
import type {ShownData, ShownEvent} from "../pipeline/run/events";
import {type Bar, plainBar, terminalBar} from "./bars";
import {epochLine} from "./epoch-line";
import {cut, wrapped} from "./fit";
import {labelWords} from "./label-words";
import {knowsLinks} from "./links";
import {percent, thousands} from "./numbers";
import {here, pageLines, placesLines} from "./run-places";
import {resumeCommandLine} from "./shell-words";
import {columns, complain, paint, say as print} from "./terminal";

/** Shows a run while it works. */
export interface Progress {
  show(event: ShownEvent): void;
  /** Shows that the run is about to stop, instead of its progress. */
  stopping(): void;
  /** Removes the bar, so that an error, or the shell, gets a line of its own. */
  stop(): void;
}

/**
 * Shows a run while it works: epochs and paths on standard output; bars, notes and errors on standard error. If both
 * are terminals, it draws bars; otherwise it prints a line at each quarter. A quiet run only shows errors.
 */
export function progressOf({quiet, verbose}: {readonly quiet: boolean; readonly verbose: boolean}): Progress {
  const isDrawn = process.stdout.isTTY === true && process.stderr.isTTY === true;
  const bar: Bar = isDrawn && !quiet ? terminalBar() : plainBar(quiet ? () => {} : complain);
  const say = quiet ? () => {} : print;
  /** Prints a line that begins with a label; further lines are indented to the same column. */
  const tell = (label: string, text: string, painted = paint.bold(label), print = say) => {
    const indent = label.length + 1;
    wrapped(text, columns() - indent).forEach((line, i) => {
      print(i === 0 ? `${painted} ${line}` : " ".repeat(indent) + line);
    });
  };
  const note = quiet ? () => {} : complain;
  let looking: readonly string[] = [];
  let isStopping = false;
  let tested = 0;
  return {
    stop: () => bar.end(),
    stopping() {
      isStopping = true;
      bar.note("stopping after the current work; Ctrl-C again stops at once");
    },
    show(event) {
      switch (event.type) {
        case "data": {
          const {doing, done, total} = event;
          bar.at(doing, done, total, []);
          if (done === total) bar.end();
          return;
        }
        case "start": {
          const {data, model, engine, path} = event;
          bar.end();
          tested = data.test.count + (data.moreTest?.count ?? 0);
          tell("data   ", `${data.name}: ${countsOf(data)}`);
          const why = model.why === undefined || model.why === "asked for" ? "" : ` (auto: ${model.why})`;
          tell("model  ", `${model.name}: ${thousands(model.parameters)} weights${why}`);
          tell("engine ", `${engine.name} (${engine.version}): ${engine.why}`);
          tell("save   ", here(path));
          say("");
          return;
        }
        case "train": {
          const {epoch, batch, batches, lossSum, correct, images} = event;
          if (isStopping) return;
          const words = [`loss ${(lossSum / images).toFixed(4)}`, `accuracy ${percent(correct / images)}`];
          bar.at(`epoch ${epoch}`, batch, batches, words, images);
          if (batch === batches) bar.end();
          return;
        }
        case "probe":
        case "probed": {
          const {epoch, probe} = event;
          looking = event.type === "probe" ? [...looking, probe] : looking.filter((name) => name !== probe);
          if (looking.length > 0 && !isStopping) bar.note(lookingLine(epoch, looking, columns()));
          return;
        }
        case "say":
          bar.end();
          tell("  note", event.line, `  ${paint.yellow("note")}`, note);
          return;
        case "refused":
          bar.end();
          complain(`  ${paint.red("error")} ${inOneLine(event.error)}`);
          return;
        case "failure":
          bar.end();
          complain(`  ${paint.red("error")} probe ${event.probe}: ${inOneLine(event.error)}`);
          if (verbose) for (const line of `${event.error.stack}`.split("\n")) complain(line);
          return;
        case "epoch":
          bar.end();
          say(epochLine(event.metrics, event.best, columns()));
          return;
        case "made":
        case "kept":
          return;
        case "labels":
          say("");
          for (const line of labelWords(event)) say(line);
          return;
        case "interrupted":
          bar.end();
          say("");
          for (const line of resumeLines(event.path, columns())) say(line);
          return;
        case "end": {
          const {best, path, lacking = []} = event;
          say("");
          say(
            `best by ${best.validationLoss === null ? "test" : "validation"} loss: epoch ${best.epoch}, test accuracy ${paint.bold(percent(best.testAccuracy))}`,
          );
          if (tested > 0) {
            const [low, high] = wilsonInterval(Math.round(best.testAccuracy * tested), tested).map(percent);
            say(`95 % interval of ${thousands(tested)} test images: ${low} to ${high}`);
          }
          for (const line of placesLines(path, columns())) say(line);
          const links = knowsLinks(process.env, process.stdout.isTTY === true);
          if (!lacking.includes("report")) for (const line of pageLines(path, columns(), links)) say(line);
          if (lacking.length > 0) tell("not whole", `${lacking.join(", ")}: see the errors above`);
          return;
        }
        default:
          event satisfies never;
      }
    },
  };
}

/** The numbers of images. The training images of a network that was trained elsewhere are not known. */
function countsOf({train, validation, test, moreTest}: ShownData): string {
  const tested = test.count + (moreTest?.count ?? 0);
  const counts = [train.count, validation.count, tested].map(thousands);
  const validated = `${counts[1]} to validate`;
  if (train.count > 0) return `${counts[0]} images to train on, ${validated}, ${counts[2]} to test`;
  return `${counts[2]} images to test${validation.count > 0 ? `, ${validated}` : ""}`;
}

/** The probes that look at the network, in one line. If there is not room for all, it says how many more there are. */
export function lookingLine(epoch: number, probes: readonly string[], columns: number): string {
  const network = epoch === 0 ? "the untrained network" : `epoch ${epoch}`;
  for (let named = probes.length; named > 0; named--) {
    const more = probes.length > named ? ` and ${probes.length - named} more` : "";
    const line = `looking at ${network}: ${probes.slice(0, named).join(", ")}${more} …`;
    if (line.length <= columns) return line;
  }
  return cut(`looking at ${network} …`, columns);
}

/** The command that continues the run; on the same line if there is room. */
function resumeLines(path: string, columns: number): string[] {
  const command = resumeCommandLine(path);
  const line = `stopped; go on with: ${command}`;
  return line.length <= columns ? [line] : ["stopped; go on with:", command];
}
