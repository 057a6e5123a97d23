/**
 * @file The first code of the process in which a model is tried (trial.ts), and of the thread in it that watches its memory:
 * while native code computes, the main thread can do nothing.
 */
const {isMainThread, Worker, workerData} = require("node:worker_threads");

/** Milliseconds between two looks: memory is taken at 5 GB/s at most, so 25 MB may come in between. */
const PAUSE = 5;

function watch({most, parent, peak}) {
  setInterval(() => {
    const bytes = process.memoryUsage.rss();
    if (bytes > peak[0]) peak[0] = bytes;
    // whoever asked has gone, or there is too much of it
    if (bytes > most || process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, PAUSE);
}

if (isMainThread) {
  const peak = new Float64Array(new SharedArrayBuffer(8));
  new Worker(__filename, {workerData: {most: Number(process.argv[2]), parent: process.ppid, peak}, execArgv: []}).unref();
  require("../tasks/typescript.cjs");
  require("./trial-model").answerTrial(peak);
} else {
  watch(workerData);
}
