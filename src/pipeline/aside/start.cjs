/**
 * @file The first code of the thread: has Node read TypeScript, then runs `worker.ts`. TypeScript by swc itself: ts-node
 * would load the whole compiler once more, 70 MB and a quarter of a second. This is a file, not a text to evaluate: for a
 * text, Node looks for modules and for package.json in the working folder, whose code is not ours to run.
 */
const {transformFileSync} = require("@swc/core");

const options = {
  jsc: {parser: {syntax: "typescript"}, target: "es2022"},
  module: {type: "commonjs"},
  sourceMaps: "inline",
  swcrc: false, // no .swcrc is looked for
};
require.extensions[".ts"] = (module, file) => module._compile(transformFileSync(file, options).code, file);
require("./worker");
