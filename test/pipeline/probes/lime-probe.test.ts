import {createCanvas, loadImage} from "@napi-rs/canvas";
import {describe, expect, test} from "vitest";
import type {DifferentiableClassifier} from "../../../src/nouns/network";
import {fork} from "../../../src/nouns/random";
import {lime} from "../../../src/pipeline/probes/lime";
import {decode, encode} from "../../../src/pipeline/record/artifact-codec";
import type {ProbeContext} from "../../../src/pipeline/types";
import {draw, type PlotData} from "../../../src/plots/index";
import {artifactsOf} from "../../support/artifacts";
import {testDigits} from "../../support/digits";
import {exigoClassifier} from "../../support/exigo-classifier";

async function probe(given: {readonly [name: string]: string | number}, indices = [0, 8]) {
  const said: string[] = [];
  const samples = testDigits(indices);
  const context = {
    epoch: 2,
    classifier: exigoClassifier() as DifferentiableClassifier, // the probe asks for predictions alone
    test: {count: 10_000, read: async (places) => testDigits(Array.from(places))},
    samples,
    sampleIndices: Uint32Array.from(indices),
    random: fork(7, "lime", 2),
    say: (line: string) => said.push(line),
  } as Partial<ProbeContext> as ProbeContext;
  const artifacts = await artifactsOf(lime, context, given);
  return {said, artifact: artifacts[0], data: artifacts[0].data as PlotData<"segments">};
}

describe("the lime probe", () => {
  test("hands over one explanation a sample, with what it takes to trust it", async () => {
    const {artifact, data, said} = await probe({samples: "100"});
    expect(artifact).toMatchObject({name: "segments", plot: "segments"});
    expect(data.explanations.map((e) => e.index)).toEqual([0, 8]);
    const [seven] = data.explanations;
    expect(seven).toMatchObject({label: 7, explained: 7, explainedName: "7", samples: 100});
    expect(seven.probability).toBeCloseTo(0.92354, 4); // of the reference's network
    expect(seven.segments.length).toBe(784);
    expect(seven.weights.length).toBe(Math.max(...seven.segments) + 1);
    expect(seven.r2).toBeGreaterThan(0.9);
    expect(said).toEqual([]);
    expect(artifact.numbers).toMatchObject({settings: {samples: 100, hiding: "mean", segmenter: {method: "slic"}}});
  });

  test("explains the label where asked to, with the recipe and settings asked for", async () => {
    const {data} = await probe({
      explain: "label",
      model: "least-squares",
      segmentation: "grid",
      segments: 9,
      samples: "64",
    });
    expect(data.explanations.map((e) => [e.explained, e.weights.length])).toEqual([
      [7, 9],
      [5, 9],
    ]);
  });

  test("gives the same artifact for the same seed", async () => {
    const [one, two] = [await probe({samples: "50"}), await probe({samples: "50"})];
    expect(one.artifact).toEqual(two.artifact);
  });

  test("warns where there are too few segments to explain anything", async () => {
    const {said} = await probe({recipe: "lime", samples: "20"}, [0]);
    expect(said).toEqual([expect.stringMatching(/^fewer than 5 segments in test image 0: try /)]);
  });

  test.each([
    ["samples", "9", '--lime.samples: expected 10 or more, auto or recipe, got "9"'],
    ["samples", "ten", '--lime.samples: expected 10 or more, auto or recipe, got "ten"'],
    ["hiding", "red", '--lime.hiding: expected mean, blur, noise, fill, zero, grey or #rrggbb, got "red"'],
    ["keep", 1.5, "--lime.keep: expected a number from 0 to 0.99, got 1.5"],
    ["model", "svm", '--lime.model: expected one of recipe, ridge, least-squares, bayesian-ridge, lasso, got "svm"'],
  ])("refuses --lime.%s %s", async (name, value, message) => {
    await expect(probe({[name]: value})).rejects.toThrow(message);
  });

  test("says that quickshift cannot be told how many segments to make", async () => {
    await expect(probe({segmentation: "quickshift", segments: 20})).rejects.toThrow(
      "expected slic or grid segmentation",
    );
  });
});

describe("its picture", () => {
  test("paints what speaks for in blue and what speaks against in orange", async () => {
    const segments = Uint16Array.from({length: 784}, (_, p) => (p % 28 < 14 ? 0 : 1));
    const {data} = await probe({samples: "20"}, [0]);
    const halves = {
      ...data.explanations[0],
      segments,
      weights: Float64Array.of(0.4, -0.2),
      errors: new Float64Array(2),
    };
    const figure = draw("segments", {...data, images: new Float32Array(784), explanations: [halves]});
    const canvas = createCanvas(figure.width, figure.height);
    canvas.getContext("2d").drawImage(await loadImage(Buffer.from(figure.png)), 0, 0);
    const at = (x: number, y: number) => [
      ...canvas
        .getContext("2d")
        .getImageData(2 * x, 2 * y, 1, 1)
        .data.slice(0, 3),
    ];
    expect(at(40, 150)).toEqual([0x1f, 0x5f, 0xb8]); // full blue
    const [red, , blue] = at(240, 150);
    expect(red).toBeGreaterThan(blue + 50); // half orange
  });

  test("redraws from the saved artifact to the same pixels", async () => {
    const {artifact} = await probe({samples: "30"}, [1]);
    const {json, binary} = encode(artifact, "x.bin");
    const saved = decode(json, (_, offset, length) => binary!.slice(offset, offset + length).buffer as ArrayBuffer) as {
      data: PlotData<"segments">;
    };
    expect(draw("segments", saved.data).png).toEqual(draw("segments", artifact.data as PlotData<"segments">).png);
  });
});
