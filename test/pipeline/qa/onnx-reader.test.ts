import {copyFileSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, describe, expect, test} from "vitest";
import {openStrangeReader} from "../../../src/cli/strange-reader";
import {TYPE} from "../../../src/onnx/file/tensors";
import {windowsOf} from "../../../src/pipeline/data/text/windows";
import {type Answering, batchOf, logitsOf} from "../../../src/pipeline/qa/answering";
import {askReader, openSavedReader} from "../../../src/pipeline/qa/ask";
import {openOnnxReader} from "../../../src/pipeline/qa/onnx-reader";
import {answersTo} from "../../../src/pipeline/qa/reader";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {floats, ints, node, type OnnxGraph, onnxFile} from "../../support/onnx";
import {faultsOf} from "../../support/schemas";

const FOLDER = "test/fixtures/bert-onnx";
const cases = JSON.parse(readFileSync(join(FOLDER, "oracle.json"), "utf8")) as {
  readonly question: string;
  readonly context: string;
  readonly ids: number[];
  readonly start: number[];
  readonly end: number[];
  readonly fixed: [start: number[], end: number[]];
}[];
const questions = cases.map(({question, context}, n) => ({id: `${n}`, question, context, answers: []}));
const opened: Answering[] = [];
const open = async (name: string, tokenizer = "") => {
  const reader = await openOnnxReader(join(FOLDER, name), tokenizer, "auto");
  opened.push(reader);
  return reader;
};
afterAll(async () => {
  for (const reader of opened) await reader.dispose();
});

describe("an exported BERT answers", () => {
  test("with PyTorch's logits, alone and in a padded batch", async () => {
    const reader = await open("model.onnx");
    const windows = windowsOf(questions, reader.words, {longest: 96, stride: 16});
    expect(windows.map(({ids}) => ids)).toEqual(cases.map(({ids}) => ids));
    const together = await logitsOf(reader, windows);
    for (const [n, {start, end}] of cases.entries()) {
      const [alone] = await logitsOf(reader, [windows[n]]);
      for (const ours of [alone, together[n]]) {
        expect(ours.start).toBeAllClose(start, {rtol: 0, atol: 2e-6});
        expect(ours.end).toBeAllClose(end, {rtol: 0, atol: 2e-6});
      }
    }
  });

  test("where its sizes are fixed, its ids are of 32 bits, it takes no token types, and its ends come before its starts", async () => {
    const reader = await open("fixed.onnx");
    expect(reader.longest).toBe(32);
    const windows = windowsOf(questions, reader.words, reader);
    const short = windows.filter(({question}) => cases[question].ids.length <= 32);
    expect(short.length).toBeGreaterThan(0);
    for (const [n, {start, end}] of (await logitsOf(reader, short)).entries()) {
      const [starts, ends] = cases[short[n].question].fixed;
      expect(start).toBeAllClose(starts, {rtol: 0, atol: 2e-6});
      expect(end).toBeAllClose(ends, {rtol: 0, atol: 2e-6});
    }
  });

  test("as the same network from its folder does, with the same words speaking for it", async () => {
    const [onnx, folder] = [await open("model.onnx"), await openSavedReader("test/fixtures/bert")];
    const [ours, theirs] = [await answersTo(onnx, questions), await answersTo(folder, questions)];
    expect(ours.map(({text}) => text)).toEqual(theirs.map(({text}) => text));
    const {question, context} = cases[0];
    const asked = {top: 3, why: true, samples: 200};
    const [a, b] = [await askReader(onnx, question, context, asked), await askReader(folder, question, context, asked)];
    expect(a.why?.words.map(({word}) => word)).toEqual(b.why?.words.map(({word}) => word));
    expect(a.why?.words.map(({weight}) => weight)).toBeAllClose(b.why?.words.map(({weight}) => weight) ?? [], {
      rtol: 0,
      atol: 1e-5,
    });
    folder.dispose();
  });

  test("on the command line, and as JSON", async () => {
    const {question, context} = cases[0];
    const asking = ["qa", "ask", question, "--text", context, "--model", join(FOLDER, "model.onnx")];
    const {code, stdout, stderr} = await command([...asking, "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    const document = JSON.parse(stdout);
    expect(faultsOf(document, "epochscope/qa-answer/1")).toEqual([]);
    expect(context.slice(document.start, document.end)).toBe(document.answer);
  });
});

test("a batch has at least as many tokens as it is told", () => {
  const window = {question: 0, ids: [2, 5, 3], types: [0, 0, 1], first: 2, tokens: [], start: 0, end: 0};
  expect(batchOf([window], 5)).toMatchObject({length: 5, ids: Int32Array.of(2, 5, 3, 0, 0)});
});

describe("an ONNX file that asks for too much, or stands for something else, is refused in one line", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "vocab.txt"), readFileSync(join(FOLDER, "vocab.txt")));
  const whole = {type: "int64", dims: ["n", "t"]} as const;
  const cast = node("Cast", ["input_ids"], ["f"], {to: TYPE.float32});
  const both = (name: string) => [node("Identity", [name], ["start_logits"]), node("Identity", [name], ["end_logits"])];
  const plain: OnnxGraph = {
    inputs: {input_ids: whole},
    outputs: {start_logits: ["n", "t"], end_logits: ["n", "t"]},
    nodes: [cast, ...both("f")],
  };
  const written = (name: string, graph: OnnxGraph) => {
    const path = join(folder, `${name}.onnx`);
    writeFileSync(path, onnxFile(graph));
    return path;
  };
  const asked = {question: "when?", context: "At dusk."};
  const ask = async (path: string) => {
    const reader = await openOnnxReader(path, "", "auto");
    return askReader(reader, asked.question, asked.context, {top: 1, why: false, samples: 0}).finally(() =>
      reader.dispose(),
    );
  };
  const outside = (location: string) => ({
    ...plain,
    nodes: [node("Gather", ["w", "input_ids"], ["f"]), ...both("f")],
    weights: [
      {
        name: "w",
        dims: [172],
        dataType: TYPE.float32,
        dataLocation: 1,
        externalData: [{key: "location", value: location}],
      },
    ],
  });

  test.each<[string, OnnxGraph, RegExp]>([
    [
      "inputs of floats",
      {...plain, inputs: {input_ids: {type: "float32", dims: ["n", "t"]}}, nodes: both("input_ids")},
      /expected the inputs input_ids, .* of int64, got input_ids/,
    ],
    [
      "windows of 2^40 tokens",
      {...plain, inputs: {input_ids: {type: "int64", dims: [1, 2 ** 40]}}},
      /expected windows of at most 16384 tokens, got input_ids/,
    ],
    [
      "scores of another shape",
      {
        ...plain,
        nodes: [cast, node("ReduceSum", ["f", "axis"], ["q"], {keepdims: 1}), ...both("q")],
        weights: [ints("axis", [1])],
      },
      /expected start_logits of \[1, \d+\], a number a token, got \[1, 1\]/,
    ],
    [
      "scores that are no numbers",
      {
        ...plain,
        nodes: [cast, node("Sub", ["inf", "inf"], ["nan"]), node("Add", ["f", "nan"], ["g"]), ...both("g")],
        weights: [floats("inf", [], [Number.POSITIVE_INFINITY])],
      },
      /expected start_logits as numbers, got some that are none \(NaN\)/,
    ],
    [
      "weights above its folder",
      outside("../w.bin"),
      /expected weights in the folder of the model, got "\.\.\/w\.bin"/,
    ],
    [
      "weights elsewhere",
      outside("/etc/hostname"),
      /expected weights in the folder of the model, got "\/etc\/hostname"/,
    ],
    ["weights that are not there", outside("w.bin"), /expected its weights in .*w\.bin, got nothing there/],
  ])("%s", async (name, graph, message) => {
    await expect(ask(written(name.replace(/\W/g, "-"), graph))).rejects.toThrow(message);
  });

  test("memory beyond the limit ends a process of its own, in which it is tried, and a terabyte is not had at all", async () => {
    const asking = (bytes: number): OnnxGraph => ({
      ...plain,
      nodes: [
        ...[cast, node("ConstantOfShape", ["sizes"], ["big"]), node("ReduceSum", ["big"], ["q"], {keepdims: 0})],
        ...[node("Add", ["f", "q"], ["g"]), ...both("g")],
      ],
      weights: [ints("sizes", [bytes / 4])],
    });
    const open = (name: string, bytes: number) =>
      openStrangeReader({path: written(name, asking(bytes)), tokenizer: "", nullThreshold: "auto", asked}, 2 ** 29);
    await expect(open("grows", 2 ** 32)).rejects.toThrow(
      /^[^\n]+grows\.onnx: expected a model that needs at most 5\d\d MB of memory, got one that needs more; --max-memory lifts the limit$/,
    );
    await expect(open("terabyte", 2 ** 40)).rejects.toThrow(
      /^[^\n]+terabyte\.onnx: expected an answer, got: [^\n]+allocate memory[^\n]+$/,
    );
    const small = await open("small", 2 ** 20);
    expect(await logitsOf(small, windowsOf([questions[0]], small.words, small))).toHaveLength(1);
    await small.dispose();
  });
});

describe("qa ask refuses in one line", () => {
  const folder = temporaryFolder();
  const lone = join(folder, "lone.onnx");
  copyFileSync(join(FOLDER, "model.onnx"), lone);
  writeFileSync(join(folder, "broken.onnx"), "no model");
  const vocabulary = readFileSync(join(FOLDER, "vocab.txt"), "utf8");
  const short = join(temporaryFolder(), "vocab.txt");
  writeFileSync(short, vocabulary.split("\n").slice(0, -2).join("\n"));
  const lacking = join(temporaryFolder(), "vocab.txt");
  writeFileSync(lacking, vocabulary.replace("[SEP]", "[END]"));

  test.each<[string, string, readonly string[], RegExp]>([
    ["a file that is not there", "none.onnx", [], /none\.onnx: expected a file, got none there$/],
    [
      "a file without a vocabulary",
      lone,
      [],
      /expected its vocabulary beside it or by --tokenizer \(vocab\.txt or tokenizer\.json\), got none in /,
    ],
    [
      "a file that is no model",
      join(folder, "broken.onnx"),
      ["--tokenizer", FOLDER],
      /broken\.onnx: expected an ONNX file, got /,
    ],
    [
      "a classifier",
      join(FOLDER, "scores.onnx"),
      [],
      /expected the outputs start_logits and end_logits of a network that answers questions, got scores/,
    ],
    [
      "a network of images",
      "test/fixtures/onnx/lenet-script-17.onnx",
      ["--tokenizer", FOLDER],
      /expected the inputs input_ids, attention_mask, token_type_ids of a BERT/,
    ],
    [
      "a vocabulary of another size",
      lone,
      ["--tokenizer", short],
      /expected the vocabulary of lone\.onnx, 172 pieces, got 171$/,
    ],
    ["a vocabulary without [SEP]", lone, ["--tokenizer", lacking], /expected the piece \[SEP\], got none$/],
    [
      "a tokenizer that is not there",
      lone,
      ["--tokenizer", "nowhere"],
      /--tokenizer: expected a folder or a file, got none at nowhere$/,
    ],
    [
      "a tokenizer of another kind",
      lone,
      ["--tokenizer", "package.json"],
      /--tokenizer: expected vocab\.txt, tokenizer\.json or a folder with one of them, got package\.json$/,
    ],
    [
      "a tokenizer for a folder",
      "test/fixtures/bert",
      ["--tokenizer", FOLDER],
      /--tokenizer: expected an ONNX file as --model, got a folder/,
    ],
  ])("%s", async (_, model, flags, message) => {
    const {code, stderr, stdout} = await command([
      "qa",
      "ask",
      "when?",
      "--text",
      "At dusk.",
      "--model",
      model,
      ...flags,
    ]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr.trim()).toMatch(message);
    expect([code === 0, stdout]).toEqual([false, ""]);
  });
});
