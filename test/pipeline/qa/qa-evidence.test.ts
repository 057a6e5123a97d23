import {readFileSync} from "node:fs";
import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";

import {startBackend} from "../../../src/pipeline/backend/index";
import type {Window} from "../../../src/pipeline/data/text/windows";
import {logitsOf} from "../../../src/pipeline/qa/answering";
import {gradientEvidence, headSlopes, hiddenIds, scaledLoss} from "../../../src/pipeline/qa/evidence";
import {readHuggingFace} from "../../../src/pipeline/qa/hugging-face";
import {openReader, type Reader} from "../../../src/pipeline/qa/reader";

/** Results of captum and torch for the network in test/fixtures/bert: make_evidence.py. */
interface Oracle {
  readonly ids: readonly number[];
  readonly types: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly gradients: readonly number[];
  readonly slopes: readonly number[];
  readonly difference: number;
}

const FOLDER = "test/fixtures/bert";
const oracle = JSON.parse(readFileSync(`${FOLDER}/evidence.json`, "utf8")) as readonly Oracle[];
const windowOf = ({ids, types, start, end}: Oracle): Window => {
  return {question: 0, ids, types, first: types.indexOf(1), tokens: [], start, end};
};

describe("what speaks for a reader's answer", () => {
  let reader: Reader;
  beforeAll(async () => {
    await startBackend("wasm");
    reader = openReader(readHuggingFace(FOLDER), {seed: 0, longest: 96, stride: 16});
  });

  test.each(oracle)("by integrated gradients is what captum says (case %#)", async (one) => {
    const ours = await gradientEvidence(reader, windowOf(one), one);
    expect(ours).toBeAllClose(one.gradients, {rtol: 0, atol: 1e-4});
  });

  test.each(oracle)(
    "by integrated gradients adds up to the difference from all words hidden (case %#)",
    async (one) => {
      const window = windowOf(one);
      const ours = await gradientEvidence(reader, window, one, 48);
      const rows = await logitsOf(reader, [window, {...window, ids: hiddenIds(reader, window)}]);
      const logShare = (logits: Float32Array, place: number) =>
        logits[place] - Math.log(logits.reduce((sum, v) => sum + Math.exp(v), 0));
      const [asked, hidden] = rows.map(({start, end}) => logShare(start, one.start) + logShare(end, one.end));
      expect(asked - hidden).toBeCloseTo(one.difference, 4);
      expect(ours.reduce((a, b) => a + b)).toBeCloseTo(asked - hidden, 3);
    },
  );

  test("is 0 for [CLS] and [SEP], which are never hidden", async () => {
    const [one] = oracle;
    const ours = await gradientEvidence(reader, windowOf(one), one);
    const special = one.ids.flatMap((id, place) => (id === 2 || id === 3 ? [ours[place]] : []));
    expect(special.map(Math.abs)).toEqual([0, 0, 0]);
  });

  test.each(oracle)("hangs on heads as torch's gradients say (case %#)", async (one) => {
    const ours = await headSlopes(reader, windowOf(one));
    expect(ours).toBeAllClose(one.slopes, {rtol: 0, atol: 1e-5});
  });

  test("hangs on heads as central differences of the loss say", async () => {
    const window = windowOf(oracle[0]);
    const ours = await headSlopes(reader, window);
    const step = 0.05;
    for (const place of ours.keys()) {
      const [more, less] = [step, -step].map((change) =>
        tf.tidy(() => {
          const sizes = Float32Array.from(ours, (_, n) => (n === place ? 1 + change : 1));
          return scaledLoss(reader, window, tf.tensor2d(sizes, [3, 4])).dataSync()[0];
        }),
      );
      expect((more - less) / (2 * step)).toBeCloseTo(ours[place], 3);
    }
  });
});
