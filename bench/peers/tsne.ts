/**
 * @file Makes one embedding by a JavaScript package, ours among them: `ts-node tsne.ts PACKAGE DATA ROWS OUT THREADS`,
 * with the arguments of tsne.py.
 */
import {readFileSync, writeFileSync} from "node:fs";

import {randomSource} from "../../src/nouns/random";
import {openNeighbourhood, tsne, umap} from "../../src/tsne/index";

const [name, file, rowCount, out, threads] = process.argv.slice(2);
const rows = Number(rowCount);
const bytes = readFileSync(file);
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4); // a large file has its own buffer
const columns = values.length / rows;
const random = randomSource(0);

type Rows = number[][];
interface Packages {
  "tsne-js": new (settings: object) => {init(input: object): void; run(): void; getOutput(): Rows};
  "@keckelt/tsne": {TSNE: new (settings: object) => {initDataRaw(data: Rows): void; step(): void; getSolution(): Rows}};
  "@saehrimnir/druidjs": {TSNE: new (data: Rows, settings: object) => {transform(iterations: number): Rows}};
  "umap-js": {UMAP: new (settings: object) => {fit(data: Rows): Rows}};
}
const package_ = <N extends keyof Packages>(from: N) => require(from) as Packages[N];

const makers: {readonly [name: string]: (data: () => Rows) => Rows | Promise<Float32Array>} = {
  epochscope: async () => (await tsne({rows, columns, values}, {threads: Number(threads)})).points,
  // as `map` makes it (src/pipeline/maps/methods/tsne.ts)
  "epochscope map": async () => {
    const few = {iterations: 260, exaggerationIterations: 130, lateLearningRate: rows / 4} as const;
    const settings = {...few, radius: "best", settling: 24, threads: Number(threads)} as const;
    return (await tsne({rows, columns, values}, settings)).points;
  },
  "epochscope umap": async () => {
    const data = {rows, columns, values};
    const near = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: Number(threads)});
    return (await umap(near, data, {dimensions: 2, random})).points;
  },
  "tsne-js": (data) => {
    const model = new (package_("tsne-js"))({dim: 2, perplexity: 30, nIter: 1000, learningRate: 150});
    model.init({data: data(), type: "dense"});
    model.run();
    return model.getOutput();
  },
  "@keckelt/tsne": (data) => {
    const model = new (package_("@keckelt/tsne").TSNE)({perplexity: 30, epsilon: 10, dim: 2});
    model.initDataRaw(data());
    for (let i = 0; i < 1000; i++) model.step();
    return model.getSolution();
  },
  "@saehrimnir/druidjs": (data) =>
    new (package_("@saehrimnir/druidjs").TSNE)(data(), {perplexity: 30, d: 2, seed: 0}).transform(1000),
  "umap-js": (data) => new (package_("umap-js").UMAP)({random}).fit(data()),
};

async function main(): Promise<void> {
  const make = makers[name];
  if (!make) throw new Error(`tsne.ts: expected one of ${Object.keys(makers).join(", ")}, got ${name}`);
  const [begun, worked] = [performance.now(), process.cpuUsage()];
  const map = await make(() =>
    Array.from({length: rows}, (_, i) => [...values.subarray(i * columns, (i + 1) * columns)]),
  );
  const seconds = (performance.now() - begun) / 1000;
  const {user, system} = process.cpuUsage(worked);
  const cpuSeconds = (user + system) / 1e6;
  const points = map instanceof Float32Array ? map : Float32Array.from(map.flatMap((point) => [...point]));
  writeFileSync(out, new Uint8Array(points.buffer));
  console.log(JSON.stringify({seconds, cpuSeconds, rssMiB: process.resourceUsage().maxRSS / 1024}));
}

void main();
