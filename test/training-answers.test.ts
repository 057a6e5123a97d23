import {existsSync, rmSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {resolveOptions} from "../src/nouns/options";
import {openRunDirectory} from "../src/pipeline/record/run-directory";
import {readSaved} from "../src/pipeline/record/saved-file";
import {run} from "../src/pipeline/run";
import {runOptions} from "../src/pipeline/run/options";
import {temporaryFolder} from "./support/idx-files";
import {metricsOf, runAll} from "./support/small-run";

interface Answers {
  readonly losses: Float32Array;
  readonly margins: Float32Array;
  readonly predicted: Uint8Array;
  readonly sureness: Uint8Array;
}

const save = join(temporaryFolder(), "save");
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));
const options = {save, probes: "none", epochs: 2, trainLimit: 600, testLimit: 50, projector: 0};
const answersOf = async (run: string, epoch: number) =>
  (await readSaved(join(save, run, `artifacts/training/epoch-00${epoch}.json`))) as Answers;

test("a run keeps what the network answered to each training image, and its means are the epoch's own", async () => {
  await runAll({...options, name: "whole"}, {});
  const {labels} = (await readSaved(join(save, "whole/artifacts/training/labels.json"))) as {labels: Uint8Array};
  expect(labels).toHaveLength(550);
  const metrics = metricsOf(join(save, "whole"));
  for (const epoch of [1, 2]) {
    const {losses, margins, predicted, sureness} = await answersOf("whole", epoch);
    const {trainLoss, trainAccuracy} = metrics[epoch];
    expect(losses.reduce((sum, loss) => sum + loss, 0) / 550).toBeCloseTo(trainLoss as number, 6);
    expect(predicted.filter((k, n) => k === labels[n]).length / 550).toBeCloseTo(trainAccuracy as number, 12);
    margins.forEach((margin, n) => {
      expect(margin > 0).toBe(predicted[n] === labels[n]);
      if (margin > 0) expect(Math.abs(sureness[n] / 255 - Math.exp(-losses[n]))).toBeLessThan(0.5 / 255 + 1e-6);
    });
  }
  expect(existsSync(join(save, "whole/artifacts/training/epoch-000.json"))).toBe(false);
  const bytes = statSync(join(save, "whole/artifacts/training/epoch-001.npz")).size;
  expect(bytes).toBeLessThan(11.1 * 550 + 1200); // 11 bytes an image and epoch: MNIST's five epochs take 3.0 MB
});

test("a run broken off within an epoch goes on with the answers it had", async () => {
  const stop = new AbortController();
  const small = {...options, batchSize: 16, testLimit: 50, trainLimit: 600};
  await runAll({...small, name: "unbroken"}, {});
  for await (const event of run(
    resolveOptions(runOptions, {...small, name: "broken"}, "--"),
    {},
    {signal: stop.signal},
  )) {
    if (event.type === "train" && event.epoch === 1 && event.batch === 20) stop.abort();
  }
  expect(existsSync(join(save, "broken/artifacts/training"))).toBe(false);
  await runAll({...small, name: "broken"}, {}, {resume: openRunDirectory(join(save, "broken"))});
  for (const epoch of [1, 2]) expect(await answersOf("broken", epoch)).toEqual(await answersOf("unbroken", epoch));
});

test("labels that are lost or damaged when a run is gone on with are there again at its end", async () => {
  const stop = new AbortController();
  const asked = resolveOptions(runOptions, {...options, epochs: 3, batchSize: 16, name: "lost"}, "--");
  for await (const event of run(asked, {}, {signal: stop.signal})) {
    if (event.type === "train" && event.epoch === 2 && event.batch === 20) stop.abort();
  }
  const file = join(save, "lost/artifacts/training/labels.json");
  const before = await readSaved(file);
  writeFileSync(file, "{");
  await runAll(asked, {}, {resume: openRunDirectory(join(save, "lost"))});
  expect(await readSaved(file)).toEqual(before);
});
