/**
 * @file Functions of the library besides the pipeline's own steps: maps, answers to questions, attributions by channel.
 */
import {readFileSync} from "node:fs";
import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {attribute} from "../../src/library/attribute";
import {umap} from "../../src/library/maps";
import {openQa} from "../../src/library/open-qa";
import {normal, randomSource} from "../../src/nouns/random";
import type {Images} from "../../src/nouns/samples";
import {startBackend} from "../../src/pipeline/backend/index";
import {trustworthiness} from "../../src/pipeline/maps/projection-quality";
import type {LoadedNetwork} from "../../src/pipeline/model/load/black-box";
import {mapQuality, tsne} from "../../src/tsne/index";
import {asLayers, reference} from "../support/attributed-network";

/** Three groups of rows, far from each other. @param factor What each row is multiplied by. */
function groups(rows: number, factor: (row: number) => number = () => 1) {
  const random = randomSource(5);
  const columns = 6;
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < columns; c++)
      values[i * columns + c] = factor(i) * ((c % 3 === i % 3 ? 8 : 0) + 2 + normal(random));
  }
  return {rows, columns, values};
}

const coded = (code: string) => expect.objectContaining({code});

describe("mapQuality", () => {
  const data = groups(60);
  const plane = (of = data) => Float32Array.from({length: 2 * of.rows}, (_, i) => of.values[(i >> 1) * 6 + (i % 2)]);

  test("gives trustworthiness as the double sum over all ranks, and continuity as that of the map and the data exchanged", async () => {
    const points = plane();
    const map = {rows: 60, columns: 2, values: points};
    for (const k of [1, 5, 12, 29]) {
      const quality = await mapQuality(data, points, {k, threads: 1});
      expect(quality.trustworthiness).toBeCloseTo(trustworthiness(data, map, k), 9);
      expect(quality.continuity).toBeCloseTo(trustworthiness(map, data, k), 9);
    }
  });

  test("finds nothing wrong with a map that is its data, and has as many neighbours as few rows allow", async () => {
    const few = {rows: 7, columns: 2, values: plane().slice(0, 14)};
    expect(await mapQuality(few, few.values, {threads: 1})).toEqual({trustworthiness: 1, continuity: 1});
  });

  test("refuses what does not go with the rows", async () => {
    await expect(mapQuality(data, new Float32Array(60))).rejects.toThrow(
      "points: expected two or three numbers for each of 60 rows",
    );
    await expect(mapQuality(data, plane(), {k: 30})).rejects.toThrow("k: expected a whole number from 1 to 29");
    await expect(mapQuality(data, plane().fill(Number.NaN))).rejects.toThrow(RangeError);
    const signal = AbortSignal.abort(new RangeError("enough"));
    await expect(mapQuality(data, plane(), {signal})).rejects.toThrow("enough");
  });
});

describe("umap", () => {
  test("lays groups out so that near rows stay near, and the same seed gives the same map", async () => {
    const data = groups(90);
    const [map, again, other] = [await umap(data, {seed: 3}), await umap(data, {seed: 3}), await umap(data, {seed: 4})];
    expect([map.dimensions, map.points.length, map.iterations]).toEqual([2, 180, 500]);
    expect((await mapQuality(data, map.points)).trustworthiness).toBeGreaterThan(0.9);
    expect(again.points).toEqual(map.points);
    expect(other.points).not.toEqual(map.points);
  });

  test("by the cosine looks at directions alone: rows twice or half as long have the same map", async () => {
    const uneven = groups(60, (row) => [1, 2, 0.5, 1][row % 4]); // powers of two round nothing
    const by = async (metric: "cosine" | "euclidean", of: ReturnType<typeof groups>) =>
      (await umap(of, {metric, iterations: 20, dimensions: 3})).points;
    expect(await by("cosine", uneven)).toEqual(await by("cosine", groups(60)));
    expect(await by("euclidean", uneven)).not.toEqual(await by("euclidean", groups(60)));
  });

  test("continues from a start, tells how far it is, and ends by a signal", async () => {
    const data = groups(30);
    const start = Float32Array.from({length: 60}, (_, i) => i / 10);
    const seen: number[] = [];
    const stop = new AbortController();
    const options = {start, iterations: 9, minDistance: 0.5, neighbours: 4};
    const onProgress = (done: number, total: number) => {
      seen.push(done / total);
      if (done === 6) stop.abort(new RangeError("enough"));
    };
    await expect(umap(data, {...options, onProgress, signal: stop.signal})).rejects.toThrow("enough");
    expect(seen).toEqual([1, 2, 3, 4, 5, 6].map((n) => n / 9));
    expect((await umap(data, options)).points).not.toEqual((await umap(data, {...options, minDistance: 0})).points);
  });

  test.each([
    [{neighbours: 30}, "neighbours: expected a whole number from 2 to 29, below the rows, got 30"],
    [{dimensions: 4}, "dimensions: expected 2 or 3, got 4"],
    [{minDistance: -1}, "minDistance: expected a number from 0 to 1, got -1"],
    [{iterations: 1.5}, "iterations: expected a whole number, got 1.5"],
    [{start: new Float32Array(5)}, "start: expected 60 numbers, got 5"],
  ])("refuses %j", async (options, message) => {
    await expect(umap(groups(30), options as object)).rejects.toEqual(coded("BAD_OPTION"));
    await expect(umap(groups(30), options as object)).rejects.toThrow(message);
  });
});

test("tsne ends by a signal between two steps", async () => {
  const stop = new AbortController();
  let steps = 0;
  const onProgress = () => {
    steps++;
    if (steps === 3) stop.abort(new RangeError("enough"));
  };
  const asked = {perplexity: 5, threads: 1, every: 1, onProgress, signal: stop.signal};
  await expect(tsne(groups(60), asked)).rejects.toThrow("enough");
  expect(steps).toBe(3);
});

describe("attribute", () => {
  const images: Images = {count: 1, shape: reference.shape, pixels: Float32Array.from(reference.pixels)};
  const pixels = reference.pixels.length / 3;
  let network: LoadedNetwork;
  beforeAll(async () => {
    await startBackend("wasm", "ask");
    network = await asLayers();
  });
  afterAll(async () => {
    await network.dispose();
    await tf.setBackend("cpu");
  });
  const summed = (values: Float32Array) =>
    Float64Array.from({length: pixels}, (_, p) => values[3 * p] + values[3 * p + 1] + values[3 * p + 2]);

  test("gives each channel a number of its own, which sum to the pixel's, as captum has it", async () => {
    for (const method of ["gradient", "input-x-gradient", "integrated-gradients"] as const) {
      const {shape, values} = await attribute(network, images, {method, target: 1, channels: true});
      expect(shape).toEqual([12, 16, 3]);
      const wanted = reference.classes[1][method];
      const most = wanted.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
      expect(summed(values)).toBeAllClose(wanted, {rtol: 1e-4, atol: 1e-5 * most});
    }
    const own = await network.inputGradient(images, [1]);
    const {values} = await attribute(network, images, {method: "gradient", target: 1, channels: true});
    expect(values).toEqual(own);
    const {values: strengths} = await attribute(network, images, {method: "saliency", target: 1, channels: true});
    expect(strengths).toEqual(own.map(Math.abs));
    const noisy = await attribute(network, images, {method: "smooth-grad", noise: 0, target: 1, channels: true});
    expect(noisy.values).toBeAllClose(own, {rtol: 1e-5, atol: 1e-7});
  });

  test("says what the model gives for the baseline, and by how much complete values miss the difference", async () => {
    const asked = {method: "integrated-gradients", target: [2], steps: 50} as const;
    const {outputs, baseOutputs, deltas, gaps, values} = await attribute(network, images, asked);
    const black = await network.logits({...images, pixels: new Float32Array(images.pixels.length)});
    expect(baseOutputs).toEqual(Float32Array.of(black[2]));
    const sum = values.reduce((total, v) => total + v, 0);
    expect(deltas?.[0]).toBeCloseTo(sum - (reference.logits[2] - black[2]), 5);
    expect(deltas?.[0]).toBeCloseTo(reference.classes[2].delta as number, 4); // captum's convergence delta
    expect(gaps?.[0]).toBeCloseTo((deltas?.[0] as number) / Math.abs(outputs[0] - black[2]), 5);
    const white = await attribute(network, images, {...asked, baseline: "white"});
    const ones = await network.logits({...images, pixels: new Float32Array(images.pixels.length).fill(1)});
    expect(white.baseOutputs).toEqual(Float32Array.of(ones[2]));
    const occluded = await attribute(network, images, {method: "occlusion", target: 2});
    const probabilities = await network.predict({...images, pixels: new Float32Array(images.pixels.length)});
    expect([occluded.baseOutputs, occluded.deltas]).toEqual([Float32Array.of(probabilities[2]), undefined]);
    expect(await attribute(network, images, {method: "gradient"})).not.toHaveProperty("baseOutputs");
  });

  test.each(["grad-cam", "occlusion"] as const)(
    "refuses channels of %s, which looks at whole pixels",
    async (method) => {
      await expect(attribute(network, images, {method, channels: true})).rejects.toEqual(coded("BAD_OPTION"));
    },
  );
});

describe("openQa", () => {
  const context = "The ship was built in Lisbon. It sailed to Goa in 1602.";

  test("gives the span whose start and end score most by transformers' logits, where it stands in the text", async () => {
    const oracle = JSON.parse(readFileSync("test/fixtures/bert/oracle.json", "utf8")); // make_oracle.py beside it
    const reader = await openQa("test/fixtures/bert");
    try {
      for (const {question, context: text, token_type_ids: types, tokens, offsets, start, end} of oracle.cases) {
        let best = {score: Number.NEGATIVE_INFINITY, from: 0, to: 0};
        const inText = (i: number) => types[i] === 1 && tokens[i] !== "[SEP]";
        for (let i = 0; i < tokens.length; i++) {
          for (let j = i; j < Math.min(tokens.length, i + 30); j++) {
            const score = start[i] + end[j];
            if (inText(i) && inText(j) && score > best.score) best = {score, from: offsets[i][0], to: offsets[j][1]};
          }
        }
        const found = await reader.ask(question, text, {top: 3});
        expect([found.start, found.end]).toEqual([best.from, best.to]);
        expect(found.answer).toBe(text.slice(best.from, best.to));
        expect(found.spans[0]).toEqual({answer: found.answer, score: found.score, start: found.start, end: found.end});
      }
      expect(oracle.cases.length).toBeGreaterThan(0);
      await expect(reader.ask("", context)).rejects.toEqual(coded("BAD_OPTION"));
      await expect(reader.ask("Where?", " ")).rejects.toEqual(coded("BAD_OPTION"));
    } finally {
      await reader.dispose();
    }
  });

  test("opens an ONNX file, which answers as the folder that it was exported from does", async () => {
    const [onnx, folder] = [await openQa("test/fixtures/bert-onnx/model.onnx"), await openQa("test/fixtures/bert")];
    const [ours, theirs] = [await onnx.ask("Where?", context), await folder.ask("Where?", context)];
    expect([ours.answer, ours.start, ours.end]).toEqual([theirs.answer, theirs.start, theirs.end]);
    expect(ours.spans.map(({score}) => score)).toBeAllClose(
      theirs.spans.map(({score}) => score),
      {rtol: 0, atol: 1e-6},
    );
    await onnx.dispose();
    await folder.dispose();
    // a vocabulary of its own, and a threshold above which it answers with nothing
    const tokenizer = "test/fixtures/bert-onnx/vocab.txt";
    const wary = await openQa("test/fixtures/bert-onnx/model.onnx", {tokenizer, nullThreshold: -1e9});
    expect(await wary.ask("Where?", context)).toMatchObject({answer: ""});
    await wary.dispose();
  });

  test("refuses an ONNX file that is not there or is none, and a vocabulary beside a folder", async () => {
    await expect(openQa("none.onnx")).rejects.toEqual(coded("NOT_FOUND"));
    await expect(
      openQa("test/fixtures/onnx/lenet-script-17.onnx", {tokenizer: "test/fixtures/bert-onnx"}),
    ).rejects.toEqual(coded("BAD_MODEL"));
    await expect(openQa("test/fixtures/bert", {tokenizer: "test/fixtures/bert-onnx"})).rejects.toEqual(
      coded("BAD_OPTION"),
    );
  });

  test("says that there is none where no reader has been trained", async () => {
    await expect(openQa("latest", {save: "nowhere-there"})).rejects.toEqual(coded("NOT_FOUND"));
  });
});
