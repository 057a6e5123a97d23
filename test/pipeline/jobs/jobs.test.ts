import {join} from "node:path";
import {expect, test} from "vitest";
import {resolveOptions, UserError} from "../../../src/nouns/options";
import {randomSource} from "../../../src/nouns/random";
import {threadJobs} from "../../../src/pipeline/jobs/thread";
import {mapRows, mapSettings} from "../../../src/pipeline/maps/map-rows";
import {writeWhole} from "../../../src/pipeline/record/write-whole";
import {temporaryFolder} from "../../support/idx-files";

const settings = resolveOptions(mapSettings, {iterations: 50, perplexity: 40}, "");
const cloud = (rows: number, seed = 1) => {
  const random = randomSource(seed);
  return {rows, columns: 5, values: Float32Array.from({length: rows * 5}, random)};
};
const labels = Uint16Array.from({length: 90}, (_, i) => i % 3);

test("makes the map that this thread would make, bit by bit, and passes on what is said", async () => {
  const [here, there]: string[][] = [[], []];
  const say = (line: string) => here.push(line);
  const expected = await mapRows(cloud(90), settings, {labels, random: randomSource(7), say});
  const question = {rows: cloud(90), settings, labels, seed: 7};
  const map = await threadJobs.ask("mapRows", question, {say: (line) => there.push(line)});
  expect(map).toEqual(expected);
  expect(there).toEqual(here);
  expect(there[0]).toMatch(/perplexity 29 in place of 40/);
});

test("takes one question after the other, and one that fails costs no other", async () => {
  const broken = {...cloud(90), values: new Float32Array(450).fill(Number.NaN)};
  const answers = await Promise.allSettled(
    [cloud(90, 1), broken, cloud(90, 2)].map((rows) => threadJobs.ask("mapRows", {rows, settings, seed: 0})),
  );
  expect(answers.map(({status}) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((answers[1] as PromiseRejectedResult).reason.message).toMatch(/expected .*finite/);
});

test("a mistake of the user's comes back as one", async () => {
  const run = temporaryFolder();
  await writeWhole(join(run, "artifacts/projection/map-epoch-000.json"), "{");
  const failed = threadJobs.ask("mapSheet", run);
  await expect(failed).rejects.toThrow(/map-epoch-000.json: expected/);
  await expect(failed).rejects.toBeInstanceOf(UserError);
});

test("buffers that are moved are gone from here", async () => {
  const rows = cloud(90);
  await threadJobs.ask("mapRows", {rows, settings, seed: 0}, {moved: [rows.values.buffer as ArrayBuffer]});
  expect(rows.values.length).toBe(0);
});
