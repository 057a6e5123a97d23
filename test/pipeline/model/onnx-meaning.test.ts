/** @file How the numbers of an ONNX model become the scores of its classes. */
import {describe, expect, test} from "vitest";

import type {OnnxGraph} from "../../../src/onnx/open";
import type {NdArray} from "../../../src/onnx/runtime/runtime";
import type {LoadSettings} from "../../../src/pipeline/model/load/load-settings";
import {onnxMeaning} from "../../../src/pipeline/model/load/onnx-meaning";
import {whyNoGradient} from "../../../src/pipeline/model/load/onnx-no-gradient";
import {feeding} from "../../../src/pipeline/model/load/onnx-parts";
import {aloneAndTogether, twoImages} from "../../../src/pipeline/model/load/onnx-rows";
import {node} from "../../support/onnx";

const ln3 = Math.log(3);
const none = Math.log(1e-37); // in place of the logarithm of nothing

function meant(
  last: string,
  samples: readonly number[],
  numbers: number,
  more: Partial<LoadSettings> & {readonly independent?: boolean; readonly isHidden?: boolean} = {},
) {
  const nodes = [node("Gemm", ["x", "w"], ["s"]), node(last, ["s"], ["y"])];
  const found = more.isHidden ? {logits: "y"} : {logits: "s", activation: last};
  return onnxMeaning(
    {model: {graph: {node: nodes}}} as unknown as OnnxGraph,
    "y",
    found,
    {numbers, samples: Float32Array.from(samples), isAlone: false},
    {input: {scale: 1, mean: [0], std: [1]}, output: "auto", ...more},
  );
}
const scores = ({logitsFrom}: ReturnType<typeof meant>, ...values: readonly number[]) =>
  logitsFrom(Float32Array.from(values));

describe("scores of classes that exclude each other", () => {
  test("are what stands before the softmax", () => {
    const {isExcluding, hasScores, logits, ...rest} = meant("Softmax", [0.25, 0.75], 2);
    expect([isExcluding, hasScores, logits]).toEqual([true, true, "s"]);
    expect([...rest.logitsFrom(Float32Array.of(3, -2))]).toEqual([3, -2]);
    expect(meant("LogSoftmax", [-ln3, -ln3], 2)).toMatchObject({isExcluding: true, hasScores: true, logits: "s"});
  });

  test("are logarithms of the probabilities where they are not found", () => {
    const meaning = meant("Softmax", [0.25, 0.75], 2, {isHidden: true});
    expect(meaning).toMatchObject({hasScores: false, logits: "y"});
    expect(scores(meaning, 1, 1 / 3, 0)).toBeAllClose([0, -ln3, none], {rtol: 1e-6});
  });

  test("are the logarithms themselves where a model gives these and what is before is not found", () => {
    const meaning = meant("LogSoftmax", [-ln3, -ln3], 2, {isHidden: true});
    expect(meaning).toMatchObject({hasScores: true, logits: "y"});
    expect([...scores(meaning, -2, -3)]).toEqual([-2, -3]);
  });

  test("are the model's own numbers where it gives scores", () => {
    const meaning = meant("Identity", [0, 3], 2);
    expect(meaning).toMatchObject({isExcluding: true, hasScores: true, logits: "y"});
    expect([...scores(meaning, 3, -2)]).toEqual([3, -2]);
  });

  test("are half of a single score for its class, and half against it", () => {
    const meaning = meant("Sigmoid", [0.5, 0.75], 1);
    expect(meaning).toMatchObject({isExcluding: true, hasScores: true, logits: "s"});
    expect([...scores(meaning, 2, -4)]).toEqual([-1, 1, 2, -2]);
    const hidden = meant("Sigmoid", [0.5, 0.75], 1, {isHidden: true, independent: true});
    expect(hidden).toMatchObject({isExcluding: true, hasScores: false, logits: "y"});
    expect(scores(hidden, 0.75, 0.25, 1, 0)).toBeAllClose(
      [ln3, -ln3, -none, none].flatMap((odds) => [-odds / 2, odds / 2]),
      {rtol: 1e-6},
    );
  });
});

describe("independent classes", () => {
  test("are refused where each image must show exactly one", () => {
    expect(() => meant("Sigmoid", [0.9, 0.8, 0.7], 3)).toThrow(
      "model: expected classes of which each image shows exactly one, got 3 independent probabilities",
    );
    expect(() => meant("Identity", [1, 2, 3], 3, {output: "sigmoid"})).toThrow("got 3 independent scores");
    expect(() => meant("Identity", [1, 2, 3], 3, {output: "logits"})).not.toThrow();
    expect(() => meant("Softmax", [0.5, 0.25, 0.25], 3)).not.toThrow();
    expect(meant("Sigmoid", [0.9, 0.8], 2).isExcluding).toBe(true); // two classes are taken for one or the other
  });

  test("have their own scores, or the odds of their probabilities", () => {
    const meaning = meant("Sigmoid", [0.9, 0.8, 0.7], 3, {independent: true});
    expect(meaning).toMatchObject({isExcluding: false, hasScores: true, logits: "s"});
    expect([...scores(meaning, 3, -2, 1)]).toEqual([3, -2, 1]);
    const hidden = meant("Sigmoid", [0.9, 0.8, 0.7], 3, {independent: true, isHidden: true});
    expect(hidden).toMatchObject({isExcluding: false, hasScores: false, logits: "y"});
    expect(scores(hidden, 0.5, 0.75, 0)).toBeAllClose([0, ln3, none], {rtol: 1e-6, atol: 1e-6});
    const said = meant("Identity", [1, 2, 3], 3, {independent: true, output: "sigmoid"});
    expect(said).toMatchObject({isExcluding: false, hasScores: true, logits: "y"});
    expect(meant("Softmax", [0.5, 0.5, 0], 3, {independent: true}).isExcluding).toBe(true);
  });
});

describe("images that a model is tried with", () => {
  const pair = twoImages([1, 2, 1]);
  const fed = ({count, pixels}: {readonly count: number; readonly pixels: Float32Array}) => ({
    x: {type: "float32", dims: [count, 1, 2, 1], data: pixels},
  });
  /** A model that answers with a list of rows; asked for two at once, with another. */
  const answering = (together: (pixels: Float32Array) => NdArray) =>
    ({
      run: async ({x}: {readonly x: NdArray}) => {
        const pixels = x.data as Float32Array;
        const row = {type: "float32", dims: [1, 2], data: Float32Array.of(pixels[0], 10 * pixels[1])};
        return {y: x.dims[0] === 1 ? row : together(pixels)};
      },
    }) as unknown as OnnxGraph;
  const rows = (dims: readonly number[], ...values: readonly number[]): NdArray => ({
    ...{type: "float32", dims, data: Float32Array.from(values)},
  });
  const tried = (together: (pixels: Float32Array) => NdArray) =>
    aloneAndTogether(answering(together), "y", fed as never, pair, "net");

  test("are one without light and one with a pattern, whose numbers are from 0 to 1", () => {
    const {count, pixels} = twoImages([2, 2, 3]);
    expect([count, pixels.length]).toEqual([2, 24]);
    expect(pixels.subarray(0, 13).every((v) => v === 0)).toBe(true);
    expect(pixels.every((v) => v >= 0 && v <= 1)).toBe(true);
    expect(new Set(pixels.subarray(12)).size).toBe(12);
    expect(Math.max(...pixels)).toBeGreaterThan(0.9); // light and dark
  });

  test("are answered together where each has the answer that it has alone", async () => {
    const [, second] = [pair.pixels[2], pair.pixels[3]];
    const near = (factor: number) => tried(() => rows([2, 2], 0, 0, 0, 10 * second * factor));
    expect(await near(1)).toEqual({numbers: 2, samples: Float32Array.of(0, 0, 0, 10 * second), isAlone: false});
    expect((await near(1.0005)).isAlone).toBe(false); // to rounding
    expect((await near(1.01)).isAlone).toBe(true);
    expect((await near(0.99)).isAlone).toBe(true);
    expect((await tried(() => rows([1, 4], 0, 0, 0, 10 * second))).isAlone).toBe(true);
  });
});

test("pixels are fed in the type of the input, as many rows as images", () => {
  const wanted = {layout: "nchw", scale: 2, mean: [0], std: [1]} as const;
  const images = {count: 2, shape: [1, 2, 1], pixels: Float32Array.of(1, 2, 3, 0.25)} as const;
  const of = (type: string) => feeding({name: "x", type}, [1, 2, 1], wanted)(images).x;
  expect(of("float32")).toEqual({type: "float32", dims: [2, 1, 1, 2], data: Float32Array.of(2, 4, 6, 0.5)});
  expect(of("float64").data).toEqual(Float64Array.of(2, 4, 6, 0.5));
  expect(of("uint8").data).toEqual(Uint8Array.of(2, 4, 6, 0)); // a half is rounded to the even number
});

test("operators without a gradient are named, one or several", async () => {
  const input = {name: "x", type: "float32"};
  const why = (...unsupported: readonly string[]) =>
    whyNoGradient({unsupported, gradient: async () => ({})} as never, input, {}, "y", {} as never);
  expect(await why()).toBeUndefined();
  expect(await why("Det")).toContain("there is no rule for the operator Det;");
  expect(await why("Det", "Loop")).toContain("there is no rule for the operators Det, Loop;");
});
