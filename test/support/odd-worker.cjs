/** @file A worker whose tasks do what a test wants: answer, throw, die, die until a file says that one has died, or work until told to stop. */
const {existsSync, writeFileSync} = require("node:fs");
const {parentPort} = require("node:worker_threads");

let waits = false;

parentPort.on("message", ({question, stop}) => {
  if (stop) {
    if (waits) parentPort.postMessage({said: [], failure: {message: "told to stop", stack: "at odd", isNotNow: true}});
    waits = false;
    return;
  }
  const {act, value, file} = question.subject;
  if (act === "die" || (act === "die once" && !existsSync(file))) {
    if (file) writeFileSync(file, "");
    process.exit(9);
  }
  if (act === "wait") {
    waits = true;
    return;
  }
  if (act === "throw") return parentPort.postMessage({said: [], failure: {message: "expected 1, got 2", stack: "at odd"}});
  parentPort.postMessage({said: [`said ${value}`], result: Uint8Array.of(value, value + 1)});
});
