/** @file The first code of a decoding thread: has Node read TypeScript, then runs `life.ts`. */
require("../../../tasks/typescript.cjs");
require("./life");
