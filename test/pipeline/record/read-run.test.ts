import {cpSync, existsSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {readRun} from "../../../src/files";
import {checkRunFile, RUN_FORMAT, runFileText} from "../../../src/pipeline/record/run-file";
import {readArtifactFile} from "../../../src/pipeline/record/saved-file";
import {readTestImages} from "../../../src/pipeline/record/test-images";
import {upgradeRun} from "../../../src/pipeline/record/upgrade-run";
import {temporaryFolder} from "../../support/idx-files";

const FIRST = join(__dirname, "../../fixtures/first-format");

/** Gives a folder's files, as a server would. */
const over = (folder: string) => async (path: string) =>
  existsSync(join(folder, path)) ? new Uint8Array(readFileSync(join(folder, path))) : undefined;

async function both(): Promise<{readonly first: string; readonly second: string}> {
  const [first, second] = ["first", "second"].map((name) => join(temporaryFolder(), name));
  for (const path of [first, second]) cpSync(FIRST, path, {recursive: true});
  await upgradeRun(second);
  return {first, second};
}

test("a run of either format is read over any source of bytes as it is read from its folder", async () => {
  for (const path of Object.values(await both())) {
    const run = await readRun(over(path));
    expect(run.facts.name).toBe("first");
    expect(run.metrics.map(({epoch}) => epoch)).toEqual([0, 1]);
    expect(await run.testImages()).toEqual(readTestImages(path));
    for (const [probe, name] of [
      ["confusion", "matrix"],
      ["lime", "segments"],
      ["saliency", "gradient"],
      ["projection", "map"],
    ]) {
      const file = join(path, "artifacts", probe, `${name}-epoch-001.json`);
      expect(await run.artifact(probe, name, 1), `${probe} of ${path}`).toEqual(await readArtifactFile(file));
    }
    expect(await run.artifact("lime", "segments", 7)).toBeUndefined();
  }
});

test("what has been changed or is lacking is refused by its path", async () => {
  const {second} = await both();
  const run = await readRun(over(second));
  const answers = join(second, "predictions/epoch-001.npy");
  const bytes = readFileSync(answers);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(answers, bytes);
  await expect(run.artifact("confusion", "matrix", 1)).rejects.toThrow(
    /^predictions\/epoch-001\.npy: expected SHA-256 /,
  );
  rmSync(join(second, "artifacts/lime/segments-epoch-001.npz"));
  await expect(run.artifact("lime", "segments", 1)).rejects.toThrow(
    /^artifacts\/lime\/segments-epoch-001\.npz: expected a file of the run/,
  );
  await expect(readRun(async () => undefined)).rejects.toThrow(
    "run.json: expected a file of the run, got nothing there",
  );
});

test("a run from before --test-seed chose its test pictures by its own seed, and continues with these", () => {
  const facts = {
    ...{format: RUN_FORMAT, name: "old", startedAt: "2025-01-01T00:00:00Z", seed: 3, probes: {}, versions: {}},
    ...{engine: {name: "fused"}, model: {name: "cnn"}},
    data: {name: "photos", classNames: ["a"], imageShape: [8, 8, 1], train: 9, validation: 1, test: 2},
  };
  const optionsOf = (options: object) => checkRunFile(runFileText({...facts, options}), "run.json").options;
  expect(optionsOf({seed: 3})).toEqual({seed: 3, testSeed: 3});
  expect(optionsOf({seed: 3, testSeed: 0})).toEqual({seed: 3, testSeed: 0});
  const watched = checkRunFile(runFileText({...facts, kind: "watch", options: {seed: 3}}), "run.json");
  expect(watched.options).toEqual({seed: 3});
});
