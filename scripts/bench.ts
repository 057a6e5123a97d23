/** @file Runs the benchmarks of bench/, or those named: `npm run bench -- engine`. Each prints its table of ratios. */
import {readdirSync} from "node:fs";
import {join} from "node:path";

import {steps} from "./steps";

const all = readdirSync(join(__dirname, "..", "bench"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length));
const [named = "", ...rest] = process.argv.slice(2);
if (named && !all.includes(named)) {
  console.error(`bench: expected one of ${all.join(", ")}, got "${named}"`);
  process.exit(1);
}
for (const name of named ? [named] : all) steps(["ts-node", `bench/${name}.ts`, ...rest]);
