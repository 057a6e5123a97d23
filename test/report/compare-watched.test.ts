import {readFileSync, renameSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, expect, test} from "vitest";

import {explainOfRun} from "../../src/cli/explain-of-run";
import {findRunAt} from "../../src/pipeline/record/saved-run";
import {compareRuns} from "../../src/report/compare/compare-runs";
import {explainDiffering} from "../../src/report/compare/explain-differing";
import type {RunsShown} from "../../src/report/runs-file";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {onnxFolder, pathOf, stateFolder, stateName, testImages, watchAll} from "../support/watched";

const save = join(temporaryFolder(), "save");
const [models, states] = [onnxFolder([0, 1]), stateFolder([0, 2])];

beforeAll(async () => {
  const data = testImages();
  const options = {data, save, probes: "confusion"};
  expect(pathOf(await watchAll(models, {...options, name: "models"}))).toBe(join(save, "models"));
  await watchAll(states, {...options, name: "states"});
});

const at = (reference: string) => findRunAt(save, reference);

test("compare --report explains what differs from both watched networks: one of ONNX files, one of weights with a graph", async () => {
  const made = await command(["compare", "models@0", "states@2", "--report", "--explain", "3", "--save", save]);
  expect([made.code, made.stderr]).toEqual([0, ""]);
  expect(made.stdout).toMatch(/both runs' answers explained by LIME: 3 of \d+ images that differ/);
  const shown = JSON.parse(readFileSync(join(save, "states", "compared.json"), "utf8")) as RunsShown;
  expect(shown.inRuns?.filter(({why}) => why[0] && why[1])).toHaveLength(3);
  // two programs' trainings are two settings, although no option of the watcher's differs
  expect(shown.noise.verdict).toBe("unknown");
  expect(shown.options.map(({name}) => name)).toContain("watch.folder");
});

test("a checkpoint's explanation is the same, whether it is asked again or kept as the best", async () => {
  const asked = [{index: 4, explained: 1, chance: 4}];
  const there = await explainOfRun(await at("models@1"), asked);
  renameSync(models, `${models}-gone`);
  try {
    const kept = await explainOfRun(await at("models@1"), asked);
    expect(typeof kept).not.toBe("string");
    expect(JSON.stringify(kept)).toBe(JSON.stringify(there));
    const comparison = await compareRuns([await at("models@0"), await at("states@2")]);
    const anew = await explainDiffering(comparison, comparison.runs[0], 2, explainOfRun);
    expect(anew).toMatchObject({
      count: 0,
      trouble: [
        `models kept its best network alone, and net-epoch0.onnx of epoch 0 is not in ${models} any more as it was`,
      ],
    });
  } finally {
    renameSync(`${models}-gone`, models);
  }
});

test("a checkpoint that was written anew is never asked in the place of the one that was looked at", async () => {
  const file = join(states, stateName(0));
  const before = readFileSync(file);
  writeFileSync(file, readFileSync(join(states, stateName(2))));
  try {
    expect(await explainOfRun(await at("states@0"), [{index: 0, explained: 0, chance: 0}])).toBe(
      `states kept its best network alone, and ${stateName(0)} of epoch 0 is not in ${states} any more as it was`,
    );
  } finally {
    writeFileSync(file, before);
  }
});
