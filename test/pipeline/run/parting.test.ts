import {readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {fork, shuffled} from "../../../src/nouns/random";
import {partingOf, partingWords} from "../../../src/pipeline/record/parting";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {runAll} from "../../support/small-run";

const save = join(temporaryFolder(), "save");
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));
const small = {save, probes: "confusion", epochs: 2, trainLimit: 300, testLimit: 40, projector: 0, batchSize: 16};
const at = (name: string, more = {}) => ({path: join(save, name), seed: 0, batchSize: 16, ...more});

test("two runs of one seed are the same until the step that differed has been taken", async () => {
  await runAll({...small, name: "a", learningRate: 0.01}, {});
  await runAll({...small, name: "again", learningRate: 0.01}, {});
  await runAll({...small, name: "b", learningRate: 0.02}, {});
  expect(await partingOf(at("a"), at("again"))).toBeNull();
  const parting = await partingOf(at("a"), at("b"));
  // the first batch is answered alike, since nothing has been learnt; the second sees the first step's weights
  expect(parting).toMatchObject({epoch: 1, batch: 2, batches: 18, layers: ["conv1", "conv2", "logits"]});
  expect(parting?.image).toBe(shuffled(275, fork(0, "shuffle", 1))[16]);
  expect(parting?.losses[0]).not.toBe(parting?.losses[1]);
  expect(partingWords(parting ?? null)).toContain("they part at batch 2 of 18 of epoch 1");
  const {stdout} = await command(["compare", "a", "b", "--save", save, "--json"]);
  expect(JSON.parse(stdout).runs[0].parting).toMatchObject({epoch: 1, batch: 2});
  expect(readFileSync(join(save, "a/model/weights.bin"))).toEqual(readFileSync(join(save, "again/model/weights.bin")));
});

test("runs of another seed or batch size have no common start", async () => {
  expect(await partingOf(at("a"), at("b", {seed: 1}))).toBeUndefined();
  expect(await partingOf(at("a"), at("b", {batchSize: 8}))).toBeUndefined();
  expect(await partingOf(at("a"), at("none"))).toBeUndefined();
});
