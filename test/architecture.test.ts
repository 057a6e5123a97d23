import {readdirSync, readFileSync} from "node:fs";
import {dirname, join, relative} from "node:path";
import {expect, test} from "vitest";

/** Each folder, and the folders it may import from besides itself. Reads downwards: nothing imports what stands above it. */
const MAY_IMPORT: {readonly [folder: string]: readonly string[]} = {
  runner: ["cli"],
  cli: [
    "report",
    "run",
    "probes",
    "aside",
    "record",
    "training",
    "analysis",
    "model",
    "backend",
    "data",
    "nouns",
    "engine",
    "tsne",
    "plots",
    "escape",
  ],
  report: ["record", "plots", "analysis", "nouns", "escape"],
  run: ["plots", "probes", "aside", "record", "training", "analysis", "model", "backend", "engine", "data", "nouns"],
  probes: ["aside", "analysis", "data", "nouns", "tsne", "plots"],
  aside: ["report", "plots", "record", "analysis", "tsne", "nouns"],
  record: ["plots", "nouns", "escape"],
  training: ["engine", "model", "data", "nouns"],
  analysis: ["tsne", "nouns"],
  model: ["engine", "onnx", "nouns"],
  engine: ["nouns"],
  tsne: [],
  onnx: [],
  backend: ["engine", "nouns"],
  data: ["nouns", "escape"],
  nouns: ["plots"],
  plots: ["escape"],
  escape: [],
};
const NOUNS = ["types", "random", "options", "system-errors", "json-text"];

function folderOf(file: string): string {
  const path = file.replace(/\.ts$/, "").split("/");
  if (path[0] === "runner") return "runner";
  if (path[1] !== "pipeline") return path[1];
  return path.length > 3 ? path[2] : NOUNS.includes(path[2]) ? "nouns" : /^run(-|$)/.test(path[2]) ? "run" : path[2];
}

const files = [
  "runner.ts",
  ...readdirSync("src", {recursive: true, encoding: "utf8"}).map((f) => join("src", f)),
].filter((f) => f.endsWith(".ts") && !f.includes("/kernels/") && !f.includes("/client/"));

test.each(files)("%s imports only what its folder may", (file) => {
  const folder = folderOf(file);
  const allowed = [folder, ...(MAY_IMPORT[folder] ?? [])];
  for (const [, target] of readFileSync(file, "utf8").matchAll(/(?:from|import\(|require\() ?"(\.[^"]*)"/g)) {
    expect(allowed, `${file} → ${target}`).toContain(folderOf(`${relative(".", join(dirname(file), target))}.ts`));
  }
});

/** Only these may touch the outside; everything else is a function of its arguments. */
test.each([
  ["@tensorflow/", ["backend", "model", "training", "run", "engine", "report"]],
  ['"node:fs', ["data", "record", "report", "engine", "tsne", "onnx", "cli"]],
  ["node:worker_threads", ["aside", "engine", "tsne", "onnx"]],
  ["process.", ["runner", "cli", "engine", "tsne", "record", "backend"]], // backend: TensorFlow's log level
  ["console.", ["runner", "cli"]],
  ["Math.random(", []],
  ["Date.", ["record", "report", "data"]],
])("%s appears only in %j", (word, allowed) => {
  const found = files.filter((file) => readFileSync(file, "utf8").includes(word)).map(folderOf);
  expect(allowed).toEqual(expect.arrayContaining([...new Set(found)]));
});
