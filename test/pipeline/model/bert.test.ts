import {readFileSync} from "node:fs";
import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {startBackend} from "../../../src/pipeline/backend/index";
import {bertLogits, bertLoss} from "../../../src/pipeline/model/tf/transformer/bert";
import {readHuggingFace} from "../../../src/pipeline/qa/hugging-face";
import {openReader} from "../../../src/pipeline/qa/reader";

/** Results of transformers 4.40.2 for a random BERT and a few sentences: test/fixtures/bert/make_oracle.py. */
interface Oracle {
  readonly cases: readonly {
    readonly question: string;
    readonly context: string;
    readonly input_ids: readonly number[];
    readonly token_type_ids: readonly number[];
    readonly offsets: readonly (readonly [number, number])[];
    readonly tokens: readonly string[];
    readonly start: readonly number[];
    readonly end: readonly number[];
  }[];
  readonly step: {
    readonly input_ids: readonly (readonly number[])[];
    readonly attention_mask: readonly (readonly number[])[];
    readonly token_type_ids: readonly (readonly number[])[];
    readonly start: readonly number[];
    readonly end: readonly number[];
    readonly loss: number;
    readonly gradients: {readonly [name: string]: {readonly norm: number; readonly first: readonly number[]}};
  };
}

const FOLDER = "test/fixtures/bert";
const oracle = JSON.parse(readFileSync(`${FOLDER}/oracle.json`, "utf8")) as Oracle;

describe.each(["wasm", "cpu"] as const)("a BERT of Hugging Face's on %s", (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });
  afterAll(() => tf.setBackend("cpu"));
  const open = () => openReader(readHuggingFace(FOLDER), {seed: 0, longest: 96, stride: 16});

  test("has the logits of transformers within 1e-6", () => {
    const reader = open();
    for (const {input_ids: ids, token_type_ids: types, start, end} of oracle.cases) {
      const batch = {
        count: 1,
        length: ids.length,
        ids: Int32Array.from(ids),
        types: Int32Array.from(types),
        mask: new Float32Array(ids.length).fill(1),
      };
      const logits = tf.tidy(() => {
        const ours = bertLogits(reader.config, reader.weights, batch);
        return [ours.start.dataSync(), ours.end.dataSync()];
      });
      for (const [n, theirs] of [start, end].entries()) {
        expect(logits[n]).toBeAllClose(theirs, {rtol: 0, atol: 1e-6});
      }
    }
    reader.dispose();
  });

  test("has the loss and the gradients of transformers in a padded batch", () => {
    const reader = open();
    const {input_ids: ids, token_type_ids: types, attention_mask: mask, start, end, loss, gradients} = oracle.step;
    const batch = {
      ...{count: ids.length, length: ids[0].length, ids: Int32Array.from(ids.flat())},
      ...{types: Int32Array.from(types.flat()), mask: Float32Array.from(mask.flat())},
    };
    const names = [...reader.weights.keys()];
    const {value, grads} = tf.variableGrads(
      () => bertLoss(bertLogits(reader.config, reader.weights, batch), Int32Array.from(start), Int32Array.from(end)),
      [...reader.weights.values()],
    );
    expect(Math.abs(value.dataSync()[0] - loss)).toBeLessThan(1e-6 * loss);
    for (const name of names) {
      const values = grads[(reader.weights.get(name) as tf.Variable).name].dataSync().slice();
      // transformers gives the row of [PAD] no gradient
      if (name.endsWith("word_embeddings.weight")) values.fill(0, 0, reader.config.hidden_size);
      const norm = Math.hypot(...values);
      expect(Math.abs(norm - gradients[name].norm), name).toBeLessThan(2e-5 * gradients[name].norm + 1e-6);
      const {first} = gradients[name];
      // a key's bias moves no softmax: its gradient is rounding
      expect(values.subarray(0, first.length), name).toBeAllClose(first, {rtol: 1e-4, atol: 2e-6});
    }
    tf.dispose([value, grads]);
    reader.dispose();
  });
});

test("tokens and their places are those of transformers", () => {
  const reader = openReader(readHuggingFace(FOLDER), {seed: 0, longest: 96, stride: 16});
  const {words} = reader;
  const ends = (name: string) => [words.idOf(name), 0, 0] as const;
  for (const {question, context, input_ids: ids, offsets} of oracle.cases) {
    const [asked, text] = [question, context].map((one) =>
      words.tokenize(one).map(({id, from, to}) => [id, from, to] as const),
    );
    const ours = [ends("[CLS]"), ...asked, ends("[SEP]"), ...text, ends("[SEP]")];
    expect(ours.map(([id]) => id)).toEqual(ids);
    expect(ours.map(([, from, to]) => [from, to])).toEqual(offsets);
  }
  reader.dispose();
});
