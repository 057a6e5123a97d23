import {readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {softmaxRows} from "../../../src/numbers/scores";
import {metWeights} from "../../../src/numbers/tracked-weights";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readArtifactFile, readSaved} from "../../../src/pipeline/record/saved-file";
import {keptTracks, movesOf} from "../../../src/pipeline/record/tracks";
import {run} from "../../../src/pipeline/run";
import {addMoves, layerVectors} from "../../../src/pipeline/run/layer-moves";
import {runOptions} from "../../../src/pipeline/run/options";
import {temporaryFolder} from "../../support/idx-files";
import {runAll} from "../../support/small-run";

const save = join(temporaryFolder(), "save");
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));
const small = {save, probes: "confusion", epochs: 2, batchSize: 16, trainLimit: 400, testLimit: 40, projector: 0};
const tracking = {...small, track: "3,validation:8,test:20"};

test("weights that an image meets: the change, the change over the spread, and what it moved", () => {
  // three nodes, two classes; of the first weights to all classes the deviation is 1
  const first = [1, -1, 1, -1, 1, -1];
  const last = [1, -1, 3, -1, 0, -1];
  const [one, two, three] = metWeights([5, 2, 1], [first, last], 2, 0);
  expect(one).toEqual({node: 1, values: [1, 3], change: 2, overSpread: 2, activation: 2, pushed: 4});
  expect(two).toEqual({node: 2, values: [1, 0], change: -1, overSpread: -1, activation: 1, pushed: -1});
  expect([three.node, three.pushed]).toEqual([0, 0]);
});

test("tracked images are asked about within the epochs, and at their ends say what the run's answers say", async () => {
  await runAll({...tracking, name: "tracked"}, {});
  const tracks = await keptTracks(join(save, "tracked"));
  expect(tracks.map(({at}) => [at.length, at[at.length - 1]])).toEqual([
    [1, 0],
    [20, 1],
    [20, 2],
  ]);
  for (const [epoch, {logits, at, images, classes}] of tracks.entries()) {
    expect(images.map(({split, index}) => [split, index])).toEqual([
      ["train", 3],
      ["validation", 8],
      ["test", 20],
    ]);
    const path = join(save, `tracked/artifacts/confusion/matrix-epoch-00${epoch}.json`);
    const {numbers} = (await readArtifactFile(path)) as unknown as {numbers: {probabilities: Float32Array}};
    const end = logits.slice(((at.length - 1) * 3 + 2) * classes, at.length * 3 * classes);
    expect(softmaxRows(end, classes)).toBeAllClose(numbers.probabilities.slice(20 * classes, 21 * classes), {
      atol: 1e-6,
    });
  }
  const [header, ...lines] = readFileSync(join(save, "tracked/track.csv"), "utf8").trimEnd().split("\n");
  expect(header).toBe("epochs,image,split,index,file,given_label,class,logit,probability");
  expect(lines).toHaveLength(41 * 3 * 10);
  expect(readFileSync(join(save, "tracked/track-weights.csv"), "utf8").trimEnd().split("\n")).toHaveLength(31);
  expect(readFileSync(join(save, "tracked/track.png")).subarray(1, 4).toString()).toBe("PNG");
});

test("looking on changes nothing of the training, and a run that was interrupted continues with what it saw", async () => {
  await runAll({...small, name: "plain"}, {});
  const bytes = (name: string) => readFileSync(join(save, name, "model/weights.bin"));
  expect(bytes("tracked")).toEqual(bytes("plain"));
  const stop = new AbortController();
  const asked = resolveOptions(runOptions, {...tracking, name: "broken"}, "--");
  for await (const event of run(asked, {}, {signal: stop.signal})) {
    if (event.type === "train" && event.epoch === 2 && event.batch === 9) stop.abort();
  }
  await runAll(asked, {}, {resume: openRunDirectory(join(save, "broken"))});
  for (const file of ["track.csv", "track-weights.csv", "track-layers.csv"]) {
    expect(readFileSync(join(save, "broken", file), "utf8")).toBe(readFileSync(join(save, "tracked", file), "utf8"));
  }
});

test("layers move: the length of the change, of the weights before, and of a sample that stands for a large layer", () => {
  const kernels = (...values: number[]) => [
    {name: "a/kernel", shape: [1, 2], values: Float32Array.from(values)},
    {name: "a/bias", shape: [2], values: Float32Array.of(100, 100)},
    {name: "big/kernel", shape: [1 << 17, 1], values: new Float32Array(1 << 17).fill(values[0])},
  ];
  const [before, after] = [kernels(3, 4), kernels(6, 8)].map((arrays) => layerVectors(["a", "pool", "big"], arrays));
  expect(before.map(({layer, values, each}) => [layer, values.length, each])).toEqual([
    ["a", 2, 1],
    ["big", 1 << 16, 2],
  ]);
  const moves = {layers: ["a", "big"], moved: [], lengths: [], last: before};
  addMoves(moves, before, after);
  // 3 and 4 have the length 5, and as much was added; 2¹⁷ times 3 has the length 3 · 2^8.5
  const all = Math.fround(3 * 2 ** 8.5);
  expect(moves).toMatchObject({moved: [Float32Array.of(5, all)], lengths: [Float32Array.of(5, all)]});
});

test("how far the layers move within the epochs agrees with the weights that the epochs keep", async () => {
  await runAll({...tracking, name: "whole", batchSize: 400}, {}); // one batch an epoch: one look
  const kernelsAt = async (name: string, epoch: number) => {
    const path = join(save, `${name}/artifacts/layers/epoch-00${epoch}.json`);
    const {layers} = (await readSaved(path)) as {layers: {layer: string; kernel: Float32Array}[]};
    return layers;
  };
  const lengthOf = (values: ArrayLike<number>) =>
    Math.sqrt(Array.from(values, (v) => v * v).reduce((a, b) => a + b, 0));
  const looks = movesOf(await keptTracks(join(save, "whole")));
  expect(looks.map(({at}) => at)).toEqual([1, 2]);
  for (const [e, {layers, moved, lengths}] of looks.entries()) {
    const [was, is] = [await kernelsAt("whole", e), await kernelsAt("whole", e + 1)];
    expect(layers).toEqual(was.map(({layer}) => layer));
    expect(moved).toBeAllClose(
      was.map(({kernel}, n) => lengthOf(kernel.map((v, i) => is[n].kernel[i] - v))),
      {rtol: 1e-5},
    );
    expect(lengths).toBeAllClose(
      was.map(({kernel}) => lengthOf(kernel)),
      {rtol: 1e-6},
    );
  }
  // with twenty looks, the way is no shorter than the straight line, and each epoch begins where the last one ended
  const many = movesOf(await keptTracks(join(save, "tracked")));
  expect(many).toHaveLength(40);
  const [start, middle] = [await kernelsAt("tracked", 0), await kernelsAt("tracked", 1)];
  for (const [n, {kernel}] of middle.entries()) {
    const straight = lengthOf(kernel.map((v, i) => v - start[n].kernel[i]));
    expect(many.slice(0, 20).reduce((sum, {moved}) => sum + moved[n], 0)).toBeGreaterThan(straight * 0.9999);
    expect([many[20].lengths[n]]).toBeAllClose([lengthOf(kernel)], {rtol: 1e-6});
  }
  const [header, first] = readFileSync(join(save, "whole/track-layers.csv"), "utf8").split("\n");
  expect(header).toBe("epochs,layer,moved,length_before,moved_over_length");
  const [at, layer, ...figures] = first.split(",");
  expect([at, layer]).toEqual(["1", looks[0].layers[0]]);
  const [moved, length] = [looks[0].moved[0], looks[0].lengths[0]];
  expect(figures.map(Number)).toBeAllClose([moved, length, moved / length], {rtol: 1e-5});
});

test("an image that is not there is refused by its place", async () => {
  await expect(runAll({...small, track: "test:40", name: "outside"}, {})).rejects.toThrow(
    "--track test:40: expected a test image below 40, got 40",
  );
  await expect(runAll({...small, track: "best", name: "outside"}, {})).rejects.toThrow(
    "--track best: expected train:17 or test:8, got none of that name",
  );
  expect(() => resolveOptions(runOptions, {track: "3,,8"}, "--")).toThrow("3,8,test:2000");
});
