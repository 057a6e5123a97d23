import {readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";
import {drained} from "../../../src/nouns/drained";
import {resolveOptions} from "../../../src/nouns/options";
import {normal, randomSource} from "../../../src/nouns/random";
import {cka, gramOf, unbiasedHsic} from "../../../src/numbers/cka";
import {dormancy, relativeChange, rotation} from "../../../src/numbers/layer-change";
import {openData} from "../../../src/pipeline/data/index";
import {first} from "../../../src/pipeline/data/split";
import {withKeptNetwork} from "../../../src/pipeline/kept-network";
import {readWeights} from "../../../src/pipeline/record/epoch-weights";
import type {LayerState} from "../../../src/pipeline/record/layer-state";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {GRADIENT_IMAGES} from "../../../src/pipeline/run/layers";
import {runOptions} from "../../../src/pipeline/run/options";
import {gather} from "../../../src/report/gather/index";
import {temporaryFolder} from "../../support/idx-files";
import {runAll} from "../../support/small-run";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** NumPy's numbers, HSIC over all 4-tuples: fixtures/statistics/make_layers.py. */
const oracle = JSON.parse(readFileSync("test/fixtures/statistics/layers.json", "utf8"));

test.each([0, 1, 2])("unbiased HSIC and CKA are those summed over all 4-tuples: case %i", (n) => {
  const {count, x, y, hsic, cka: value} = oracle.cka[n];
  const [k, l] = [gramOf(x, count), gramOf(y, count)];
  const ours = [unbiasedHsic(k, l, count), unbiasedHsic(k, k, count), unbiasedHsic(l, l, count)];
  expect(ours).toBeAllClose(hsic, {rtol: 1e-5, atol: 1e-6});
  if (value === null) expect(cka(k, l, count)).toBeNaN();
  else expect(cka(k, l, count)).toBeCloseTo(value, 5);
});

const random = randomSource(3);
const noise = (length: number) => Float64Array.from({length}, () => normal(random));

test("a representation is like itself, turned and scaled too, and unlike noise", () => {
  const [count, width] = [64, 20];
  const x = noise(count * width);
  const k = gramOf(x, count);
  expect(cka(k, k, count)).toBeCloseTo(1, 6);
  // a turn in the plane of the first two columns, and a scale
  const turned = x.slice();
  for (let i = 0; i < count; i++) {
    const [a, b] = [x[i * width], x[i * width + 1]];
    turned[i * width] = 0.6 * a - 0.8 * b;
    turned[i * width + 1] = 0.8 * a + 0.6 * b;
  }
  const scaled = turned.map((v) => 7 * v);
  expect(cka(k, gramOf(scaled, count), count)).toBeCloseTo(1, 5);
  // the biased estimate says about 0.27 here
  expect(Math.abs(cka(k, gramOf(noise(count * 30), count), count))).toBeLessThan(0.1);
});

test("a representation that is the same for all examples is like nothing", () => {
  const same = new Float64Array(10 * 4).fill(1);
  expect(cka(gramOf(same, 10), gramOf(noise(40), 10), 10)).toBeNaN();
});

test("change, rotation and dormancy are NumPy's", () => {
  const {before, after, activity} = oracle;
  expect(relativeChange(before, after)).toBeCloseTo(oracle.relativeChange, 12);
  expect(rotation(before, after)).toBeCloseTo(oracle.rotation, 12);
  expect(dormancy(activity)).toBeAllClose(oracle.dormancy, {rtol: 1e-9});
  expect(relativeChange([0, 0], [1, 1])).toBeNaN();
});

test("a run keeps its layers, and the page has what they came to", async () => {
  const save = join(folder, "save");
  const more = {save, name: "r", probes: "none", epochs: 2, trainLimit: 600, testLimit: 200, projector: 0};
  await runAll(more, {});
  const at = async (epoch: number) =>
    (await readSaved(join(save, `r/artifacts/layers/epoch-00${epoch}.json`))) as {layers: LayerState[]};
  const [start, middle, end] = [await at(0), await at(1), await at(2)];
  expect(start.layers.map(({layer}) => layer)).toEqual(["conv1", "conv2", "logits"]);
  const {file} = await gather(join(save, "r"));
  expect(file.layers?.epochs).toEqual([0, 1, 2]);
  const [conv1, , logits] = file.layers?.layers ?? [];
  const [a, b, c] = [start, middle, end].map(({layers}) => layers[0].kernel);
  expect(conv1.moved[2]).toBeCloseTo(relativeChange(b, c), 5);
  expect(conv1.fromStart).toEqual([
    0,
    expect.closeTo(relativeChange(a, b), 5),
    expect.closeTo(relativeChange(a, c), 5),
  ]);
  expect(conv1.likeLast[2]).toBeCloseTo(1, 6);
  expect(conv1.likeBefore[0]).toBeNull();
  expect(conv1.likeBefore[1]).toBeCloseTo(cka(start.layers[0].gram, middle.layers[0].gram, 128), 5);
  expect(logits.dead).toEqual([null, null, null]); // scores may be below 0
  expect(logits.filters).toBeNull();
  // a filter is on if its outputs are above 0, and dead if none ever is
  for (const {on, activity, rectified} of end.layers) {
    if (!rectified) continue;
    on.forEach((share, unit) => {
      expect(share > 0).toBe(activity[unit] > 0);
    });
  }
  const {filters} = conv1;
  const changes = filters?.changes.map((change) => change ?? 0) ?? [];
  expect(changes).toEqual([...changes].sort((one, other) => other - one));
});

test("the length of a layer's gradient is the slope of the loss along it, by central differences", async () => {
  const save = join(folder, "save");
  const more = {save, name: "slope", probes: "none", epochs: 1, trainLimit: 600, testLimit: 60, projector: 0} as const;
  await runAll(more, {});
  const run = join(save, "slope");
  const {layers} = (await readSaved(join(run, "artifacts/layers/epoch-001.json"))) as {layers: LayerState[]};
  const data = await drained(openData({...resolveOptions(runOptions, more, "--"), cacheFolder: join(folder, "cache")}));
  const learnt = await data.train.read(first(GRADIENT_IMAGES)); // the images whose gradient the run took
  const weights = await readWeights(run, 1);
  await withKeptNetwork(run, data, {optimizer: "adam", threads: 1}, async (network) => {
    await network.setWeights(weights);
    const gradients = await network.gradients(learnt, 0);
    const lossAt = async (layer: string, step: number, length: number) => {
      const moved = weights.map((array) => {
        const along = gradients.find(({name}) => name === array.name);
        if (!along || !array.name.startsWith(`${layer}/`)) return array;
        return {...array, values: array.values.map((value, i) => value + (step * along.values[i]) / length)};
      });
      await network.setWeights(moved);
      const logits = await network.logits(learnt);
      const losses = Array.from(learnt.labels, (label, n) => {
        const row = Array.from(logits.subarray(10 * n, 10 * n + 10));
        const most = Math.max(...row);
        return most + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - most), 0)) - row[label];
      });
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    };
    expect(layers.length).toBeGreaterThan(1);
    for (const {layer, gradient} of layers) {
      const step = 0.0002; // small: a rectifier's kinks bend the loss
      const slope =
        ((await lossAt(layer, step, gradient ?? 0)) - (await lossAt(layer, -step, gradient ?? 0))) / (2 * step);
      expect(gradient, layer).toBeGreaterThan(0);
      expect(slope / (gradient ?? 0), layer).toBeCloseTo(1, 2);
    }
  });
});
