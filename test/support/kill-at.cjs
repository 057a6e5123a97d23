// Loaded by `node -r`: ends the process, as `kill -9` does, at the KILL_AT-th change to the disk of the thread KILL_IN ("main"
// or "aside"): before it, when it is half done, or after it (KILL_WHEN). Without KILL_AT it writes to COUNT_TO how many there are.
const fs = require("node:fs");
const promises = require("node:fs/promises");
const threads = require("node:worker_threads");

const own = threads.isMainThread ? "main" : "aside";
const {KILL_AT, KILL_IN, KILL_WHEN, COUNT_TO} = process.env;
let count = 0;

function die() {
  process.kill(process.pid, "SIGKILL");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // nothing more happens in this thread
}

/** Whether the change at hand is the one, after those before it. */
function isIt() {
  count++;
  return KILL_AT !== undefined && own === KILL_IN && count === Number(KILL_AT);
}

for (const name of ["mkdir", "rename", "rm", "symlink", "link", "writeFile", "utimes"]) {
  const act = promises[name];
  promises[name] = async (...given) => {
    if (!isIt()) return act(...given);
    if (KILL_WHEN === "before") die();
    if (KILL_WHEN === "half" && name === "writeFile") {
      const [file, content, ...rest] = given;
      const bytes = Buffer.from(content);
      await act(file, bytes.subarray(0, Math.floor(bytes.length / 2)), ...rest);
    } else await act(...given);
    die();
  };
}
for (const name of ["appendFileSync", "mkdirSync"]) {
  const act = fs[name];
  fs[name] = (...given) => {
    if (!isIt()) return act(...given);
    if (KILL_WHEN === "before") die();
    if (KILL_WHEN === "half" && name === "appendFileSync") act(given[0], given[1].subarray(0, given[1].length >> 1));
    else act(...given);
    die();
  };
}

if (COUNT_TO) process.on("exit", () => fs.writeFileSync(`${COUNT_TO}.${own}`, `${count}`));

threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    super(file, {...options, execArgv: [...(options?.execArgv ?? []), "-r", __filename]});
  }
};
