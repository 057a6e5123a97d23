// Loaded by `node -r`: writes to WATCH_TO, a line each, what this thread does to the disk, in order: "write <file>", "sync <file or
// folder>", "rename <file>" (by the name that it gets).
const fs = require("node:fs");
const promises = require("node:fs/promises");
const threads = require("node:worker_threads");

const {open, rename, writeFile} = promises;
const tell = (line) => threads.isMainThread && fs.writeSync(log, `${line}\n`);
const log = fs.openSync(process.env.WATCH_TO, "a");

promises.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  const {sync} = file;
  file.sync = async () => {
    await sync.call(file);
    tell(`sync ${path}`);
  };
  return file;
};
promises.rename = async (from, to) => {
  await rename(from, to);
  tell(`rename ${to}`);
};
promises.writeFile = async (file, content, options) => {
  await writeFile(file, content, options);
  tell(`${options?.flush ? "sync" : "write"} ${file}`);
};
