import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {toSafetensors} from "../../../src/onnx/index";
import {startBackend} from "../../../src/pipeline/backend/index";
import type {Question} from "../../../src/pipeline/data/text/questions";
import {windowsOf} from "../../../src/pipeline/data/text/windows";
import {WordPiece} from "../../../src/pipeline/data/text/word-piece";
import {ratesOf} from "../../../src/pipeline/qa/again";
import {answerOf} from "../../../src/pipeline/qa/answer";
import {askReader, openSavedReader} from "../../../src/pipeline/qa/ask";
import {readerCharts} from "../../../src/pipeline/qa/charts";
import {checkDigests} from "../../../src/pipeline/qa/digests";
import {writeQuestions, writeTracked} from "../../../src/pipeline/qa/files";
import {findReader, newestReader, readerFolder, readersOf} from "../../../src/pipeline/qa/find";
import {readHuggingFace, vocabularyOf} from "../../../src/pipeline/qa/hugging-face";
import {keptWords} from "../../../src/pipeline/qa/kept-looks";
import {longestWindow} from "../../../src/pipeline/qa/longest-window";
import {type ReaderOptions, readerOptions} from "../../../src/pipeline/qa/options";
import {phaseChange} from "../../../src/pipeline/qa/phase";
import {questionsFor} from "../../../src/pipeline/qa/questions-for";
import {openReader} from "../../../src/pipeline/qa/reader";
import {stateOf} from "../../../src/pipeline/qa/state";
import {trackedOf} from "../../../src/pipeline/qa/tracked-places";
import {readerTrainer, stepsOf} from "../../../src/pipeline/qa/train";
import {windowWords, wordPlaces} from "../../../src/pipeline/qa/words";
import {temporaryFolder} from "../../support/idx-files";

const BERT = "test/fixtures/bert";
const optionsWith = (given: Partial<ReaderOptions>) => resolveOptions<ReaderOptions>(readerOptions, given, "--");

beforeAll(async () => startBackend("wasm"));

describe("a Hugging Face folder", () => {
  const config = JSON.parse(readFileSync(join(BERT, "config.json"), "utf8"));
  /** The fixture, with other files in place of its own. */
  function folderWith(files: {readonly [name: string]: string | Uint8Array}): string {
    const folder = temporaryFolder();
    for (const name of ["vocab.txt", "model.safetensors", "config.json"])
      writeFileSync(join(folder, name), files[name] ?? readFileSync(join(BERT, name)));
    return folder;
  }
  const configured = (given: object) => folderWith({"config.json": JSON.stringify({...config, ...given})});

  test.each<[string, object, string]>([
    ["an epsilon of 0", {layer_norm_eps: 0}, "expected layer_norm_eps as a number above 0, got 0"],
    ["an epsilon that is a text", {layer_norm_eps: "1"}, 'expected layer_norm_eps as a number above 0, got "1"'],
    [
      "layers of half a size",
      {intermediate_size: 0.5},
      "expected intermediate_size as a whole number above 0, got 0.5",
    ],
    ["no heads", {num_attention_heads: 0}, "expected num_attention_heads as a whole number above 0, got 0"],
    ["no width", {hidden_size: undefined}, "expected hidden_size as a whole number above 0, got undefined"],
    ["heads that do not divide", {num_attention_heads: 5}, "expected hidden_size as a multiple of 5 heads, got 48"],
    ["another activation", {hidden_act: "relu"}, 'expected hidden_act gelu or gelu_new, got "relu"'],
    ["other places", {position_embedding_type: "relative_key"}, 'absolute, got "relative_key"'],
    ["another network", {model_type: "gpt2"}, 'expected a BERT (model_type "bert"), got "gpt2"'],
    ["another width", {intermediate_size: 95}, "of shape [95,48], got [96,48]"],
    ["one layer more", {num_hidden_layers: 4}, "expected the weights bert.encoder.layer.3."],
  ])("with %s is refused in one line", (_, given, message) => {
    expect(() => readHuggingFace(configured(given))).toThrow(message);
  });

  test("may leave out the kind of places, name the other gelu, and tell its threshold", () => {
    expect(readHuggingFace(BERT)).not.toHaveProperty("noAnswer");
    const read = readHuggingFace(
      configured({position_embedding_type: undefined, hidden_act: "gelu_new", null_score_diff_threshold: -2.5}),
    );
    expect(read).toMatchObject({noAnswer: -2.5, missing: []});
    expect(read.config.hidden_act).toBe("gelu_new");
  });

  test("without a head, and without the prefix of its weights, is read, and the head is told as missing", () => {
    const whole = readHuggingFace(BERT).weights;
    const body = [...whole].filter(([name]) => !name.startsWith("qa_outputs"));
    const bare = new Map(body.map(([name, array]) => [name.replace(/^bert\./, ""), array]));
    const read = readHuggingFace(folderWith({"model.safetensors": toSafetensors(bare)}));
    expect(read.missing).toEqual(["qa_outputs.weight", "qa_outputs.bias"]);
    expect([...read.weights.keys()]).toEqual(body.map(([name]) => name));
    expect(read.weights.get(body[0][0])?.values).toEqual(body[0][1].values);
  });

  test("has floats of any size, and nothing else", () => {
    const whole = readHuggingFace(BERT).weights;
    const first = [...whole.keys()][0];
    const values = whole.get(first)?.values as Float32Array;
    /** Every number as `bytes` of one kind. */
    const stored = (dtype: string, bytes: (values: Float32Array) => Uint8Array) => {
      const header: {[name: string]: object} = {};
      const parts: Uint8Array[] = [];
      let at = 0;
      for (const [name, {shape, values}] of whole) {
        const part = bytes(values);
        header[name] = {dtype, shape, data_offsets: [at, at + part.length]};
        parts.push(part);
        at += part.length;
      }
      const json = Buffer.from(JSON.stringify(header));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      return folderWith({"model.safetensors": Buffer.concat([length, json, ...parts])});
    };
    const bytesOf = ({buffer}: {readonly buffer: ArrayBufferLike}) => new Uint8Array(buffer);
    const double = stored("F64", (list) => bytesOf(Float64Array.from(list)));
    expect(readHuggingFace(double).weights.get(first)?.values).toEqual(values);
    const brain = stored("BF16", (list) =>
      bytesOf(Uint16Array.from(new Uint32Array(Float32Array.from(list).buffer), (bits) => bits >>> 16)),
    );
    expect(readHuggingFace(brain).weights.get(first)?.values).toBeAllClose(values, {rtol: 2 ** -7, atol: 0});
    const one = stored("F16", (list) => bytesOf(new Uint16Array(list.length).fill(0x3c00)));
    expect(new Set(readHuggingFace(one).weights.get(first)?.values)).toEqual(new Set([1]));
    const whole32 = stored("I32", (list) => bytesOf(Int32Array.from(list)));
    expect(() => readHuggingFace(whole32)).toThrow(`expected ${first} as floats, got int32`);
  });

  test("has its words in a tokenizer, whose case settings say", () => {
    const folder = temporaryFolder();
    const tokenizer = (model: unknown) => writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({model}));
    tokenizer({type: "WordPiece", vocab: {"[UNK]": 1, "[PAD]": 0}});
    expect(vocabularyOf(folder)).toEqual({vocabulary: ["[PAD]", "[UNK]"], lowerCase: true});
    writeFileSync(join(folder, "tokenizer_config.json"), '{"do_lower_case": false}');
    expect(vocabularyOf(folder)).toEqual({vocabulary: ["[PAD]", "[UNK]"], lowerCase: false});
    tokenizer({type: "BPE", vocab: {a: 0}});
    expect(() => vocabularyOf(folder)).toThrow('expected a WordPiece tokenizer, got "BPE"');
    tokenizer({type: "WordPiece"});
    expect(() => vocabularyOf(folder)).toThrow('expected a WordPiece tokenizer, got "WordPiece"');
  });
});

describe("questions of a file", () => {
  async function split(count: number, heldOut: number): Promise<[train: number, heldOut: number, isSame: boolean]> {
    const file = join(temporaryFolder(), "q.json");
    const all = Array.from({length: count}, (_, n) => ({id: `${n}`, question: `q${n}?`, context: "a", answers: []}));
    writeFileSync(file, JSON.stringify(all));
    const made = await questionsFor(optionsWith({data: file, heldOut}));
    const kept = made.heldOut === made.train ? all : [...made.train, ...made.heldOut];
    expect(kept.map(({id}) => id)).toEqual(all.map(({id}) => id)); // the last ones are held out
    return [made.train.length, made.heldOut.length, made.heldOut === made.train];
  }

  test("are held out as told, at most a fifth, and of a handful none", async () => {
    expect(await split(10, 5)).toEqual([10, 10, true]); // as many again must stay
    expect(await split(11, 5)).toEqual([9, 2, false]);
    expect(await split(99, 50)).toEqual([99, 99, true]);
    expect(await split(100, 50)).toEqual([80, 20, false]);
    expect(await split(100, 7)).toEqual([93, 7, false]);
  });
});

describe("the questions that are tracked", () => {
  const asked = (...ids: readonly string[]): Question[] =>
    ids.map((id) => ({id, question: "a?", context: "b", answers: []}));

  test("are the hard ones and then the first ones, each once, three in all", () => {
    expect(trackedOf("", asked("a", "b", "c", "d"))).toEqual([0, 1, 2]);
    expect(trackedOf("", asked("a", "b"))).toEqual([0, 1]);
    expect(trackedOf("", asked("a", "b", "c", "d", "e-alike"))).toEqual([4, 0, 1]);
    expect(trackedOf("none", asked("a"))).toEqual([]);
  });

  test("are those that are told, from 0 to the last", () => {
    expect(trackedOf("2,0, 2", asked("a", "b", "c"))).toEqual([2, 0]);
    for (const list of ["3", "-1", "0.5", "0,,1", "x"]) {
      expect(() => trackedOf(list, asked("a", "b", "c"))).toThrow(
        `--track: expected places from 0 to 2, or none, got "${list}"`,
      );
    }
  });
});

describe("readers' runs in a folder", () => {
  const save = temporaryFolder();
  const begun = (folder: string, facts: unknown) => {
    mkdirSync(folder, {recursive: true});
    writeFileSync(join(folder, "qa.json"), typeof facts === "string" ? facts : JSON.stringify(facts));
  };

  test("are none at first, and then listed newest first, those of unknown times last", () => {
    expect(readersOf(save)).toEqual([]);
    expect(() => newestReader(save)).toThrow('expected a reader\'s run, got none; train one by "qa train"');
    begun(join(save, "qa", "b"), {startedAt: "2026-01-03T00:00:00.000Z"});
    begun(join(save, "qa", "a"), {startedAt: "2026-01-01T00:00:00.000Z"});
    begun(join(save, "qa", "c"), {startedAt: "2026-01-02T00:00:00.000Z"});
    begun(join(save, "qa", "d"), "null");
    mkdirSync(join(save, "qa", "e"));
    expect(readersOf(save)).toEqual(["b", "c", "a", "d"]);
    expect(readerFolder(save, "latest")).toBe(join(save, "qa", "b"));
    expect(readerFolder(save, "a")).toBe(join(save, "qa", "a"));
    expect([findReader(save, "e"), readerFolder(save, "/no/such")]).toEqual([undefined, "/no/such"]);
  });

  test("are named in a table of efficacy by where they began, their steps and their data", async () => {
    const folder = join(save, "state");
    begun(folder, {options: {from: "", data: ""}});
    expect(await stateOf(folder)).toBe("bert-NoPretrain-0-made");
    writeFileSync(join(folder, "looks.jsonl"), '{"step": 4}\n{"step": 8}\n');
    begun(folder, {options: {from: "/a/bert", data: "/b/q.json"}});
    expect(await stateOf(folder)).toBe("bert-8-q.json");
  });

  test("go on only with the questions and words that they began with", () => {
    const run = {name: "r", digests: {questions: "a".repeat(64), words: "b".repeat(64)}};
    const checking = (data: string, from: string, now: object) => () =>
      checkDigests({...run, options: {data, from}}, now);
    expect(checking("", "", run.digests)).not.toThrow();
    expect(checking("", "", {})).not.toThrow();
    expect(() => checkDigests({name: "r", options: {data: "", from: ""}}, run.digests)).not.toThrow();
    expect(checking("", "", {questions: "c"})).toThrow("the made questions: expected the questions with which r began");
    expect(checking("q.json", "m", {questions: "c"})).toThrow("q.json: expected the questions");
    expect(checking("q.json", "m", {words: "c"})).toThrow("m: expected the words");
    expect(checking("q.json", "", {words: "c"})).toThrow("q.json: expected the words");
  });
});

test("a change of phase needs a tenth of gain, half of it in its span, and is the steeper of two as short", () => {
  const curve = (...values: readonly number[]) => values.map((value, n) => ({step: 10 * n, value}));
  expect(phaseChange(curve(0, 0.125), 0.125)).toEqual({from: 0, to: 10, share: 1});
  expect(phaseChange(curve(0, 0.5, 1))).toEqual({from: 0, to: 10, share: 0.5});
  expect(phaseChange(curve(0, 0.5, 1.25, 1.5, 2))).toMatchObject({from: 0, to: 20});
  expect(phaseChange(curve(0, 0.5, 0.5, 1.25, 1.25, 2.5, 2.5))).toMatchObject({from: 40, to: 50, share: 0.5});
  expect(phaseChange(curve(0, 0.5, 0, 0.75, 0.25, 1))).toEqual({from: 20, to: 30, share: 0.75});
});

test("a rate without bias is told of two draws or more, and where not enough were right it is the plain one", () => {
  expect(ratesOf(1, 1, true).rate).toEqual({biased: 1, unbiased: null});
  expect(ratesOf(1, 2, true).rate).toEqual({biased: 0.5, unbiased: 0});
  expect(ratesOf(3, 5, true).rate).toEqual({biased: 0.6, unbiased: 0.5});
  expect(ratesOf(3, 4, false).rate).toEqual({biased: 0.75, unbiased: 0.75});
});

test("what is not kept is told in words: none, some or all looks, and one or several questions", () => {
  const kept = {looks: 9, light: 9, inside: 2, questions: 1, answers: 9, most: 5};
  expect(keptWords(kept, 3)).toBe(
    "tracked/ keeps attention and node values of the first tracked question at 2 of 9 looks, so that it stays below 5 MB",
  );
  expect(keptWords({...kept, inside: 9, questions: 2}, 3)).toBe(
    "tracked/ keeps attention and node values of the first 2 tracked questions at all 9 looks, so that it stays below 5 MB",
  );
  expect(keptWords({...kept, light: 4, inside: 0, questions: 0, answers: 3}, 3)).toBe(
    "tracked/ keeps logits and words' weights at 4 of 9 looks, attention and node values at no look, so that it stays " +
      "below 5 MB; answers/ keeps 3 of 9 looks, so that it stays below 64 MB",
  );
});

describe("a window's words", () => {
  const words = new WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "##c"]);
  const questions = [{id: "q", question: "ac", context: "b a bcc", answers: []}];
  const [window] = windowsOf(questions, words, {longest: 20, stride: 0});

  test("are whole, belong to the question or the text, and have places there", () => {
    // [CLS] a ##c [SEP] b a b ##c ##c [SEP]
    const found = windowWords(window, words);
    expect([...found.labels]).toEqual([0, 1, 1, 0, 2, 3, 4, 4, 4, 0]);
    expect(found.words).toEqual([
      {word: "ac", inQuestion: true},
      {word: "b", inQuestion: false},
      {word: "a", inQuestion: false},
      {word: "bcc", inQuestion: false},
    ]);
    expect(wordPlaces(window, "ac", words)).toEqual([
      {from: 0, to: 2},
      {from: 0, to: 1},
      {from: 2, to: 3},
      {from: 4, to: 7},
    ]);
  });

  test("answer by two argmaxes only from start to end within the text", () => {
    const scores = (at: number) => Float32Array.from({length: 10}, (_, n) => (n === at ? 5 : 0));
    const answered = (start: number, end: number) =>
      answerOf({window, start: scores(start), end: scores(end)}, questions[0], 1).byTwoArgMaxes;
    expect([answered(4, 5), answered(4, 4), answered(8, 8), answered(4, 8)]).toEqual(["b a", "b", "c", "b a bcc"]);
    expect([answered(5, 4), answered(3, 4), answered(4, 9), answered(0, 0)]).toEqual(["", "", "", ""]);
  });

  test("fill the longest window where no text is told, and else the longest one that they need", () => {
    const reader = {words, longest: 7, stride: 1, logits: () => Promise.reject(), dispose() {}};
    expect(longestWindow(reader)).toEqual({length: 7, ids: new Int32Array(7).fill(1), types: new Int32Array(7)});
    // of three tokens of room: "b a b" and then "b ##c ##c"; of a shorter text: one window that is not full
    expect(longestWindow(reader, {question: "a", context: "b a bcc"}).ids).toEqual(Int32Array.of(2, 4, 3, 5, 4, 5, 3));
    expect(longestWindow(reader, {question: "a", context: "b"}).ids).toEqual(Int32Array.of(2, 4, 3, 5, 3));
  });
});

describe("a saved reader", () => {
  test("shares a quarter of its windows, and finds no words where the text has none", async () => {
    const reader = await openSavedReader(BERT);
    expect([reader.longest, reader.stride]).toEqual([96, 24]);
    const asked = await askReader(reader, "When?", " ", {top: 3, why: true, samples: 20});
    expect(asked.why).toEqual({words: [], r2: null});
    expect(await askReader(reader, "When?", "at dusk", {top: 3, why: false, samples: 20})).not.toHaveProperty("why");
    reader.dispose();
  });
});

describe("a reader from scratch", () => {
  const [width, longest] = [8, 16];
  const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d"];
  const config = {
    ...{vocab_size: vocabulary.length, hidden_size: width, num_hidden_layers: 1, num_attention_heads: 2},
    ...{intermediate_size: 16, max_position_embeddings: longest, type_vocab_size: 2, layer_norm_eps: 1e-12},
    hidden_act: "gelu" as const,
  };
  const opened = (more: {readonly longest?: number; readonly noAnswer?: number} = {}) =>
    openReader({config, vocabulary, lowerCase: true}, {seed: 1, longest, stride: 2, ...more});
  const answered = {id: "q", question: "a", context: "b c d", answers: [{text: "c", start: 2}]};
  const training = {epochs: 4, batchSize: 1, learningRate: 0.01, warmUp: 0.5, weightDecay: 0, clip: 0, dropout: 0};

  test("knows places as waves, and has windows no longer than its places", () => {
    const reader = opened({longest: 99});
    expect(reader.longest).toBe(longest);
    expect(reader).not.toHaveProperty("noAnswer");
    const places = reader.weights.get("bert.embeddings.position_embeddings.weight")?.dataSync() as Float32Array;
    for (const [place, j, phase] of [
      [0, 0, 0],
      [3, 0, 3],
      [3, 1, 3],
      [2, 4, 2 / 100 ** (4 / width)],
      [2, 5, 2 / 100 ** (4 / width)],
    ]) {
      expect(places[place * width + j]).toBeCloseTo(0.35 * (j % 2 === 0 ? Math.sin(phase) : Math.cos(phase)), 5);
    }
    const of = (name: string) => reader.weights.get(name)?.dataSync() as Float32Array;
    expect(new Set(of("bert.embeddings.LayerNorm.weight"))).toEqual(new Set([1]));
    expect(new Set(of("qa_outputs.bias"))).toEqual(new Set([0]));
    const words = of("bert.embeddings.word_embeddings.weight");
    const spread = Math.sqrt(words.reduce((sum, v) => sum + v * v, 0) / words.length);
    expect(spread).toBeGreaterThan(0.15);
    expect(spread).toBeLessThan(0.35);
    reader.dispose();
    const told = opened({noAnswer: 0});
    expect(told.noAnswer).toBe(0);
    told.dispose();
  });

  /** The weights after each of some steps, and the first moments after the last. */
  async function trained(steps: number, more: Partial<typeof training> = {}) {
    const reader = opened();
    const windows = windowsOf([answered], reader.words, reader);
    const trainer = readerTrainer(reader, windows, {...training, ...more, seed: 3});
    const seen = [(await trainer.state()).arrays.slice(0, reader.weights.size)];
    for (let n = 0; n < steps; n++) {
      await trainer.next();
      seen.push((await trainer.state()).arrays.slice(0, reader.weights.size));
    }
    const moments = (await trainer.state()).arrays.filter(({name}) => name.endsWith("/m"));
    trainer.dispose();
    reader.dispose();
    return {seen, moments};
  }

  test("moves as fast as its rate says, which rises and falls to 0", async () => {
    expect(stepsOf(Array(7).fill({}), {epochs: 3, batchSize: 2})).toBe(12);
    const {seen} = await trained(4);
    // Adam moves a weight by at most about its rate, and of one question all in the same direction
    const moved = [1, 2, 3, 4].map((n) => {
      const change = seen[n].flatMap(({values}, i) =>
        Array.from(values, (v, k) => Math.abs(v - seen[n - 1][i].values[k])),
      );
      return Math.max(...change) / training.learningRate;
    });
    for (const [n, rate] of [0.5, 1, 1, 0.5].entries()) {
      expect(moved[n]).toBeGreaterThan(0.8 * rate);
      expect(moved[n]).toBeLessThan(1.3 * rate);
    }
  });

  test("lets kernels and tables decay, but neither biases nor weights of normalisations", async () => {
    const [plain, decayed] = [await trained(1), await trained(1, {weightDecay: 0.5})];
    for (const [i, {name, values}] of plain.seen[1].entries()) {
      const decays = !/bias$|LayerNorm/.test(name);
      const before = plain.seen[0][i].values;
      const expected = Float32Array.from(values, (v, k) => v - (decays ? 0.005 * 0.5 * before[k] : 0));
      expect(decayed.seen[1][i].values, name).toBeAllClose(expected, {rtol: 0, atol: 1e-6});
    }
  });

  test("shortens gradients that are longer than told, and leaves shorter ones", async () => {
    const length = async (clip: number) => {
      const {moments} = await trained(1, {clip});
      // the first moment is a tenth of the gradient
      return 10 * Math.sqrt(moments.flatMap(({values}) => [...values]).reduce((sum, v) => sum + v * v, 0));
    };
    const whole = await length(0);
    expect(whole).toBeGreaterThan(0.01);
    expect(await length(whole / 2)).toBeCloseTo(whole / 2, 3);
    expect(await length(2 * whole)).toBeCloseTo(whole, 3);
  });

  test("does not go on from a state of another network", async () => {
    const reader = opened();
    const windows = windowsOf([answered], reader.words, reader);
    const state = {step: 1, arrays: [{name: "x", shape: [1], values: Float32Array.of(1)}]};
    const trainer = readerTrainer(reader, windows, {...training, seed: 3}, state);
    await expect(trainer.next()).rejects.toThrow(`checkpoint: expected ${3 * reader.weights.size} arrays, got 1`);
    trainer.dispose();
    reader.dispose();
  });
});

test("a reader's charts show its losses, its fall, how its weights moved, and where the right answer is", async () => {
  const folder = temporaryFolder();
  const options = optionsWith({width: 3}); // the network that it goes on from may have another width
  writeFileSync(join(folder, "qa.json"), JSON.stringify({name: "r", startedAt: "", options}));
  expect(await readerCharts(folder)).toEqual([]); // before the first look
  const steps = [0, 5, 10, 15];
  const batches = [[], [2.2, 1.9, 1.7, 1.5, 1.4], [1.3, 1.2, 1.1, 1, 1], [0.9, 0.9, 0.8, 0.8, 0.8]];
  const looks = steps.map((step, n) => ({
    ...{step, epoch: n, trainLoss: null, batchLosses: batches[n], loss: 2 - n / 4, seconds: 1},
    ...{exactMatch: n / 4, f1: [0, 0.1, 0.9, 1][n], exactByTwoArgMaxes: n / 8},
    tracked: [{question: 1, loss: 3 - n, answer: ""}],
  }));
  writeFileSync(join(folder, "looks.jsonl"), looks.map((look) => `${JSON.stringify(look)}\n`).join(""));
  const tokens = ["[CLS]", "[SEP]", "x"].map((piece) => ({piece, in: "" as const, from: 0, to: 0}));
  const asked = {id: "q", question: "x?", context: "x", answers: []};
  await writeQuestions(folder, [asked, {...asked, tracked: {tokens, right: [2, 2]}}]);
  mkdirSync(join(folder, "tracked"));
  const array = (shape: readonly number[], ...values: readonly number[]) => ({
    shape,
    values: Float32Array.from(values),
  });
  for (const [n, step] of steps.entries()) {
    await writeTracked(
      ...([folder, step, 1] as const),
      new Map([
        ["start", array([3], n, n + 1, n + 2)],
        ["end", array([3], -n, -n - 1, -n - 2)],
        // starts of both nodes, then ends: node 1 moves by 3 and 4 in all, node 0 by 1
        ["qa_outputs.weight", array([2, 2], 1 + n / 3, 1 + n, -3, -3 - (4 * n) / 3)],
        ...["context.first", "context.last", "output.last"].map(
          (name) => [name, array([3, 2], 10, 11, 20, 21, 30 + n, 31 + n)] as const,
        ),
      ]),
    );
  }
  const charts = new Map((await readerCharts(folder)).map((chart) => [chart.name, chart.data]));
  const of = (name: string) =>
    charts.get(name) as unknown as {
      readonly title: string;
      readonly span?: object;
      readonly marked?: readonly number[];
      readonly panels: readonly {lines: readonly {name: string; points: readonly (readonly [number, number])[]}[]}[];
    };
  expect([...charts.keys()]).toEqual([
    ...["curves", "weights", "weights-change", "weights-change-by-step"],
    ...["question-1-logits-by-token", "question-1-nodes", "question-1-logits"],
  ]);
  const span = {from: 5, to: 10, label: "phase change"};
  expect(of("curves").span).toEqual(span);
  const [{lines: losses}, {lines: tracked}] = of("curves").panels;
  expect(losses[0].points).toEqual(batches.flat().map((loss, n) => [n + 1, loss]));
  for (const [n, [step, fitted]] of losses[2].points.entries()) {
    expect(step).toBe(n + 1);
    expect(Math.abs(fitted - batches.flat()[n])).toBeLessThan(0.1);
  }
  expect(tracked[0]).toMatchObject({name: "question 1", points: steps.map((step, n) => [step, 3 - n])});
  // weights 1, 1, -3, -3 have the spread 2
  const [first, last] = of("weights").panels;
  expect(first.lines.map(({points}) => points)).toEqual([
    [
      [0, 1],
      [1, 1],
    ],
    [
      [0, -3],
      [1, -3],
    ],
  ]);
  expect(last.lines[1].points).toEqual([
    [0, -3],
    [1, -7],
  ]);
  const [[, zero], [, one]] = of("weights-change").panels[0].lines[0].points;
  expect([zero, one]).toBeAllClose([0.5, 2.5], {rtol: 1e-6, atol: 0});
  const [most] = of("weights-change-by-step").panels[0].lines;
  expect(most.name).toBe("1");
  expect(most.points.map(([, change]) => change)).toBeAllClose([0, 2.5 / 3, 5 / 3, 2.5], {rtol: 1e-6, atol: 0});
  expect(of("question-1-nodes")).toMatchObject({title: "“x?”: node 1 by token", marked: [2, 2]});
  expect(of("question-1-nodes").panels[0].lines.map(({points}) => points)).toEqual(
    [0, 1, 3].map((n) => [
      [0, 11],
      [1, 21],
      [2, 31 + n],
    ]),
  );
  const heat = charts.get("question-1-logits");
  expect(heat).toMatchObject({marked: [2, 2], span: {from: 1, to: 2}, rows: steps.map((step) => `step ${step}`)});
});
