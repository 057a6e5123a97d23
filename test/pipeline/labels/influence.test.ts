import {readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {addInfluence} from "../../../src/numbers/influence";
import {trainingImagesFor} from "../../../src/pipeline/influence";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {runAll} from "../../support/small-run";

/** Captum's TracInCPFast: fixtures/influence/make_influence.py. */
const oracle = JSON.parse(readFileSync("test/fixtures/influence/influence.json", "utf8"));
const save = join(temporaryFolder(), "save");
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));

test.each([0, 1])("the influence on example %i is Captum's TracInCPFast", (asked) => {
  const {count, width, classes, labels, targets, rates, checkpoints, scores} = oracle;
  const own = new Float64Array(count);
  for (const [c, {features, logits}] of checkpoints.entries()) {
    const one = {
      features: features.slice(asked * width, (asked + 1) * width),
      logits: logits.slice(asked * classes, (asked + 1) * classes),
      target: targets[asked],
    };
    addInfluence(own, {features, logits, labels}, one, {rate: rates[c]});
  }
  expect([...own]).toBeAllClose(scores[asked], {rtol: 1e-6, atol: 1e-12});
});

test("of a run, the training images that speak most for an answer are reported, and those against it", async () => {
  const small = {save, probes: "confusion", epochs: 2, trainLimit: 600, testLimit: 60, projector: 0};
  await runAll({...small, name: "r"}, {});
  const found = await trainingImagesFor(join(save, "r"), {image: "test:7", top: 5});
  expect(found.epochs).toEqual([1, 2]);
  expect(found.images).toBe(550);
  expect(found.for).toHaveLength(5);
  const scores = found.for.map(({score}) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(scores[4]).toBeGreaterThan(0);
  expect(found.against.every(({score}) => score < 0)).toBe(true);
  // what speaks most for a class is labelled so
  expect(found.for[0].label).toBe(found.target);
  const told = await command([
    "explain",
    "test:7",
    "--training",
    "--model",
    "r",
    "--save",
    save,
    "--top",
    "5",
    "--json",
  ]);
  const document = JSON.parse(told.stdout);
  expect(document).toMatchObject({schema: "epochscope/influence/1", images: [{image: "test:7", target: found.target}]});
  expect(document.images[0].for.map((one: {index: number}) => one.index)).toEqual(found.for.map(({index}) => index));
  // another class, by its name; its probability is of that class
  const other = await trainingImagesFor(join(save, "r"), {image: "test:7", target: "9", top: 3});
  expect([other.target, other.for.length]).toEqual([9, 3]);
  expect(other.probability === found.probability).toBe(found.target === 9);
  for (const target of ["10", "nose", "-1"]) {
    await expect(trainingImagesFor(join(save, "r"), {image: "test:7", target, top: 3})).rejects.toThrow(
      `--target: expected a class (0, 1, 2, …), got ${target}`,
    );
  }
  // a training image does not speak for itself
  const source = other.data.train.sources?.[4] ?? 4;
  const own = await trainingImagesFor(join(save, "r"), {image: `train:${source}`, top: 550});
  const speaking = [...own.for, ...own.against].map(({index}) => index);
  expect(speaking).not.toContain(4);
  expect(speaking.length).toBeGreaterThan(500);
});
