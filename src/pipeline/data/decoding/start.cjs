/** @file The first code of a decoding thread: it lets Node read TypeScript, then runs `life.ts`. */
require("../../../tasks/typescript.cjs");
require("./life");
