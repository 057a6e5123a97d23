import {existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {safetensors} from "../../../src/onnx/index";
import {type ReaderEvent, readerRunOptions, trainReader} from "../../../src/pipeline/qa";
import {askReader, openSavedReader} from "../../../src/pipeline/qa/ask";
import {readFacts, readLooks} from "../../../src/pipeline/qa/files";
import {keptWords} from "../../../src/pipeline/qa/kept-looks";
import {readerLogs} from "../../../src/pipeline/qa/log-reader";
import {type ReaderOptions, readerOptions} from "../../../src/pipeline/qa/options";
import {readerPdf} from "../../../src/pipeline/qa/pictures";
import {verifyReader} from "../../../src/pipeline/qa/verify-reader";
import {gatherReader} from "../../../src/report/reader/gather-reader";
import {command} from "../../support/command";
import {readScalars} from "../../support/event-scalars";
import {temporaryFolder} from "../../support/idx-files";

const TEN = "test/fixtures/questions/ten.json";
const QUESTIONS = "test/fixtures/bert/questions.json";
const save = temporaryFolder();
const told = (more: Partial<ReaderOptions>) =>
  resolveOptions<ReaderOptions>(
    readerOptions,
    {data: QUESTIONS, epochs: 24, batchSize: 2, width: 32, every: 12, learningRate: 0.004, dropout: 0.1, save, ...more},
    "--",
  );

async function all(events: AsyncIterable<ReaderEvent>, until?: (event: ReaderEvent) => void): Promise<ReaderEvent[]> {
  const seen: ReaderEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    until?.(event);
  }
  return seen;
}

describe("a reader", () => {
  test("learns a handful of questions, and is kept as transformers load it", async () => {
    const events = await all(trainReader(told({name: "whole"})));
    const end = events.at(-1);
    expect(end?.type === "end" && end.look).toMatchObject({exactMatch: 1, f1: 1, exactByTwoArgMaxes: 1});
    // few questions are asked again themselves, and that is said
    expect(events.flatMap((event) => (event.type === "say" ? [event.line] : []))).toEqual([
      "of so few questions none is held out: the same ones are asked",
    ]);
    const folder = join(save, "qa", "whole");
    expect(readdirSync(folder).sort()).toEqual([
      ...["answers", "checkpoint.safetensors", "looks.jsonl", "model", "outcome.json", "plots", "qa.json"],
      ...["questions.json", "tracked"],
    ]);
    const looks = await readLooks(folder);
    expect(looks.map(({step}) => step)).toEqual([0, 12, 24, 36, 48, 60, 72]);
    expect(looks[0].trainLoss).toBeNull();
    for (const {step} of looks) {
      const file = join(folder, "tracked", `question-0-step-${`${step}`.padStart(5, "0")}.safetensors`);
      const arrays = safetensors(readFileSync(file));
      const tokens = arrays.get("start")?.dims[0] as number;
      expect(Object.fromEntries(Array.from(arrays, ([name, {dims}]) => [name, dims]))).toEqual({
        ...{start: [tokens], end: [tokens], "qa_outputs.weight": [2, 32]},
        ...{"attention.0": [4, tokens, tokens], "attention.1": [4, tokens, tokens]},
        ...{"context.first": [tokens, 32], "context.last": [tokens, 32], "output.last": [tokens, 32]},
        ...{"head.slopes": [2, 4], "words.gradients": [tokens], "words.lime": [tokens]},
      });
    }
    expect(JSON.parse(readFileSync(join(folder, "model", "config.json"), "utf8"))).toMatchObject({model_type: "bert"});

    // pictures, each with its numbers beside it
    const names = readdirSync(join(folder, "plots"));
    for (const name of [
      "curves",
      "weights",
      "weights-change-by-step",
      "question-0-logits-by-token",
      "question-0-nodes",
    ]) {
      expect(names).toEqual(expect.arrayContaining([`${name}.png`, `${name}.json`]));
    }
    const {data} = JSON.parse(readFileSync(join(folder, "plots", "question-0-logits-by-token.json"), "utf8"));
    const kept = safetensors(readFileSync(join(folder, "tracked", "question-0-step-00072.safetensors")));
    const ends = new Float32Array(new Uint8Array(kept.get("end")?.bytes ?? []).buffer);
    expect(data.panels.map(({label}: {label: string}) => label)).toEqual(["step 0", "step 36", "step 72"]);
    expect(data.panels[2].lines[1].points).toEqual(Array.from(ends, (v, t) => [t, v]));
    // and one PDF: two tables, four charts of the run, three of each of three questions
    const pdf = readFileSync(await readerPdf(folder)).toString("latin1");
    expect(pdf.startsWith("%PDF-")).toBe(true);
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(2 + 4 + 9);
    // and TensorBoard's scalars: each step's batch once
    const [log] = readdirSync(readerLogs(folder));
    const scalars = readScalars(readFileSync(join(readerLogs(folder), log)));
    const losses = looks.flatMap(({batchLosses}) => batchLosses);
    const batches = scalars.filter(({tag}) => tag === "loss/batch");
    expect(batches.map(({step}) => step)).toEqual(losses.map((_, n) => n + 1));
    expect(batches.map(({value}) => value)).toEqual(losses);
    expect(scalars.filter(({tag}) => tag === "held-out/exact").map(({value}) => value)).toEqual(
      looks.map(({exactMatch}) => Math.fround(exactMatch)),
    );

    const reader = await openSavedReader(join(folder, "model"));
    const context = "The dome opens at dusk. The first exposure takes ninety seconds.";
    const {answer, why} = await askReader(reader, "When does the dome open?", context, {
      top: 3,
      why: true,
      samples: 300,
    });
    expect(answer).toMatchObject({text: "at dusk", from: 15, to: 22, byTwoArgMaxes: "at dusk"});
    expect(answer.spans).toHaveLength(3);
    // the answer's own words speak most for it
    const strongest = [...(why?.words ?? [])].sort((a, b) => b.weight - a.weight).slice(0, 2);
    expect(strongest.map(({word}) => word).sort()).toEqual(["at", "dusk"]);
    reader.dispose();
  });

  test("that is interrupted continues to the same bits", async () => {
    const breaking = new AbortController();
    const events = await all(trainReader(told({name: "broken"}), {signal: breaking.signal}), (event) => {
      if (event.type === "step" && event.step === 31) breaking.abort();
    });
    expect(events.at(-1)).toMatchObject({type: "interrupted", step: 31});
    const path = join(save, "qa", "broken");
    await all(trainReader(await readerRunOptions(path), {resume: path}));
    for (const file of [
      "model/model.safetensors",
      "checkpoint.safetensors",
      "tracked/question-0-step-00072.safetensors",
      "answers/step-00072.json",
    ]) {
      const [one, other] = ["whole", "broken"].map((name) => readFileSync(join(save, "qa", name, file)));
      expect(other.equals(one), file).toBe(true);
    }
    const timeless = async (name: string) =>
      (await readLooks(join(save, "qa", name))).map(({seconds: _, ...figures}) => figures);
    expect(await timeless("broken")).toEqual(await timeless("whole"));
  });

  test("answers ten questions of a file right, all of them, with nothing told but the file", async () => {
    const options = resolveOptions<ReaderOptions>(readerOptions, {data: TEN, save, name: "ten", track: "none"}, "--");
    const events = await all(trainReader(options));
    const end = events.at(-1);
    expect(end?.type === "end" && end.look).toMatchObject({exactMatch: 1, step: 40, epoch: 40});
    // so few are learned by position in part, and the control finds it
    const controls = end?.type === "end" ? end.controls : undefined;
    expect(controls?.shuffled.exactMatch).toBeLessThan(1);
  });

  test("continues from a folder of Hugging Face's, and keeps of it what may be kept", async () => {
    const from = {from: "test/fixtures/bert", epochs: 1, longest: 96, every: 1, words: 0, track: "0,1"};
    const events = await all(trainReader(told({name: "from", ...from, trackedSize: 0.3})));
    expect(events[0]).toMatchObject({type: "start", words: 172, weights: 70_034});
    expect(events.at(-1)?.type).toBe("end");

    const path = join(save, "qa", "from");
    const {kept} = await readFacts(path);
    expect(kept).toMatchObject({looks: 4, light: 4, most: 0.3});
    const looks = await readLooks(path);
    const arrays = looks.map(({step}) => {
      const file = join(path, "tracked", `question-0-step-${`${step}`.padStart(5, "0")}.safetensors`);
      return [...safetensors(readFileSync(file)).keys()];
    });
    const isInside = (names: readonly string[]) => ["attention.0", "output.last"].every((name) => names.includes(name));
    expect(arrays.map(isInside)).toEqual([true, false, false, true]);
    expect(arrays.every((names) => names.includes("start") && names.includes("words.gradients"))).toBe(true);
    const sizes = readdirSync(join(path, "tracked")).map((name) => statSync(join(path, "tracked", name)).size);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(300_000);
    // it is said, the files are whole, and the page says it too
    const words = keptWords(kept as NonNullable<typeof kept>, 2);
    expect(events.flatMap((event) => (event.type === "say" ? [event.line] : []))).toContain(words);
    for await (const check of verifyReader(path)) expect(check).toMatchObject({ok: true});
    const {file} = await gatherReader(path);
    expect(file.notKept).toEqual([words]);
    expect(file.tracked[0].attention.map((maps) => maps !== null)).toEqual([true, false, false, true]);
    expect(readdirSync(join(path, "plots"))).toContain("question-0-nodes.png");
  });
});

describe("qa refuses in one line", () => {
  test.each<[string, readonly string[], RegExp, number]>([
    [
      "a window too short",
      ["train", "--data", QUESTIONS, "--longest", "16", "--stride", "14"],
      /expected room for the text beside/,
      1,
    ],
    [
      "a width that heads do not divide",
      ["train", "--width", "30"],
      /--width: expected a multiple of 4 heads, got 30/,
      2,
    ],
    [
      "no such place to track",
      ["train", "--data", QUESTIONS, "--track", "9"],
      /--track: expected places from 0 to 4, or none, got "9"/,
      2,
    ],
    [
      "no text to read",
      ["ask", "Why?", "--model", "test/fixtures/bert"],
      /--context: expected a file with the text/,
      2,
    ],
  ])("%s", async (_, words, message, code) => {
    const folder = join(temporaryFolder(), "save");
    const ended = await command(["qa", ...words, "--save", folder]);
    expect(ended.stderr.trim().split("\n")[0]).toMatch(message);
    expect(ended.code).toBe(code);
    expect(existsSync(folder)).toBe(false);
  });

  test.each<[string, string, string, RegExp]>([
    [
      "an answer that is not there",
      "q.json",
      '[{"question": "a?", "context": "b", "answers": [{"text": "c", "answer_start": 0}]}]',
      /expected the answer "c" at place 0, got "b"/,
    ],
    ["no JSON", "q.json", "{", /q\.json: expected JSON, got/],
  ])("%s", async (_, name, text, message) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, name), text);
    await expect(all(trainReader(told({data: join(folder, name), name: "no"})))).rejects.toThrow(message);
    expect(existsSync(join(save, "qa", "no"))).toBe(false);
  });

  test("a tokenizer that is not the network's", async () => {
    const folder = temporaryFolder();
    for (const name of ["config.json", "model.safetensors"]) {
      writeFileSync(join(folder, name), readFileSync(join("test/fixtures/bert", name)));
    }
    writeFileSync(join(folder, "vocab.txt"), "[PAD]\n[UNK]\n");
    await expect(openSavedReader(folder)).rejects.toThrow(
      "expected a vocabulary of 172 pieces, as config.json says, got 2",
    );
    rmSync(join(folder, "vocab.txt"));
    await expect(openSavedReader(folder)).rejects.toThrow("expected vocab.txt or tokenizer.json, got neither");
  });
});
