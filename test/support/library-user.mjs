/** @file A program that uses the built package by its public entry alone, and prints what it got as JSON. */
import {readFileSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {
  attribute, compareRuns, defineConfig, defineProbe, EpochscopeError, listRuns, openModel, openRun, readImages, resume, run,
  saliency, sweep, watch,
} from "epochscope"; // biome-ignore format: one list

const [work, checkpoints, testImages] = process.argv.slice(2);
const save = join(work, "save");
const few = {epochs: 1, trainLimit: 600, testLimit: 60, projector: 0, save};
const got = {};

/** The code of the error that a call gives. */
async function codeOf(call) {
  try {
    await call();
    return "none";
  } catch (error) {
    return error instanceof EpochscopeError ? error.code : `${error?.name}: ${error?.message}`;
  }
}

// run: a list of probes, one's options by its name, one of our own; events or the result
const seen = [];
const counts = defineProbe({
  name: "counts",
  help: "how many test images there are",
  options: {},
  async *run({epoch, test}) {
    seen.push([epoch, test.count]);
    yield* [];
  },
});
let progress = 0;
const first = await run({
  ...{...few, name: "first", probes: ["confusion", "lime", counts], lime: {samples: "60"}},
  onProgress: (done, total) => { progress = done / total; }, // biome-ignore format: short
});
got.run = {status: first.status, epoch: first.best.epoch, probes: Object.keys(first.run.facts.probes), seen, progress};
got.limeSamples = first.run.facts.probes.lime.samples;

// a signal ends a run as "interrupted", and resume goes on with it
const stop = new AbortController();
const types = [];
for await (const event of run({...few, epochs: 2, name: "broken", probes: "confusion", signal: stop.signal})) {
  types.push(event.type);
  if (event.type === "kept" && event.epoch === 0) stop.abort();
}
got.interrupted = types.at(-1);
const broken = await openRun("broken", {save});
got.brokenStatus = await broken.status();
const resumed = await resume("broken", {save});
got.resumed = {status: resumed.status, epochs: resumed.run.metrics.map(({epoch}) => epoch)};
got.resumedStatus = await resumed.run.status();
const once = run(few);
await codeOf(async () => {
  for await (const _ of once) break;
});
got.twice = await codeOf(async () => {
  for await (const _ of once) break;
});

// openRun
const saved = await openRun("first", {save});
const {probabilities, labels, epoch} = await saved.predictions("best");
const three = await saved.images([0, 1, 2]);
const matrix = await saved.artifact("confusion", "matrix");
const followed = [];
for await (const line of saved.follow()) followed.push(line.epoch);
got.saved = {
  ...{name: saved.name, format: saved.format, epoch, rows: probabilities.length / labels.length},
  ...{images: [three.count, ...three.shape], labels: [...three.labels], plot: matrix.plot, followed},
  nothing: await saved.artifact("confusion", "gone"),
};
got.noEpoch = await codeOf(() => saved.predictions(9));
got.noRun = await codeOf(() => openRun("gone", {save}));
got.badPlace = await codeOf(() => saved.images([60]));

// openModel: a run, a file, bytes, a tfjs model, a function; all say the same
const network = await saved.model();
const answers = await network.predict(three);
const byRun = await openModel("first", {save});
const file = join(saved.path, "model", "model.json");
const byFile = await openModel(file, {classNames: network.classNames, scores: "probabilities"});
const layers = await tf.loadLayersModel(tf.io.fromMemory(artifactsOf(file)));
const byTfjs = await openModel(layers, {gradients: true});
const byFunction = await openModel(async (images) => network.predict(images), {
  ...{imageShape: network.imageShape, classNames: network.classNames},
});
const distance = async (model) => {
  const other = await model.predict(three);
  return Math.max(...other.map((p, i) => Math.abs(p - answers[i])));
};
got.models = [await distance(byRun), await distance(byFile), await distance(byTfjs), await distance(byFunction)];
const onnx = readFileSync(join(checkpoints, "net-epoch1.onnx"));
const byBytes = await openModel(onnx, {mean: [0.25], std: [0.5], gradients: true});
const byPath = await openModel(join(checkpoints, "net-epoch1.onnx"), {mean: [0.25], std: [0.5]});
const grey = {count: 1, shape: byBytes.imageShape, pixels: new Float32Array(64).fill(0.5)};
got.onnx = [await byBytes.predict(grey), await byPath.predict(grey)].map((row) => [...row].map((p) => p.toFixed(5)).join());
const ort = await import("onnxruntime-node");
const session = await (ort.default ?? ort).InferenceSession.create(onnx);
const bySession = await openModel(session, {mean: [0.25], std: [0.5], imageShape: byBytes.imageShape, scores: "logits"});
got.onnx.push([...(await bySession.predict(grey))].map((p) => p.toFixed(5)).join());
got.codes = {
  file: await codeOf(() => openModel("gone.onnx")),
  run: await codeOf(() => openModel("gone", {save})),
  bytes: await codeOf(() => openModel(new Uint8Array([1, 2, 3]))),
  function: await codeOf(() => openModel(async () => new Float32Array(1))),
  gradients: await codeOf(() => openModel(byFunction.predict, {imageShape: [1, 1, 1], classNames: ["a"], gradients: true})),
  option: await codeOf(() => run({...few, epochs: -1})),
  unknown: await codeOf(() => run({...few, epoch: 1})),
  probe: await codeOf(() => run({...few, probes: ["weather"]})),
  data: await codeOf(() => run({...few, data: "nowhere-there"})),
};

// readImages
const picture = join("test", "fixtures", "images", "rgb.png");
const read = await readImages([picture, picture], [12, 10, 3], {fit: "stretch"});
const dark = await readImages([picture], [12, 10, 3], {fit: "stretch", invert: true});
got.read = {
  ...{count: read.count, shape: read.shape, length: read.pixels.length},
  inverted: Math.max(...dark.pixels.map((v, i) => Math.abs(1 - v - read.pixels[i]))),
  missing: await codeOf(() => readImages(["gone.png"], [2, 2, 1])),
};

// attribute, saliency
const integrated = await attribute(network, three, {method: "integrated-gradients", steps: 40, target: "label", labels: three.labels});
const sums = [0, 1, 2].map((n) => integrated.values.subarray(n * 784, (n + 1) * 784).reduce((sum, v) => sum + v, 0));
const black = await network.logits({...three, pixels: new Float32Array(three.pixels.length)});
got.integrated = {
  ...{shape: integrated.shape, length: integrated.values.length, score: integrated.score, targets: [...integrated.targets]},
  // the law: the values sum to the score's difference from the empty image's
  misses: sums.map((sum, n) => Math.abs(sum - (integrated.outputs[n] - black[n * 10 + integrated.targets[n]]))),
};
const into = new Float32Array(3 * 784);
const occlusion = await attribute(byFunction, three, {method: "occlusion", target: [1, "2", 3], into});
got.occlusion = {isInto: occlusion.values === into, targets: [...occlusion.targets], score: occlusion.score};
got.attributeCodes = [
  await codeOf(() => attribute(byFunction, three, {method: "gradient"})),
  await codeOf(() => attribute(network, three, {method: "gradient", steps: 3})),
  await codeOf(() => attribute(network, three, {method: "magic"})),
  await codeOf(() => attribute(network, three, {target: "eleven"})),
  await codeOf(() => attribute(network, three, {signal: AbortSignal.abort(new RangeError("enough"))})),
];
const maps = await saliency(network, three, {target: "label", labels: three.labels});
const slope = await network.inputGradient(three, three.labels);
got.saliency = Math.max(...maps.gradient.map((g, i) => Math.abs(g - slope[i])));

// sweep, listRuns, compareRuns
const swept = await sweep({...few, over: {learningRate: [0.001, 0.004]}, seeds: [7]});
got.sweep = swept.runs.map(({facts}) => [facts.name, facts.seed, facts.options.learningRate, facts.sweep]);
const again = await sweep({...few, over: {learningRate: [0.001, 0.004]}, seeds: [7]});
got.sweptAgain = again.runs.map(({facts}, n) => facts.startedAt === swept.runs[n].facts.startedAt);
got.badSweep = await codeOf(() => sweep({...few, over: {weather: [1]}}));
const listed = await listRuns({save, where: "seed = 7", sort: "name"});
got.listed = listed.map(({name, testAccuracy, sweep: of}) => [name, typeof testAccuracy, of]);
got.badWhere = await codeOf(() => listRuns({save, where: "weather > 1"}));
const compared = await compareRuns(swept.runs[0], [swept.runs[1]]);
got.compared = [compared.schema, compared.base.run, compared.runs[0].images];
got.compareNone = await codeOf(() => compareRuns(swept.runs[0], []));

// watch
const watched = await watch(checkpoints, {
  ...{data: testImages, once: true, mean: "0.25", std: "0.5", probes: ["confusion"], projector: 0, save, quietFor: 0},
});
got.watched = {status: watched.status, epochs: watched.run.metrics.map(({epoch: at}) => at), kind: watched.run.facts.kind};
got.watchNothing = await codeOf(() => watch(work, {once: true, data: testImages, save, quietFor: 0}));

got.config = defineConfig({save: "runs", run: {data: "photos"}});
for (const model of [network, byRun, byFile, byTfjs, byBytes, byPath]) await model.dispose();
console.log(JSON.stringify(got));
process.exit(0);

function artifactsOf(path) {
  const {modelTopology, weightsManifest} = JSON.parse(readFileSync(path, "utf8"));
  const weights = readFileSync(join(path, "..", "weights.bin"));
  const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength);
  return {modelTopology, weightSpecs: weightsManifest.flatMap((group) => group.weights), weightData};
}
