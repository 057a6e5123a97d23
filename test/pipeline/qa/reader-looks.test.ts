/** @file A look into a small reader: its losses, the numbers that it keeps, and each epoch's order of windows. */
import {mkdirSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";

import {startBackend} from "../../../src/pipeline/backend/index";
import {windowsOf} from "../../../src/pipeline/data/text/windows";
import {bertLogits} from "../../../src/pipeline/model/tf/transformer/bert";
import {batchOf} from "../../../src/pipeline/qa/answering";
import {askReader} from "../../../src/pipeline/qa/ask";
import {gradientEvidence} from "../../../src/pipeline/qa/evidence";
import {readTracked} from "../../../src/pipeline/qa/files";
import {lookAt} from "../../../src/pipeline/qa/look-at";
import {answersTo, openReader, type Reader} from "../../../src/pipeline/qa/reader";
import {insideOf, trackedQuestions} from "../../../src/pipeline/qa/tracked";
import {keptQuestions} from "../../../src/pipeline/qa/tracked-places";
import {readerTrainer} from "../../../src/pipeline/qa/train";
import {placesOf, whyAnswer} from "../../../src/pipeline/qa/why";
import {temporaryFolder} from "../../support/idx-files";

const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d", "##e"];
const config = {
  ...{vocab_size: vocabulary.length, hidden_size: 8, num_hidden_layers: 3, num_attention_heads: 2},
  ...{intermediate_size: 16, max_position_embeddings: 10, type_vocab_size: 2, layer_norm_eps: 1e-12},
  hidden_act: "gelu" as const,
};
const asked = (question: string, context: string, text?: string) => ({
  ...{id: question, question, context},
  answers: text === undefined ? [] : [{text, start: context.indexOf(text)}],
});
let reader: Reader;
beforeAll(async () => {
  await startBackend("wasm");
  reader = openReader({config, vocabulary, lowerCase: true}, {seed: 1, longest: 10, stride: 1});
});

describe("a look", () => {
  const heldOut = [asked("a", "b c d", "c"), asked("b", "a d b", "a"), asked("c", "be a", "be")]; // as long as each other

  test("has the mean loss of all windows, each tracked question's own, and attention of as many as it keeps", async () => {
    const path = temporaryFolder();
    mkdirSync(join(path, "tracked"));
    mkdirSync(join(path, "answers"));
    const tracked = trackedQuestions([0, 1, 2], heldOut, reader);
    const keeping = {light: true, inside: 1, answers: false};
    const look = await lookAt(reader, heldOut, tracked, path, 4, {words: 0, seed: 0} as never, keeping);
    const losses = look.tracked.map(({loss}) => loss);
    expect(look.loss).toBeCloseTo((losses[0] + losses[1] + losses[2]) / 3, 5);
    expect(new Set(losses).size).toBe(3);
    // the loss is the mean of the start's and the end's, in nats
    const [window] = windowsOf([heldOut[0]], reader.words, reader);
    const {start, end} = await reader.logits(batchOf([window]));
    const nats = (logits: Float32Array, place: number) =>
      Math.log(logits.reduce((sum, v) => sum + Math.exp(v), 0)) - logits[place];
    expect(losses[0]).toBeCloseTo((nats(start, window.start) + nats(end, window.end)) / 2, 5);
    const [first, second] = [await readTracked(path, 4, 0), await readTracked(path, 4, 1)];
    expect([first?.has("attention.0"), second?.has("attention.0")]).toEqual([true, false]);
    expect(second?.has("start")).toBe(true);
    expect(second?.has("words.lime")).toBe(false); // no words are hidden
    const dark = await lookAt(reader, heldOut, tracked, path, 8, {words: 0, seed: 0} as never, {
      ...keeping,
      light: false,
    });
    expect(dark.loss).toBeCloseTo(look.loss, 6);
    expect(await readTracked(path, 8, 0)).toBeUndefined();
  });

  test("keeps the first and the last layer's numbers by their names, and words' weights on their own pieces", async () => {
    const [one] = trackedQuestions([2], heldOut, reader);
    const kept = await insideOf(reader, one, {samples: 40, seed: 5, isInside: true});
    const seen = new Map<string, Float32Array>();
    tf.tidy(() => {
      bertLogits(config, reader.weights, batchOf([one.window]), {
        context(layer, context) {
          seen.set(`context ${layer}`, context.dataSync() as Float32Array);
          return undefined;
        },
        output: (layer, hidden) => void seen.set(`output ${layer}`, hidden.dataSync() as Float32Array),
      });
    });
    const near = {rtol: 0, atol: 1e-5};
    const values = (name: string) => kept.get(name)?.values ?? [];
    expect(values("context.first")).toBeAllClose(seen.get("context 0") ?? [], near);
    expect(values("context.last")).toBeAllClose(seen.get("context 2") ?? [], near);
    expect(values("output.last")).toBeAllClose(seen.get("output 2") ?? [], near);
    const [answer] = await answersTo(reader, [heldOut[2]]);
    const {words} = await whyAnswer(reader, answer, 40, 5);
    // [CLS] c [SEP] b ##e a [SEP]
    const weights = [null, 0, null, 1, 1, 2, null].map((n) => (n === null ? 0 : words[n].weight));
    expect(values("words.lime")).toBeAllClose(weights, near);
  });
});

test("a tracked question has the window with its answer, or the first one where no window has it", () => {
  const long = asked("a", "b c d b c d b a", "a");
  const questions = [long, {...long, answers: []}, asked("a", "b", "b")];
  const [late, none, short] = trackedQuestions([0, 1, 2], questions, reader);
  const windows = windowsOf([long], reader.words, reader);
  expect(windows.length).toBeGreaterThan(1);
  expect(late.window.tokens).toEqual(windows[windows.length - 1].tokens);
  expect(late.window.start).toBeGreaterThan(0);
  expect(none.window.tokens).toEqual(windows[0].tokens);
  expect([late.place, short.place, short.window.start]).toEqual([0, 2, 3]);
  const kept = keptQuestions(reader, questions, [short]);
  expect(kept[0]).toEqual(long);
  expect(kept[2].tracked?.tokens.map(({piece, in: part}) => [piece, part])).toEqual([
    ...[
      ["[CLS]", ""],
      ["a", "question"],
      ["[SEP]", ""],
      ["b", "text"],
      ["[SEP]", ""],
    ],
  ]);
  expect(kept[2].tracked?.right).toEqual([3, 3]);
});

test("each word's part by integrated gradients is that of its pieces", async () => {
  const {answer, why} = await askReader(reader, "c", "be a", {top: 1, why: true, samples: 40});
  const evidence = await gradientEvidence(reader, answer.window, placesOf(answer, answer.spans[0]));
  expect(why?.words.map(({word, inQuestion}) => [word, inQuestion])).toEqual([
    ["c", true],
    ["be", false],
    ["a", false],
  ]);
  const parts = [evidence[1], evidence[3] + evidence[4], evidence[5]];
  expect(why?.words.map(({gradient}) => gradient ?? Number.NaN)).toBeAllClose(parts, {rtol: 0, atol: 1e-5});
});

test("every epoch learns from each window once, in an order of its own", async () => {
  const own = openReader({config, vocabulary, lowerCase: true}, {seed: 2, longest: 10, stride: 1});
  const windows = windowsOf(
    [asked("a", "b c d", "c"), asked("b", "a d b", "a"), asked("c", "be a", "be"), asked("d", "a b a", "b")],
    ...([own.words, own] as const),
  );
  // nothing moves, so the losses are those of the windows
  const still = {learningRate: 0, warmUp: 0.5, weightDecay: 0, clip: 0, dropout: 0, seed: 3};
  const losses = async (epochs: number, batchSize: number) => {
    const trainer = readerTrainer(own, windows, {...still, epochs, batchSize});
    const found: number[] = [];
    while (found.length < trainer.steps) found.push((await trainer.next()).loss);
    trainer.dispose();
    return found;
  };
  const each = await losses(6, 1);
  const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);
  const first = sorted(each.slice(0, 4));
  expect(new Set(first.map((loss) => loss.toFixed(4))).size).toBe(4);
  const orders = new Set<string>();
  for (let epoch = 0; epoch < 6; epoch++) {
    const some = each.slice(4 * epoch, 4 * epoch + 4);
    expect(sorted(some)).toBeAllClose(first, {rtol: 1e-5, atol: 0});
    orders.add(some.map((loss) => loss.toFixed(4)).join());
  }
  expect(orders.size).toBeGreaterThan(1);
  const pairs = await losses(1, 2);
  expect(pairs).toHaveLength(2);
  expect(pairs[0] + pairs[1]).toBeCloseTo(first.reduce((a, b) => a + b) / 2, 4);
  const three = await losses(1, 3); // the last batch is smaller
  expect(3 * three[0] + three[1]).toBeCloseTo(
    first.reduce((a, b) => a + b),
    4,
  );
  own.dispose();
});
