import {readFileSync, renameSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {comparisonLines} from "../../src/cli/compare-words";
import {explainOfRun} from "../../src/cli/explain-of-run";
import {answersAt, findRunAt, testImagesOf} from "../../src/pipeline/record/saved-run";
import {compareRuns} from "../../src/report/compare/compare-runs";
import {worseBy} from "../../src/report/compare/document";
import {explainDiffering, explainedWords} from "../../src/report/compare/explain-differing";
import {runsShown} from "../../src/report/compare/runs-shown";
import type {RunsShown} from "../../src/report/runs-file";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {writeShapes} from "../support/image-folder";
import {runAll} from "../support/small-run";

const folder = temporaryFolder();
const save = join(folder, "save");
const photos = join(folder, "photos");

beforeAll(async () => {
  writeShapes(join(photos, "train"), {perClass: 30, size: [16, 16], seed: 1});
  writeShapes(join(photos, "test"), {perClass: 20, size: [16, 16], seed: 2});
  const options = {save, data: photos, probes: "confusion,projection", projector: 0, epochs: 2, batchSize: 16};
  const map = {projection: {points: 60, iterations: 100}};
  await runAll({...options, seed: 0, name: "first"}, map);
  await runAll({...options, seed: 1, testSeed: 1, name: "second"}, map);
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const compared = async (...names: string[]) => {
  const runs = [];
  for (const name of names) runs.push(await findRunAt(save, name));
  return compareRuns(runs);
};

test("the same test pictures in another order are compared, and the page names each by its run's own place", async () => {
  const comparison = await compared("first@2", "second@2");
  const [run] = comparison.runs;
  const [base, own] = [await testImagesOf(comparison.base.run), await testImagesOf(run.at.run)];
  // another test seed stands the pictures in another order
  expect(own.files).not.toEqual(base.files);
  expect([...(own.files ?? [])].sort()).toEqual([...(base.files ?? [])].sort());
  expect(comparison.sameData).toBe(true);
  expect(Array.from(run.indices, (index) => base.files?.[index])).toEqual(
    Array.from(run.own, (index) => own.files?.[index]),
  );
  const shown = (await runsShown(comparison)) as RunsShown;
  const differing = [...shown.fixed, ...shown.broken, ...(shown.wrong ?? [])];
  expect(differing.length).toBeGreaterThan(3);
  expect(shown.wrong).toHaveLength(Math.min(300, shown.bothWrong));
  const answers = await answersAt(run.at.run, run.at.epoch);
  const answersOfBase = await answersAt(comparison.base.run, comparison.base.epoch);
  for (const [n, [index, label, before, after]] of differing.entries()) {
    expect(own.labels[index]).toBe(label);
    const inBase = base.files?.indexOf(own.files?.[index] ?? "") ?? -1;
    const [was, is] = [answersOfBase.probabilities[3 * inBase + before], answers.probabilities[3 * index + after]];
    expect(shown.inRuns?.[n].sure).toBeAllClose([was, is], {atol: 6e-5});
    const crossed = [answersOfBase.probabilities[3 * inBase + after], answers.probabilities[3 * index + before]];
    expect(shown.inRuns?.[n].ofOther).toBeAllClose(crossed, {atol: 6e-5});
    expect(shown.inRuns?.[n].said.map(([first]) => first)).toEqual([before, after]);
  }
  // both maps have all 60 pictures
  expect(shown.maps?.indices).toHaveLength(60);
});

test("runs tested on other pictures are compared on those that both were tested on, on the page too", async () => {
  const options = {save, data: join(photos, "train"), probes: "confusion", projector: 0, epochs: 1, batchSize: 16};
  await runAll({...options, seed: 0, name: "one-part"});
  await runAll({...options, seed: 1, testSeed: 1, name: "other-part"});
  const comparison = await compared("one-part@1", "other-part@1");
  const [run] = comparison.runs;
  const [base, own] = [await testImagesOf(comparison.base.run), await testImagesOf(run.at.run)];
  const both = (base.files ?? []).filter((file) => own.files?.includes(file));
  expect(both.length).toBeGreaterThan(0);
  expect(both.length).toBeLessThan(base.count);
  expect([comparison.sameData, run.isSame, run.total.images]).toEqual([false, false, both.length]);
  const shown = await runsShown(comparison);
  const rightOf = async (at: typeof run.at, images: typeof base) => {
    const {probabilities} = await answersAt(at.run, at.epoch);
    return both.filter((file) => {
      const n = images.files?.indexOf(file) ?? -1;
      const row = Array.from(probabilities.subarray(3 * n, 3 * n + 3));
      return row.indexOf(Math.max(...row)) === images.labels[n];
    }).length;
  };
  const right = [await rightOf(comparison.base, base), await rightOf(run.at, own)];
  expect(shown).toMatchObject({isPart: true, images: both.length, baseRight: right[0], right: right[1]});
  expect(shown.settings.map((setting) => setting.right)).toEqual(right.map((count) => [count]));
  expect(worseBy(comparison, run, "test-accuracy")).toBeCloseTo((right[0] - right[1]) / both.length, 12);
  expect(() => worseBy(comparison, run, "test-loss")).toThrow(`got ${both.length} that both have`);
  expect(comparisonLines(comparison, 3).join("\n")).toContain(
    `compared on the ${both.length} test images that both runs have, of the base's ${base.count}; each run's other accuracies are of all its own`,
  );
});

test("both runs' answers to the first pictures that differ are explained on the same segments and masks", async () => {
  const comparison = await compared("first@2", "second@2");
  const [run] = comparison.runs;
  const anew = await explainDiffering(comparison, run, 3, explainOfRun);
  expect(anew.count).toBe(3);
  expect(explainedWords(anew)).toBe(
    `both runs' answers explained by LIME: 3 of ${anew.of} images that differ; --explain ${anew.of} explains all`,
  );
  const [was, is] = anew.explained;
  was.forEach((one, n) => {
    expect(one.segments).toEqual(is[n].segments);
    expect(one.weights).not.toEqual(is[n].weights);
  });
  const shown = (await runsShown(comparison, anew)) as RunsShown;
  const both = (shown.inRuns ?? []).filter(({why}) => why.every((one) => one !== null));
  expect(both).toHaveLength(3);
  // asked of one run twice, by whatever numbers, the same masks give the same weights
  const asked = {index: 5, explained: 1, chance: 40};
  const [once] = [...(await explainOfRun(run.at, [asked]))];
  const [, again] = [...(await explainOfRun(run.at, [{...asked, index: 7}, asked]))];
  expect(once).toMatchObject({index: 5});
  expect(again).toEqual(once);
});

test("an epoch whose weights are gone is reported, and another epoch's are never asked in its place", async () => {
  const weights = join(save, "second", "artifacts", "weights");
  renameSync(weights, `${weights}-gone`);
  try {
    const at = await findRunAt(save, "second@1");
    expect(await explainOfRun(at, [{index: 0, explained: 0, chance: 0}])).toBe("second kept no weights of epoch 1");
    const comparison = await compared("first@2", "second@1");
    const anew = await explainDiffering(comparison, comparison.runs[0], 2, explainOfRun);
    expect(anew.count).toBe(0);
    expect(explainedWords(anew)).toBe("not explained by both runs: second kept no weights of epoch 1");
  } finally {
    renameSync(`${weights}-gone`, weights);
  }
});

test("compare --report --explain writes them into the page's file, and --explain alone is refused", async () => {
  const both = ["compare", "first@2", "second@2", "--save", save];
  const made = await command([...both, "--report", "--explain", "2"]);
  expect([made.code, made.stderr]).toEqual([0, ""]);
  expect(made.stdout).toMatch(/both runs' answers explained by LIME: 2 of \d+ images that differ; --explain \d+/);
  const shown = JSON.parse(readFileSync(join(save, "second", "compared.json"), "utf8")) as RunsShown;
  expect(shown.inRuns?.filter(({why}) => why[0] && why[1])).toHaveLength(2);
  const alone = await command([...both, "--explain", "2"]);
  expect(alone.code).toBe(2);
  expect(alone.stderr).toBe(
    "error: --explain: expected --report too, because its page shows the explanations, got none\n",
  );
});
