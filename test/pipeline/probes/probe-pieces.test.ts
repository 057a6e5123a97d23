/** @file Small parts of the probes, each by itself, with classifiers that are made up. */
import {describe, expect, test} from "vitest";

import type {LabelledImages, Split} from "../../../src/nouns/samples";
import {byteSplit} from "../../../src/pipeline/data/split";
import {activationsOf, evenly, rowsAt} from "../../../src/pipeline/probes/activations";
import {after} from "../../../src/pipeline/probes/after";
import {attention} from "../../../src/pipeline/probes/attention";
import {confusion} from "../../../src/pipeline/probes/confusion";
import {filesAt} from "../../../src/pipeline/probes/files-at";
import {probes, registerProbe} from "../../../src/pipeline/probes/index";
import {imagesALook, masksWithin, mistakesWithin} from "../../../src/pipeline/probes/look-budget";
import {mistakeMaps} from "../../../src/pipeline/probes/mistake-maps";
import {imageAt} from "../../../src/pipeline/probes/segment-explanation";
import {logitsAndActivationsOf, logitsOf} from "../../../src/pipeline/training/evaluate";
import type {Probe, ProbeContext} from "../../../src/pipeline/types";
import {artifactsOf} from "../../support/artifacts";

/** Images of one pixel whose value is their place, modulo 251. */
const numbered = (count: number): Split =>
  byteSplit(
    {shape: [count, 1, 1, 1], values: Uint8Array.from({length: count}, (_, n) => n % 251)},
    Uint16Array.from({length: count}, (_, n) => n % 3),
    [1, 1, 1],
  );
const bytes = ({pixels}: {readonly pixels: Float32Array}) => Array.from(pixels, (v) => Math.round(255 * v));
/** A layer of two units: an image's pixel, and its pixel and 1000. */
const network = {
  ...{imageShape: [1, 1, 1], classNames: ["a", "b", "c"]},
  logits: async (images: LabelledImages) => Float32Array.from(bytes(images).flatMap((v) => [v, v + 1, v + 2])),
  async forward(images: LabelledImages, layers: readonly string[], into?: Float32Array) {
    const values = Float32Array.from(bytes(images).flatMap((v) => [v, v + 1000]));
    into?.set(values);
    return layers.map((layer) =>
      layer === "logits"
        ? {layer, shape: [3], values: Float32Array.from(bytes(images).flatMap((v) => [v, v + 1, v + 2]))}
        : {layer, shape: [2], values: into ?? values},
    );
  },
} as never;

describe("activations of many images", () => {
  const places = Uint32Array.from({length: 1001}, (_, n) => n + 1);

  test("are read in parts, a row for each image, of pixels, scores or a layer", async () => {
    const layer = await activationsOf(network, numbered(1002), "l", places);
    expect([layer.rows, layer.columns]).toEqual([1001, 2]);
    expect(layer.values).toEqual(Float32Array.from([...places].flatMap((n) => [n % 251, (n % 251) + 1000])));
    const scores = await activationsOf(network, numbered(1002), "logits", places);
    expect([scores.columns, ...scores.values.subarray(3000)]).toEqual([
      3,
      1001 % 251,
      (1001 % 251) + 1,
      (1001 % 251) + 2,
    ]);
    const pixels = await activationsOf(network, numbered(1002), "pixels", places);
    expect([pixels.columns, Math.round(255 * pixels.values[1000])]).toEqual([1, 1001 % 251]);
  });

  test("of some images are copied, and all of them in their order are not", () => {
    const answer = {layer: "l", shape: [1, 2], values: Float32Array.of(0, 1, 2, 3, 4, 5)};
    expect(rowsAt(answer, Uint32Array.of(0, 1, 2)).values).toBe(answer.values);
    expect(rowsAt(answer, Uint32Array.of(2, 0))).toEqual({rows: 2, columns: 2, values: Float32Array.of(4, 5, 0, 1)});
    expect([...rowsAt(answer, Uint32Array.of(0, 2, 1)).values]).toEqual([0, 1, 4, 5, 2, 3]);
    expect([...rowsAt(answer, Uint32Array.of(0, 1)).values]).toEqual([0, 1, 2, 3]);
    expect([...evenly(4, 10)]).toEqual([0, 2, 5, 7]);
    expect([...evenly(3, 3)]).toEqual([0, 1, 2]);
  });

  test("and their scores come from one pass, into the room of an earlier one if it fits", async () => {
    const {logits, labels, activations} = await logitsAndActivationsOf(network, numbered(2001), "l");
    expect(activations.shape).toEqual([2]);
    expect(activations.values).toEqual(
      Float32Array.from(Array.from({length: 2001}, (_, n) => [n % 251, (n % 251) + 1000]).flat()),
    );
    const plain = await logitsOf(network, numbered(2001));
    expect(logits).toEqual(plain.logits);
    expect(labels).toEqual(plain.labels);
    expect(labels).toEqual(Uint16Array.from({length: 2001}, (_, n) => n % 3));
    expect([...logits.subarray(6000)]).toEqual([2000 % 251, (2000 % 251) + 1, (2000 % 251) + 2]);
    const room = new Float32Array(4002);
    expect((await logitsAndActivationsOf(network, numbered(2001), "l", room)).activations.values).toBe(room);
    const small = await logitsAndActivationsOf(network, numbered(3), "l", room);
    expect([...small.activations.values]).toEqual([0, 1000, 1, 1001, 2, 1002]);
  });
});

describe("attention", () => {
  const image = (labels: readonly number[]) => ({
    ...{count: labels.length, shape: [5, 4, 1], labels: Uint16Array.from(labels)},
    pixels: new Float32Array(20 * labels.length),
  });
  /** Two rows of two patches; each head of each layer and image looks at one token alone. */
  function context(heads: readonly number[], looksAt: (layer: number, image: number, head: number) => number) {
    const samples = image([0, 1]);
    const weights = heads.map((count, l) =>
      Float32Array.from({length: 2 * count * 16}, (_, at) => {
        const map = Math.floor(at / 16);
        return Number(at % 4 === looksAt(l, Math.floor(map / count), map % count));
      }),
    );
    const classifier = {
      ...{classNames: ["x", "y"], predict: async () => Float32Array.of(0.75, 0.25, 0.5, 0.5)},
      attention: {
        layers: heads.map((count, l) => ({layer: `l${l}`, heads: count})),
        grid: {rows: 2, columns: 2, side: 2},
        weights: async () => weights,
        headSlopes: async () => heads.map((count) => new Float32Array(2 * count).fill(0.5)),
      },
    };
    const test = {count: 9, read: async () => samples};
    return {classifier, samples, sampleIndices: Uint32Array.of(3, 4), epoch: 1, test} as unknown as ProbeContext;
  }
  type Row = {readonly label: string; readonly note?: string; readonly values: Float32Array};
  const rowsOf = async (of: ProbeContext) => {
    const [artifact] = await artifactsOf(attention, of);
    return {artifact, rows: (artifact.data as unknown as {readonly rows: readonly Row[]}).rows};
  };
  /** The pixels of a 5 x 4 image whose token is at 3 above an even share; the last row belongs to no patch. */
  const at = (token: number, value = 3) =>
    Array.from({length: 20}, (_, p) => {
      const [y, x] = [Math.floor(p / 4), p % 4];
      return y < 4 && 2 * Math.floor(y / 2) + Math.floor(x / 2) === token ? value : 0;
    });

  test("has a row for each head, with the patches that it looks at, image by image", async () => {
    const {artifact, rows} = await rowsOf(context([2, 1], (l, n, h) => (l === 0 ? 2 * n + h : 3 - n)));
    expect(rows.map(({label}) => label)).toEqual([
      ...["source", "rollout", "layer 1, head 1", "layer 1, head 2", "layer 2, head 1"],
    ]);
    expect([...rows[2].values]).toEqual([...at(0), ...at(2)]);
    expect([...rows[3].values]).toEqual([...at(1), ...at(3)]);
    expect([...rows[4].values]).toEqual([...at(3), ...at(2)]);
    expect(rows[2].note).toBe("sharp 1.00, loss 0.50");
    expect((artifact.data as unknown as {columns: unknown}).columns).toEqual(["x → x 75%", "y → x 50%"]);
  });

  test("of more than sixteen heads has a row for each layer, the mean of its heads", async () => {
    const sixteen = await rowsOf(context([8, 8], () => 0));
    expect(sixteen.rows).toHaveLength(2 + 16);
    const {rows} = await rowsOf(context([16, 1], (l, n, h) => (l === 1 ? 1 : n === 0 ? (h < 8 ? 0 : 3) : 2)));
    expect(rows.map(({label}) => label)).toEqual(["source", "rollout", "layer 1", "layer 2"]);
    // half of the looking is twice an even share
    const halves = at(0, 1).map((v, p) => v + at(3, 1)[p]);
    expect([...rows[2].values]).toEqual([...halves, ...at(2)]);
    expect([...rows[3].values]).toEqual([...at(1), ...at(1)]);
    expect(rows[2].note).toBe("sharp 1.00, loss 0.50");
  });

  test("is asked of a network that has some alone", async () => {
    expect(attention.suits?.({} as never)).toBe(false);
    expect(attention.suits?.({attention: {}} as never)).toBe(true);
    expect(await artifactsOf(attention, {classifier: {}} as never)).toEqual([]);
  });

  test("of small patches is followed in as many images as there is room for", async () => {
    const tokens = 256;
    const samples = {count: 3, shape: [16, 16, 1], labels: new Uint16Array(3), pixels: new Float32Array(3 * 256)};
    const classifier = {
      ...{classNames: ["x"], predict: async () => Float32Array.of(1, 1, 1)},
      attention: {
        ...{layers: [{layer: "l", heads: 2}], grid: {rows: 16, columns: 16, side: 1}},
        weights: async () => [new Float32Array(3 * 2 * tokens * tokens).fill(1 / tokens)],
        headSlopes: async () => [new Float32Array(6)],
      },
    };
    const given = {classifier, samples, sampleIndices: Uint32Array.of(0, 1, 2), epoch: 0, test: {count: 3}};
    const {artifact} = await rowsOf(given as never);
    const [layer] = artifact.numbers!.layers as unknown as readonly {readonly rows: Uint8Array}[];
    expect(layer.rows).toHaveLength(2 * 2 * tokens * tokens); // two images: 2 ** 18 bytes
  });
});

test("a look's budget is shared out, and no look is divided by", () => {
  expect(imagesALook(100, 2, 0)).toBe(300);
  expect(imagesALook(100, 2, 1)).toBe(300);
  expect(masksWithin(9000, 0, 500)).toBe(500);
  expect(masksWithin(undefined, 3, 500)).toBe(500);
  expect(mistakesWithin(undefined, 56)).toBe(56);
});

test("a probe that is registered again takes the place of the one of its name", () => {
  const before = [...probes];
  const probe: Probe = {name: "mine", help: "a", options: {}, async *run() {}};
  registerProbe(probe);
  expect(probes.slice(before.length)).toEqual([probe]);
  const again = {...probe, help: "b"};
  registerProbe(again);
  expect(probes.slice(before.length)).toEqual([again]);
  const confused = {...confusion, help: "c"};
  registerProbe(confused);
  expect(probes.map(({name}) => name)).toEqual([...before.map(({name}) => name), "mine"]);
  expect(probes[0]).toBe(confused);
  registerProbe(confusion);
  (probes as Probe[]).pop();
});

test("pictures are named by their epoch and their files", () => {
  expect(after(0)).not.toBe(after(1));
  expect(after(2)).toContain("2");
  expect(filesAt({files: ["a", "b", "c"]} as never, [2, 0])).toEqual({files: ["c", "a"]});
  expect(filesAt({} as never, [1])).toEqual({});
});

test("an image is cut out of several with all its channels", () => {
  const images = {count: 2, shape: [1, 2, 3] as const, pixels: Float32Array.from({length: 12}, (_, n) => n)};
  expect([...imageAt(images, 1).pixels]).toEqual([6, 7, 8, 9, 10, 11]);
  expect(imageAt(images, 0)).toMatchObject({count: 1, pixels: Float32Array.of(0, 1, 2, 3, 4, 5)});
});

test("maps of mistakes are of the answer and of the truth, or of all scores at once", async () => {
  const classifier = {
    ...{classNames: ["x", "y"], imageShape: [1, 1, 1]},
    inputGradient: async ({count, pixels}: LabelledImages, targets: ArrayLike<number> | "all") =>
      Float32Array.from({length: count}, (_, n) => (pixels[n] > 0 ? 1 : 0) * (targets === "all" ? 5 : targets[n] + 1)),
  };
  const images = {count: 1, shape: [1, 1, 1], pixels: Float32Array.of(0.5), labels: Uint16Array.of(1)};
  const maps = await mistakeMaps(classifier as never, images as never, Uint16Array.of(0), "class");
  expect(maps.map(({label, values}) => [label, values[0]])).toEqual([
    ["delta", 1],
    ["delta", 2],
    ["overlay", 0.5],
    ["overlay", 1],
  ]);
  const exigo = await mistakeMaps(classifier as never, images as never, Uint16Array.of(0), "exigo");
  expect(exigo.map(({label}) => label)).toEqual(["saliency", "delta", "overlay"]);
  expect(exigo[0].values[0]).toBe(2.5); // by images in ±1, which change twice as much
});
