import {expect, test} from "vitest";
import {packer} from "../../src/report/packer";
import {goToStep} from "../../src/report/reader/client/curves";
import {decodeReader, type ReaderData, shares} from "../../src/report/reader/client/data";
import {firstReaderState, type ReaderStore} from "../../src/report/reader/client/state";
import type {ReaderFile} from "../../src/report/reader/reader-file";

const context = "Ada saw the sea in May.";
const token = (piece: string, where: "question" | "text" | "", from: number, to: number) => ({
  piece,
  in: where,
  from,
  to,
});
/** [CLS], one word of the question, three of the text ("Ada", "the sea", "May"), and [SEP]. */
const tokens = [
  ...[token("[CLS]", "", 0, 0), token("When", "question", 0, 4), token("Ada", "text", 0, 3)],
  ...[token("the sea", "text", 8, 15), token("May", "text", 19, 22)],
  token("[SEP]", "", 0, 0),
];

/** A reader's data at steps 0, 10, 20 and 30; `given` are changes of its file. */
function opened(given: Partial<ReaderFile> = {}, ofTracked: object = {}): ReaderData {
  const pack = packer();
  const floats = (...values: number[]) => pack.add(Float32Array.from(values), [values.length]);
  const attention = (value: number) => [pack.add(new Uint8Array(50).fill(value), [2, 5, 5], 1 / 255)];
  const slopes = pack.add(Float32Array.of(0.1, -0.2, 0.3, -0.9, 0, 0), [3, 2]);
  const tracked = {
    ...{place: 0, tokens, right: [4, 4] as const, losses: [3, 2.5, 1, 0.5]},
    start: [null, floats(0, 0, 0, 1, 0, 0), floats(5, 0, 1, 0, 2, 0), floats(0, 9, 1, 0, 2, 7)],
    end: [null, floats(0, 0, 0, 1, 0, 0), floats(5, 0, 0, 0, 3, 0), floats(0, 9, 0, 0, 3, 7)],
    gradients: [null, null, null, floats(0, 0, 0, 0, 1)],
    lime: [null, null, null, floats(0, 0, 0, 0, 2)],
    slopes: [slopes, null, null, null],
    attention: [attention(0), null, null, attention(255)],
    ...{
      first: [null, floats(1), null, null],
      last: [null, floats(3), null, null],
      output: [null, floats(2), null, null],
    },
    ...ofTracked,
  };
  const questions = [
    {
      question: "When",
      context,
      answers: [
        {text: "in May", start: 16},
        {text: "May", start: 19},
      ],
    },
    {question: "Why", context, answers: []},
  ];
  const answers = pack.add(Uint32Array.of(19, 22, 9000, 8, 15, 2500), [2, 3]);
  const exact = {epoch: 1, trainLoss: null, loss: 1, exactMatch: 0.5, f1: 0.5, exactByTwoArgMaxes: 0.5};
  const other = pack.add(Uint32Array.of(16, 22, 100, 0, 0, 9999), [2, 3]);
  const wrong = pack.add(Uint32Array.of(0, 3, 100, 0, 0, 1), [2, 3]);
  const file: ReaderFile = {
    ...{name: "r", startedAt: "", isHeldOut: true, options: {}, noAnswer: 0, notKept: [], fit: null, controls: null},
    ...{steps: [0, 10, 20, 30], looks: [exact, exact, exact, exact], phase: null, questions},
    ...{answers: [null, answers, other, wrong], tracked: [tracked], batchLosses: floats(1, 2)},
    outputs: [
      pack.add(Float32Array.of(1, 2, 3, 0, 0, 0), [2, 3]),
      null,
      null,
      pack.add(Float32Array.of(1, 2.5, 3, 0, 0, 1), [2, 3]),
    ],
    ...given,
  };
  return decodeReader(file, Uint8Array.from(Buffer.concat(pack.parts)).buffer);
}

test("an answer is a part of its text, judged by all right answers, and by nothing where there is none", () => {
  const data = opened();
  expect(data.answered(0, 0)).toBeNull();
  expect(data.answered(1, 0)).toEqual({text: "May", from: 19, to: 22, probability: 0.9, outcome: "exact"});
  expect(data.answered(1, 1)).toMatchObject({text: "the sea", probability: 0.25, outcome: "should be none"});
  expect(data.answered(2, 0)).toMatchObject({text: "in May", outcome: "exact"});
  expect(data.answered(2, 1)).toMatchObject({text: "", outcome: "exact"}); // nothing is the right answer
  expect(data.answered(3, 0)).toMatchObject({text: "Ada", outcome: "misses"});
  const overlapping = opened({questions: [{question: "When", context, answers: [{text: "Ada May", start: 0}]}]});
  expect(overlapping.answered(1, 0)?.outcome).toBe("overlaps");
});

test("the spans of a text are ranked by their scores, within the text alone", () => {
  const [one] = opened().tracked;
  const [best] = one.spans(2);
  const share = (scores: readonly number[], n: number) => shares(Float32Array.from(scores))[n];
  expect(best).toMatchObject({text: "May", start: 4, end: 4});
  expect(best.probability).toBeCloseTo(share([5, 0, 1, 0, 2, 0], 4) * share([5, 0, 0, 0, 3, 0], 4), 9);
  expect(one.spans(2)).toHaveLength(5);
  expect(one.spans(3)[0].start).toBe(4); // the question's word scores 9 and [SEP] 7, but neither is of the text
  expect(one.spans(0)).toEqual([]);
  expect(one.gold).toBe("in May");
  expect([one.evidence("gradients", 3)?.[4], one.evidence("lime", 3)?.[4], one.evidence("lime", 1)]).toEqual([
    1,
    2,
    null,
  ]);
});

test("nothing is the answer where [CLS] scores more than the best span, by the reader's margin", () => {
  const at = (noAnswer: number | null, stop: number) => opened({noAnswer}).tracked[0].nothing(stop);
  expect(at(0, 0)).toBeNull();
  expect(at(0, 2)?.isAnswer).toBe(true); // 10 against 5
  expect(at(0, 3)?.isAnswer).toBe(false); // 0 against 5
  expect([at(4.9, 2)?.isAnswer, at(5, 2)?.isAnswer, at(null, 2)?.isAnswer]).toEqual([true, false, false]);
  const [p, q] = [shares(Float32Array.of(5, 0, 1, 0, 2, 0)), shares(Float32Array.of(5, 0, 0, 0, 3, 0))];
  expect(at(0, 2)?.probability).toBeCloseTo(p[0] * q[0], 9);
  const noText = opened({}, {tokens: tokens.slice(0, 2)}).tracked[0];
  expect(noText.spans(2)).toEqual([]);
  expect(noText.nothing(2)?.isAnswer).toBe(true); // there is no span
});

test("attention and node values are those of the nearest step that kept them, on the side that is asked for", () => {
  const data = opened();
  const [one] = data.tracked;
  expect([0, 1, 2, 3].map((stop) => one.attention(stop)?.stop)).toEqual([0, 0, 3, 3]);
  expect([one.attention(2, "before")?.stop, one.attention(1, "after")?.stop]).toEqual([0, 3]);
  expect([one.attention(0, "before")?.stop, one.attention(3, "after")?.stop]).toEqual([0, 3]);
  expect(one.attention(3)?.layers.map((layer) => [layer.length, Math.min(...layer)])).toEqual([[50, 1]]);
  const [second] = opened({}, {attention: [null, [], null, []]}).tracked;
  expect([0, 1, 2, 3].map((stop) => second.attention(stop)?.stop)).toEqual([1, 1, 1, 3]); // of equals the earlier
  expect(opened({}, {attention: [null, null, null, null]}).tracked[0].attention(1)).toBeNull();
  expect(one.nodes(3)?.stop).toBe(1);
  expect(one.nodes(3)?.lines.map(([name, values]) => [name, ...values])).toEqual([
    ["first attention", 1],
    ["last attention", 3],
    ["last output", 2],
  ]);
  expect(opened({}, {first: [], last: [], output: [null]}).tracked[0].nodes(1)).toBeNull();
});

test("the sizes of a reader are those of what it kept, and its node that moved most counts both scores", () => {
  const data = opened();
  expect([data.layers, data.heads, data.width, data.last]).toEqual([3, 2, 3, 3]);
  expect(data.moved).toBe(2); // by 1 in the end's score; node 1 by a half in the start's
  const bare = opened({outputs: [null, null, null, null], tracked: []});
  expect([bare.layers, bare.heads, bare.width, bare.moved]).toEqual([0, 0, 0, 0]);
  expect([...shares(Float32Array.of(0, Math.log(3)))]).toBeAllClose([0.25, 0.75], {rtol: 1e-6});
});

test("a reader's page opens with the question that gained most, in the phase change or over all, and its head", () => {
  const with2 = (losses: readonly number[], phase: ReaderFile["phase"]) => {
    const data = opened({phase});
    return firstReaderState({...data, tracked: [data.tracked[0], {...data.tracked[0], losses}]});
  };
  expect(with2([3, 2.9, 0.9, 0.9], null).question).toBe(0); // 2.5 against 2.1
  expect(with2([9, 2.9, 0.9, 0.9], null).question).toBe(1);
  expect(with2([3, 2.9, 0.9, 0.9], {from: 10, to: 20, share: 0.5}).question).toBe(1); // 1.5 against 2
  expect(with2([3, 2.9, 0.9, 0.9], {from: 15, to: 99, share: 0.5}).question).toBe(0); // 0.5 against 0, to the end
  expect(firstReaderState(opened())).toMatchObject({stop: 3, at: 3, layer: 1, head: 1, node: 2, list: "wrong"});
  expect(firstReaderState(opened({tracked: []}))).toMatchObject({question: 0, layer: 0, head: 0});
});

test("a click on a curve goes to the nearest step that was looked at", () => {
  const went: number[] = [];
  const go = goToStep(
    {steps: [0, 10, 40]} as unknown as ReaderData,
    {go: (s: number) => went.push(s)} as unknown as ReaderStore,
  );
  for (const step of [-5, 4, 6, 24, 26, 999]) go(step);
  expect(went).toEqual([0, 0, 1, 1, 2, 2]);
});
