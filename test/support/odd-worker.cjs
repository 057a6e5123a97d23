/** @file A worker whose tasks do what a test wants: answer, throw, die, or die until a file says that one has died. */
const {existsSync, writeFileSync} = require("node:fs");
const {parentPort} = require("node:worker_threads");

parentPort.on("message", ({question}) => {
  const {act, value, file} = question.subject;
  if (act === "die" || (act === "die once" && !existsSync(file))) {
    if (file) writeFileSync(file, "");
    process.exit(9);
  }
  if (act === "throw") return parentPort.postMessage({said: [], failure: {message: "expected 1, got 2", stack: "at odd"}});
  parentPort.postMessage({said: [`said ${value}`], result: Uint8Array.of(value, value + 1)});
});
