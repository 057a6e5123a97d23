/** @file `explain` of a run that watched, by the images that it keeps; and how long `watch` waits. */
import {join} from "node:path";
import {expect, test} from "vitest";

import {readArtifactFile} from "../../../src/pipeline/record/saved-file";
import {idleTime, watchOptionsOf} from "../../../src/pipeline/watch/options";
import type {PlotData} from "../../../src/plots/index";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {epochsOf, linesOf, onnxFolder, REFERENCE, testImages, watchAll} from "../../support/watched";

test("the gradient of a watched run's image is PyTorch's, in the network's own normalisation", async () => {
  const save = join(temporaryFolder(), "s");
  await watchAll(onnxFolder([2]), {data: testImages(), save, name: "one", probes: "confusion"});
  const out = join(save, "out");
  const flags = ["--model", "one", "--save", save, "--method", "gradient", "--target", "label", "--out", out];
  const {stdout, stderr, code} = await command(["explain", "test:1", ...flags]);
  expect(
    stderr
      .trim()
      .split("\n")
      .filter((line) => /error/.test(line)),
  ).toEqual([]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/test-1: gradient: middle \d+\.\d% {3}faithfulness/);
  const {data, numbers} = await readArtifactFile(join(out, "test-1", "gradient.json"));
  const [{values}] = (data as PlotData<"attribution">).maps;
  expect(values).toBeAllClose(REFERENCE[2].gradient.slice(64, 128), {rtol: 1e-4, atol: 1e-5});
  expect(numbers).toMatchObject({index: 1});
});

test("watch ends after so long without a new checkpoint, and says so", async () => {
  const save = join(temporaryFolder(), "s");
  const given = {data: testImages(), save, probes: "none", once: false, idle: "0.1s"};
  const events = await watchAll(onnxFolder([1, 2]), given);
  expect(epochsOf(events)).toEqual([1, 2]);
  expect(linesOf(events).join("\n")).toMatch(/no new checkpoint in \S+ for 0\.1s: ends/);
  expect(events.at(-1)?.type).toBe("end");
  expect([idleTime("90s"), idleTime("1.5m"), idleTime("2h"), idleTime("")]).toEqual([
    90_000,
    90_000,
    7_200_000,
    Infinity,
  ]);
  await expect(watchOptionsOf(save, {idle: "10"})).rejects.toThrow(
    '--idle: expected a time like 90s, 10m or 2h, got "10"',
  );
});
