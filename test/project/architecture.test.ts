import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {circlesIn, importsOf, runsWith} from "../support/imports";

/** Each folder, and the folders it may import from besides itself. Reads downwards: nothing imports what stands above it. */
const MAY_IMPORT: {readonly [folder: string]: readonly string[]} = {
  runner: ["cli"],
  index: [
    "library",
    "run",
    "probes",
    "jobs",
    "record",
    "attribution",
    "model",
    "types",
    "nouns",
    "lime",
    "tsne",
    "plots",
    "report",
  ],
  library: [
    ...[
      "report",
      "open",
      "qa",
      "watch",
      "run",
      "probes",
      "jobs",
      "record",
      "maps",
      "data",
      "backend",
      "attribution",
      "model",
      "types",
    ],
    ...["nouns", "lime", "tsne", "plots"],
  ],
  cli: [
    ...[
      "page",
      "report",
      "plan",
      "many",
      "handed",
      "tasks",
      "open",
      "qa",
      "trials",
      "watch",
      "run",
      "probes",
      "jobs",
      "record",
      "training",
      "attribution",
      "maps",
      "model",
      "backend",
    ],
    ...["data", "types", "numbers", "nouns", "engine", "lime", "tsne", "plots", "escape"],
  ],
  page: [
    ...["report", "record", "training", "attribution", "model", "data", "numbers", "nouns"],
    ...["engine", "graph", "lime", "tsne", "plots"],
  ],
  tasks: ["report", "many", "handed", "jobs", "record", "maps", "types", "nouns", "tsne", "plots"],
  report: ["qa", "trials", "record", "types", "numbers", "nouns", "plots", "escape"],
  plan: ["watch", "run", "probes", "jobs", "record", "training", "model", "data", "types", "nouns", "plots"],
  many: [...["run", "probes", "jobs", "record", "attribution", "data", "numbers", "nouns", "engine", "lime"]],
  handed: ["run", "jobs", "record", "model", "types", "nouns"],
  open: ["watch", "run", "record", "model", "backend", "data", "nouns"],
  trials: ["run", "record", "training", "data", "numbers", "nouns", "plots"],
  qa: ["watch", "record", "model", "backend", "data", "numbers", "nouns", "onnx", "lime", "plots"],
  watch: [...["run", "jobs", "record", "model", "backend", "data", "types", "numbers", "nouns", "onnx"]],
  run: [
    ...["probes", "jobs", "record", "training", "attribution", "maps", "model", "backend", "data", "types"],
    ...["numbers", "nouns", "engine", "graph", "lime", "plots"],
  ],
  probes: ["jobs", "attribution", "maps", "data", "types", "numbers", "nouns", "lime", "tsne", "plots"],
  attribution: ["numbers", "nouns", "lime"],
  types: ["jobs", "nouns", "plots"],
  jobs: ["maps", "nouns", "tsne", "plots"],
  maps: ["nouns", "tsne"],
  record: ["types", "numbers", "nouns", "plots", "escape"],
  training: ["model", "data", "types", "nouns", "engine"],
  model: ["nouns", "engine", "graph", "onnx"],
  backend: ["nouns", "engine"],
  data: ["nouns", "escape"],
  engine: [],
  graph: [],
  lime: [],
  tsne: [],
  onnx: [],
  numbers: ["lime"],
  nouns: [],
  plots: ["escape"],
  escape: [],
};

function folderOf(file: string): string {
  const path = file.replace(/\.ts$/, "").split("/");
  if (path[0] === "runner") return "runner";
  if (path.length === 2) return "index"; // what others import
  if (path[1] !== "pipeline") return path[1];
  if (path[2] === "types") return "types";
  if (/^watch\b/.test(path[2])) return "watch";
  if (/^qa\b/.test(path[2])) return "qa";
  if (/^trials\b/.test(path[2])) return "trials";
  return path.length > 3 ? path[2] : "run"; // pipeline/run.ts, explain.ts, … are what the program does
}

const files = [
  "runner.ts",
  ...readdirSync("src", {recursive: true, encoding: "utf8"}).map((f) => join("src", f)),
].filter((f) => f.endsWith(".ts"));

test.each(files)("%s imports only what its folder may", (file) => {
  const folder = folderOf(file);
  const allowed = [folder, ...(MAY_IMPORT[folder] ?? [])];
  for (const target of importsOf(file)) expect(allowed, `${file} → ${target}`).toContain(folderOf(target));
});

test("no file imports itself by way of others, types counted", () => {
  const circle = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
  ]);
  expect(circlesIn(circle)).toEqual([["b", "c"]]); // one that is there is found
  expect(circlesIn(new Map(files.map((file) => [file, importsOf(file)])))).toEqual([]);
});

/** Whether a file runs in a browser or in WebAssembly: such code must not use anything of Node. */
const isPage = (file: string) => file.includes("/client/") || file.endsWith("/client.ts");
const isKernel = (file: string) => /\/(engine|tsne|segmentation)\/kernels\/(?!binary)/.test(file);

test.each(files.filter(isPage))("%s, which runs in the page, has nothing of Node", (file) => {
  expect(readFileSync(file, "utf8")).not.toMatch(/"node:|require\(|process\.|console\./);
});

/** Files that a browser can run: their static imports must not lead to Node or tfjs. */
const ANYWHERE = [
  ...["src/engine/index.ts", "src/tsne/index.ts", "src/lime/index.ts", "src/numbers/index.ts", "src/graph/index.ts"],
  ...["src/pipeline/training/train.ts", "src/pipeline/training/schedule.ts"],
  ...["src/pipeline/model/zoo/plain-cnn.ts", "src/pipeline/attribution/methods/saliency.ts"],
  ...["src/page/trainer.ts", "src/page/answerer.ts", "src/page/client/main.ts", "src/page/client/worker.ts"],
];

test.each(runsWith(ANYWHERE))("%s, which runs anywhere, asks for nothing of Node or tfjs at its start", (file) => {
  const imports = [...readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type )[^;]*? from "([^".][^"]*)";/gm)];
  for (const [, name] of imports) expect(name).toMatch(/^(pure-rand\/|ml-matrix$)/); // which do so too
});

test.each(files.filter(isKernel))("%s, which becomes WebAssembly, imports kernels alone", (file) => {
  for (const target of importsOf(file)) expect(target).toMatch(/\/kernels\//);
});

/** Only these may touch the outside; everything else is a function of its arguments. */
test.each([
  ["@tensorflow/", ["backend", "graph", "model", "run", "library", "qa", "report"]],
  [
    '"node:fs',
    [
      "data",
      "record",
      "report",
      "library",
      "open",
      "plan",
      "handed",
      "run",
      "watch",
      "qa",
      "engine",
      "tsne",
      "onnx",
      "cli",
      "page",
    ],
  ],
  ["node:worker_threads", ["data", "jobs", "tasks", "engine", "tsne", "onnx"]],
  ["process.", ["runner", "cli", "engine", "tsne", "record", "backend"]], // backend: TensorFlow's log level
  ["console.", ["runner", "cli"]],
  ["Math.random(", []],
  ["Date.", ["record", "report", "data", "watch"]],
])("%s appears only in %j", (word, allowed) => {
  const server = files.filter((file) => !isPage(file) && !isKernel(file));
  const found = server.filter((file) => readFileSync(file, "utf8").includes(word)).map(folderOf);
  expect(allowed).toEqual(expect.arrayContaining([...new Set(found)]));
});
