// Loaded by `node -r`: from the first file whose path matches FAIL_AT on, every write fails with FAIL_CODE, half-done. In
// the threads that it starts, too.
const fs = require("node:fs/promises");
const threads = require("node:worker_threads");

const {writeFile} = fs;
fs.writeFile = async (file, content, ...rest) => {
  if (!new RegExp(process.env.FAIL_AT).test(String(file))) return writeFile(file, content, ...rest);
  await writeFile(file, Buffer.from(content).subarray(0, 10), ...rest);
  const code = process.env.FAIL_CODE;
  throw Object.assign(new Error(`${code}: injected, write`), {code, errno: -28, syscall: "write"});
};

threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    super(file, {...options, execArgv: [...(options?.execArgv ?? []), "-r", __filename]});
  }
};
