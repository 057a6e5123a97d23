/**
 * @file The first code of the thread: has Node read TypeScript, then runs `worker.ts`. This is a file, not a text to
 * evaluate: for a text, Node looks for modules and for package.json in the working folder, whose code is not ours to run.
 */
require("./typescript.cjs");
require("./worker");
