import {cpSync, existsSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {Database} from "node-sqlite3-wasm";
import {beforeAll, describe, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {inverseInterval} from "../../../src/numbers/intervals";
import {trainReader} from "../../../src/pipeline/qa";
import {askAgain, keepEfficacy, ratesOf, splitOf} from "../../../src/pipeline/qa/again";
import {openSavedReader} from "../../../src/pipeline/qa/ask";
import {type ReaderOptions, readerOptions} from "../../../src/pipeline/qa/options";
import {answersTo} from "../../../src/pipeline/qa/reader";
import {listRuns} from "../../../src/pipeline/record/registry/list-runs";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {faultsOf} from "../../support/schemas";

const save = temporaryFolder();
const folder = join(save, "qa", "few");

beforeAll(async () => {
  // half trained: some answers are right, some are not
  const few = {
    data: "test/fixtures/bert/questions.json",
    epochs: 9,
    batchSize: 2,
    width: 32,
    learningRate: 0.004,
    track: "none",
  };
  const options = resolveOptions<ReaderOptions>(readerOptions, {...few, save, name: "few"}, "--");
  for await (const _ of trainReader(options));
});

describe("a reader among the runs", () => {
  const runs = (...words: string[]) => command(["runs", ...words, "--save", save]);

  test("is verified by its files and by its answers, which the looks' figures are worked out from again", async () => {
    const right = await runs("verify", "few", "--json");
    expect(right.code).toBe(0);
    const {checks} = JSON.parse(right.stdout) as {checks: readonly {name: string; ok: boolean}[]};
    expect(checks.every(({ok}) => ok)).toBe(true);
    expect(checks.map(({name}) => name).slice(0, 5)).toEqual([
      ...["qa.json", "looks.jsonl", "questions.json", "model", "checkpoint"],
    ]);
    expect(checks.filter(({name}) => name.startsWith("answers at step")).length).toBeGreaterThan(1);

    const path = join(folder, "looks.jsonl");
    const text = readFileSync(path, "utf8");
    const lines = text.trimEnd().split("\n");
    const last = JSON.parse(lines[lines.length - 1]) as {step: number; exactMatch: number};
    const told = {...last, exactMatch: last.exactMatch + 0.25};
    writeFileSync(path, [...lines.slice(0, -1), JSON.stringify(told), ""].join("\n"));
    const wrong = await runs("verify", "few");
    writeFileSync(path, text);
    expect(wrong.code).toBe(3);
    expect(wrong.stdout).toContain(`answers at step ${last.step}: expected ${told.exactMatch}, got ${last.exactMatch}`);
  });

  test("is exported as a page and as an archive, and as nothing else", async () => {
    const out = join(save, "few.zip");
    expect((await runs("export", "few", "--to", "zip", "--out", out)).code).toBe(0);
    expect(readFileSync(out).subarray(0, 2).toString()).toBe("PK");
    const page = join(save, "few.html");
    expect((await runs("export", "few", "--to", "html", "--out", page)).code).toBe(0);
    expect(readFileSync(page, "utf8")).toContain("<title>");
    const refused = await runs("export", "few", "--to", "onnx");
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining("--to: expected html or zip for a reader's run, got onnx"),
    ]);
  });

  test("is removed whole", async () => {
    const copy = join(save, "qa", "copy");
    cpSync(folder, copy, {recursive: true});
    expect((await runs("remove", "copy", "--yes")).code).toBe(0);
    expect(existsSync(copy)).toBe(false);
    expect(existsSync(folder)).toBe(true);
  });
});

describe("asking a reader again and again", () => {
  test("draws the same questions for the same seed, and ends with the last that counts", async () => {
    const reader = await openSavedReader(join(folder, "model"));
    const questions = await splitOf("held-out", folder);
    const settings = {split: "held-out", right: 3, times: 200, seed: 4};
    const [one, same] = [await askAgain(reader, questions, settings), await askAgain(reader, questions, settings)];
    expect(same).toEqual(one);
    expect((await askAgain(reader, questions, {...settings, seed: 5})).draws).not.toEqual(one.draws);
    // each draw is what the reader answers to that question
    const answers = await answersTo(reader, [...questions]);
    for (const {place, answer} of one.draws) expect(answer).toBe(answers[place].text);
    expect(one.asked).toBe(one.draws.length);
    expect(one.correct).toBe(one.draws.filter(({isRight}) => isRight).length);
    if (one.isReached) expect(one.draws.at(-1)?.isRight).toBe(true);
    const cut = await askAgain(reader, questions, {...settings, right: 1000, times: 37});
    expect(cut).toMatchObject({asked: 37, isReached: false});
    expect(cut.rate.unbiased).toBe(cut.rate.biased);
    reader.dispose();
  });

  test("is kept in the run, and listed by the index with the published tables' columns", async () => {
    const reader = await openSavedReader(join(folder, "model"));
    const asked = await askAgain(reader, await splitOf("train", folder), {
      split: "train",
      right: 1,
      times: 50,
      seed: 0,
    });
    reader.dispose();
    await keepEfficacy(folder, asked);
    const {result, notes} = await listRuns(save, {where: "kind = qa", sort: "", limit: 5});
    expect(notes).toEqual([]);
    expect(result).toHaveLength(1);
    expect(result[0]).toMatchObject({name: "qa/few", status: "done", model: "bert", data: "questions.json", epochs: 9});
    const database = new Database(join(save, "runs.db"));
    const rows = database.all(
      "SELECT model_type_state, correct_num, sample_num, sample_seq, seq_num, seq_ids FROM model_efficacy JOIN sample_indices ON model_efficacy.id = model_efficacy_id",
    );
    database.close();
    const {correct, draws} = asked;
    expect(rows).toEqual([
      {
        ...{model_type_state: "bert-NoPretrain-27-questions.json", correct_num: correct, sample_num: draws.length},
        ...{sample_seq: 1, seq_num: 1, seq_ids: draws.map(({place}) => place).join(",")},
      },
    ]);
  });

  test("prints JSON as its schema says, and is listed and shown like any run", async () => {
    const again = await command(["qa", "ask", "--again", "--model", "few", "--save", save, "--times", "9", "--json"]);
    expect(again.stderr).toBe("");
    const document = JSON.parse(again.stdout);
    expect(faultsOf(document, "epochscope/qa-again/1")).toEqual([]);
    expect(document).toMatchObject({state: "bert-NoPretrain-27-questions.json", isKept: true, questions: 5});
    const lines = readFileSync(join(folder, "efficacy.jsonl"), "utf8").trim().split("\n");
    expect(JSON.parse(lines[lines.length - 1]).ids).toEqual(document.draws.map(({place}: {place: number}) => place));
    const listed = await command(["runs", "list", "--save", save, "--json"]);
    expect(faultsOf(JSON.parse(listed.stdout), "epochscope/runs/1")).toEqual([]);
    const shown = await command(["runs", "show", "qa/few", "--save", save, "--json"]);
    expect(faultsOf(JSON.parse(shown.stdout), "epochscope/run/1")).toEqual([]);
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      "a split that is none",
      ["--model", "few", "--split", "nope"],
      /^error: --split: expected held-out, train or a file of questions, got "nope"/,
    ],
    [
      "a text, too",
      ["--model", "few", "--text", "Tea."],
      /^error: --again: expected no question and no text, because it draws both, got one/,
    ],
    [
      "a folder that is no run, without a file",
      ["--model", "test/fixtures/bert"],
      /^error: --split: expected a file of questions, because/,
    ],
  ])("refuses %s in one line", async (_, words, message) => {
    const ended = await command(["qa", "ask", "--again", ...words, "--save", save]);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(2);
  });
});

/** scipy 1.17.1; for 3 of 12 the tails of scipy.stats.nbinom give the same. */
const SCIPY = [
  [1, 1, 0.025, 1],
  [1, 7, 0.0036102968619005833, 0.45925812643990044],
  [3, 12, 0.05486064452799272, 0.5177558523601726],
  [19, 501, 0.022984493402593672, 0.05630017620179107],
  [40, 41, 0.8714459796158537, 0.9993672550679505],
] as const;

test("the interval of inverse sampling is scipy's: beta.ppf(0.025, k, n - k + 1), beta.ppf(0.975, k, n - k)", () => {
  for (const [correct, asked, low, high] of SCIPY) {
    expect(inverseInterval(correct, asked)).toBeAllClose([low, high], {rtol: 1e-9, atol: 0});
  }
});

test.each([2, 5])("(k − 1) / (n − 1) is unbiased, and k / n is not, for k = %i: by the sum over all n", (k) => {
  const share = 0.3;
  let [probability, total, unbiased, biased] = [share ** k, 0, 0, 0]; // of n = k
  for (let n = k; n < 400; n++) {
    const {rate} = ratesOf(k, n, true);
    total += probability;
    unbiased += probability * (rate.unbiased ?? 0);
    biased += probability * rate.biased;
    probability *= (n / (n - k + 1)) * (1 - share);
  }
  expect(total).toBeCloseTo(1, 12);
  expect(unbiased).toBeCloseTo(share, 12);
  expect(biased).toBeGreaterThan(share + 0.03);
});
