import {inOneLine} from "../nouns/system-errors";
import type {ShownData, ShownEvent} from "../pipeline/run/events";
import type {Progress} from "./progress";
import {complain, sayDocument} from "./terminal";

/** The most lines in each epoch that report the progress of its training. */
const STEPS = 100;

export const EVENTS_SCHEMA = "epochscope/events/1";

let isBegun = false;

/** Prints an event as a line of JSON (schema epochscope/events/1). The first event of a process names the schema. */
export function sayEvent(type: string, fields: object): void {
  const at = new Date().toISOString();
  sayDocument({...(isBegun ? {} : {schema: EVENTS_SCHEMA}), type, at, ...fields}, true);
  isBegun = true;
}

/** Reports a run in lines of JSON while it works, for another program. */
export function jsonProgress(): Progress {
  let run = "";
  let begun = {epoch: -1, at: 0, images: 0};
  let lacksReport = false;
  const tell = (type: string, fields: object) => sayEvent(type, {...(run === "" ? {} : {run}), ...fields});
  return {
    stop() {},
    stopping() {
      complain("stopping after the current work; Ctrl-C again stops at once");
    },
    show(event: ShownEvent) {
      switch (event.type) {
        case "data":
          tell("data", {doing: event.doing, done: event.done, total: event.total});
          return;
        case "start": {
          const {path} = event;
          run = path.split(/[\\/]/).at(-1) ?? path;
          const {name, parameters, why} = event.model;
          const {engine, epochs} = event;
          tell("start", {path, data: dataOf(event.data), model: {name, parameters, why}, engine, epochs});
          return;
        }
        case "train": {
          const {epoch, batch, batches, lossSum, correct, images} = event;
          if (begun.epoch !== epoch) begun = {epoch, at: performance.now(), images};
          const step = (n: number) => Math.floor((STEPS * n) / batches);
          if (batch > 1 && step(batch) === step(batch - 1)) return;
          const seconds = (performance.now() - begun.at) / 1000;
          const speed = images > begun.images ? Math.round((images - begun.images) / seconds) : null;
          const figures = {loss: lossSum / images, accuracy: correct / images};
          tell("train", {epoch, batch, batches, ...figures, imagesPerSecond: speed});
          return;
        }
        case "say":
          tell("note", {line: event.line});
          return;
        case "failure":
          if (event.probe === "report") lacksReport = true;
          tell("failure", {probe: event.probe, message: inOneLine(event.error)});
          return;
        case "refused":
          tell("failure", {probe: null, message: inOneLine(event.error)});
          return;
        case "epoch":
          tell("epoch", {metrics: event.metrics, best: event.best});
          return;
        case "kept":
          tell("kept", {epoch: event.epoch});
          return;
        case "labels":
          tell("labels", {path: event.path, asked: event.asked, agreed: event.agreed, issues: event.issues.length});
          return;
        case "interrupted":
          tell("end", {path: event.path, status: "interrupted", best: null, report: null});
          return;
        case "end": {
          const {best, lacking = []} = event;
          const report = lacksReport || lacking.includes("report") ? null : `${event.path}/report.html`;
          tell("end", {path: event.path, status: "done", best, report, lacking});
          return;
        }
        case "probe":
        case "probed":
        case "made":
          return;
        default:
          event satisfies never;
      }
    },
  };
}

function dataOf({name, digest, imageShape, classNames, train, validation, test, moreTest}: ShownData) {
  const counts = {
    train: train.count,
    validation: validation.count,
    test: test.count,
    ...(moreTest ? {moreTest: moreTest.count} : {}),
  };
  return {name, digest, imageShape, classNames, ...counts};
}
