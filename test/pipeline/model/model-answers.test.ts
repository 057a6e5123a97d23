import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {UserError} from "../../../src/nouns/options";
import {
  type Meaning,
  type ModelOutput,
  meaningOf,
  numbersAnImage,
  OUTPUTS,
} from "../../../src/pipeline/model/load/answers";
import type {GraphEnd} from "../../../src/pipeline/model/load/graph-end";

const end = (kind: GraphEnd["kind"]): GraphEnd => ({
  kind,
  node: {softmax: "Softmax", "log-softmax": "LogSoftmax", sigmoid: "Sigmoid", scores: "Gemm", unknown: "Clip"}[kind],
});
const ask = (
  kind: GraphEnd["kind"],
  output: ModelOutput,
  samples: number[],
  numbers = 2,
  classNames?: string[],
): Meaning =>
  meaningOf({what: "net.onnx", output, end: end(kind), numbers, samples: Float32Array.from(samples), classNames});
const of = (meaning: Meaning, ...rows: number[]) => [...meaning.probabilities(Float32Array.from(rows))];

describe("what a model's numbers are", () => {
  // softmax of (0, ln 3) is (1/4, 3/4); the sigmoid of ±ln 3 is 3/4 and 1/4
  const ln3 = Math.log(3);
  test.each<[GraphEnd["kind"], ModelOutput, number[], number[], string]>([
    ["softmax", "auto", [0.25, 0.75], [0.25, 0.75], "probabilities of 2 classes (the graph ends in Softmax)"],
    ["softmax", "probabilities", [0.25, 0.75], [0.25, 0.75], "probabilities of 2 classes (--scores probabilities)"],
    [
      "log-softmax",
      "auto",
      [-ln3, -ln3],
      [0.5, 0.5],
      "scores of 2 classes, made probabilities by a softmax (the graph ends in LogSoftmax)",
    ],
    ["sigmoid", "auto", [0.9, 0.8], [0.9, 0.8], "2 independent probabilities (the graph ends in Sigmoid)"],
    ["sigmoid", "sigmoid", [0.9, 0.8], [0.9, 0.8], "2 independent probabilities (--scores sigmoid)"],
    [
      "scores",
      "auto",
      [0, ln3],
      [0.25, 0.75],
      "scores of 2 classes, made probabilities by a softmax (the graph ends in Gemm)",
    ],
    ["scores", "auto", [0.25, 0.75], [0.25, 0.75], "probabilities of 2 classes (they sum to 1)"],
    [
      "scores",
      "logits",
      [0.25, 0.75],
      [0.377541, 0.622459],
      "scores of 2 classes, made probabilities by a softmax (--scores logits)",
    ],
    [
      "scores",
      "sigmoid",
      [ln3, -ln3],
      [0.75, 0.25],
      "2 independent scores, each made a probability by a sigmoid (--scores sigmoid)",
    ],
    ["unknown", "auto", [0.25, 0.75], [0.25, 0.75], "probabilities of 2 classes (they sum to 1)"],
    [
      "unknown",
      "auto",
      [0, ln3],
      [0.25, 0.75],
      "scores of 2 classes, made probabilities by a softmax (they are not all from 0 to 1)",
    ],
    ["unknown", "sigmoid", [0.9, 0.8], [0.9, 0.8], "2 independent probabilities (--scores sigmoid)"],
  ])("after %s with --output %s, %j is understood", (kind, output, row, probabilities, words) => {
    const meaning = ask(kind, output, row);
    expect(of(meaning, ...row)).toBeAllClose(probabilities, {rtol: 1e-6});
    expect(meaning.words).toBe(words);
    expect(meaning.classNames).toEqual(["0", "1"]);
  });

  test.each<[GraphEnd["kind"], ModelOutput, number[], string]>([
    [
      "sigmoid",
      "probabilities",
      [0.9, 0.8],
      "--scores: expected sigmoid or auto for net.onnx, got probabilities: it ends in Sigmoid",
    ],
    [
      "sigmoid",
      "logits",
      [0.9, 0.8],
      "--scores: expected sigmoid or auto for net.onnx, got logits: it ends in Sigmoid",
    ],
    [
      "softmax",
      "logits",
      [0.25, 0.75],
      "--scores: expected probabilities or auto for net.onnx, got logits: it ends in Softmax",
    ],
    [
      "softmax",
      "sigmoid",
      [0.25, 0.75],
      "--scores: expected probabilities or auto for net.onnx, got sigmoid: it ends in Softmax",
    ],
    [
      "log-softmax",
      "probabilities",
      [-1, -1],
      "--scores: expected logits or auto for net.onnx, got probabilities: it ends in LogSoftmax",
    ],
    [
      "unknown",
      "auto",
      [0.9, 0.8],
      "--scores: expected sigmoid (independent classes) or logits (scores) for net.onnx, got numbers from 0 to 1 that do not sum to 1, and Clip as the last node, which does not tell",
    ],
    ["scores", "auto", [0, Number.NaN], "net.onnx: expected finite numbers, got NaN"],
    ["scores", "auto", [0, Number.POSITIVE_INFINITY], "net.onnx: expected finite numbers, got Infinity"],
    ["scores", "auto", [-Infinity, -Infinity], "net.onnx: expected finite numbers, got -Infinity"],
  ])("after %s with --output %s, %j is refused", (kind, output, row, message) => {
    expect(() => ask(kind, output, row)).toThrow(new UserError(message));
  });

  test("a probability may be 0 or 1, and rounding may make it a little more", () => {
    expect([...of(ask("unknown", "auto", [1, 0]), 0, 1)]).toEqual([0, 1]);
    expect(of(ask("sigmoid", "auto", [1, 0]), 1, 1)).toEqual([1, 1]);
    expect(ask("unknown", "auto", [1.0005, 0, 0, 1]).words).toBe("probabilities of 2 classes (they sum to 1)");
  });

  test("a class that is ruled out by minus infinity has probability 0", () => {
    expect(of(ask("scores", "auto", [0, -Infinity]), 0, -Infinity)).toEqual([1, 0]);
  });

  test("one number is two classes, p and 1 - p, with two names or one", () => {
    const row = [0.9];
    expect(of(ask("sigmoid", "auto", row, 1), 0.75, 0.5)).toEqual([0.25, 0.75, 0.5, 0.5]);
    expect(ask("sigmoid", "auto", row, 1).words).toBe(
      "one probability p: 1 has p, 0 has 1 - p (the graph ends in Sigmoid)",
    );
    expect(ask("sigmoid", "auto", row, 1, ["cat", "dog"]).classNames).toEqual(["cat", "dog"]);
    const spam = ask("scores", "logits", [3], 1, ["spam"]);
    expect(spam.classNames).toEqual(["not spam", "spam"]);
    expect(of(spam, Math.log(3))).toBeAllClose([0.25, 0.75], {rtol: 1e-6});
    expect(spam.words).toBe(
      "one score, made a probability p by a sigmoid: spam has p, not spam has 1 - p (--scores logits)",
    );
    expect(of(ask("unknown", "probabilities", row, 1), 0.25)).toEqual([0.75, 0.25]);
    expect(() => ask("sigmoid", "auto", row, 1, ["a", "b", "c"])).toThrow(
      "--classes: expected 2 names for net.onnx, or the one that p is of, got 3",
    );
    expect(() => ask("softmax", "auto", [1], 1)).toThrow(
      "net.onnx: expected two classes or more, got one, whose softmax is always 1",
    );
    expect(() => ask("scores", "auto", [3], 1)).toThrow(
      "--scores: expected sigmoid (a probability) or logits (a score) for net.onnx, got one number for each image, and Gemm as the last node, which does not tell",
    );
  });

  test("a model that shows no graph has no last node to name", () => {
    const asked = {what: "net", output: "auto", end: {kind: "unknown", node: ""}, classNames: undefined} as const;
    const given = (...samples: number[]) => ({...asked, numbers: samples.length, samples: Float32Array.from(samples)});
    expect(() => meaningOf(given(0.5))).toThrow("got one number for each image, and no graph that tells");
    expect(() => meaningOf(given(0.9, 0.8))).toThrow("do not sum to 1, and no graph that tells");
  });

  test("what was said of the first answers is held of every later one", () => {
    const probabilities = ask("softmax", "auto", [0.25, 0.75]);
    expect(() => of(probabilities, 0.25, 0.25)).toThrow(
      "net.onnx: expected probabilities that sum to 1, got a sum of 0.5000",
    );
    expect(() => of(probabilities, -1, 2)).toThrow("net.onnx: expected probabilities from 0 to 1, got -1");
    expect(() => of(ask("sigmoid", "auto", [0.5, 0.5]), 0.5, 3)).toThrow("expected probabilities from 0 to 1, got 3");
    expect(() => of(ask("scores", "auto", [0, 3]), 0, Number.NaN)).toThrow("expected finite numbers, got NaN");
    expect(() => of(ask("sigmoid", "auto", [0.5], 1), -0.5)).toThrow("expected probabilities from 0 to 1, got -0.5");
  });

  test("any end, any flag and any numbers are understood or refused in one line", () => {
    const kinds = ["softmax", "log-softmax", "sigmoid", "scores", "unknown"] as const;
    const number = fc.oneof(
      fc.double({min: 0, max: 1, noNaN: true}),
      fc.double({min: -50, max: 50, noNaN: true}),
      fc.constantFrom(0, 1, 0.5, Number.NaN, Infinity, -Infinity),
    );
    const question = fc
      .tuple(fc.integer({min: 1, max: 5}), fc.integer({min: 1, max: 4}))
      .chain(([numbers, rows]) =>
        fc.tuple(
          fc.constant(numbers),
          fc.array(number, {minLength: 2 * numbers, maxLength: 2 * numbers}),
          fc.array(number, {minLength: rows * numbers, maxLength: rows * numbers}),
        ),
      );
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.constantFrom(...OUTPUTS),
        question,
        (kind, output, [numbers, samples, later]) => {
          try {
            const meaning = ask(kind, output, samples, numbers);
            const classes = meaning.classNames.length;
            expect(classes).toBe(Math.max(2, numbers));
            const out = of(meaning, ...later);
            expect(out.length).toBe((later.length / numbers) * classes);
            expect(out.every((p) => p >= -1e-6 && p <= 1.001)).toBe(true);
            if (meaning.words.includes("independent")) return;
            for (let n = 0; n < out.length; n += classes) {
              const sum = out.slice(n, n + classes).reduce((a, b) => a + b, 0);
              expect(Math.abs(sum - 1)).toBeLessThan(0.005);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
            expect((error as Error).message).toMatch(/^[^\n]+: expected [^\n]+, got [^\n]+$/);
          }
        },
      ),
      {numRuns: 2000},
    );
  });
});

describe("an output's shape", () => {
  const shaped = (dims: number[], count: number) =>
    numbersAnImage({dims, values: new Float32Array(0)}, count, "net.onnx");

  test("is a row of scores an image, however many sizes of 1 stand around it", () => {
    expect([shaped([1, 5], 1), shaped([3, 5], 3), shaped([3, 5, 1, 1], 3), shaped([3, 1, 5], 3)]).toEqual([5, 5, 5, 5]);
    expect([shaped([3], 3), shaped([3, 1], 3), shaped([1], 1), shaped([], 1)]).toEqual([1, 1, 1, 1]);
    expect(shaped([5], 1)).toBe(5); // no batch at all
    expect(shaped([1, 65_536], 1)).toBe(65_536);
  });

  test.each([
    [
      [1, 4, 7, 7],
      1,
      "net.onnx: expected one row of scores for each image, got a map or boxes: an output of [1, 4, 7, 7]",
    ],
    [[1, 8400, 85], 1, "got a map or boxes: an output of [1, 8400, 85]"],
    [[1, 197, 768], 1, "got a map or boxes: an output of [1, 197, 768]"],
    [[100, 4], 1, "got a map or boxes: an output of [100, 4]"],
    [[1, 0], 1, "net.onnx: expected scores of classes, got an empty output of [1, 0]"],
    [[0, 4], 1, "got an empty output of [0, 4]"],
    [[2, 5], 3, "net.onnx: expected 3 rows for 3 images, got an output of [2, 5]"],
    [[], 2, "net.onnx: expected 2 rows for 2 images, got an output of []"],
    [[1, 70000], 1, "net.onnx: expected at most 65536 classes, got an output of [1, 70000]"],
  ])("%j for %i images is refused", (dims, count, message) => {
    expect(() => shaped(dims, count)).toThrow(message);
  });
});
