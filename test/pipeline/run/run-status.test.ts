import {cpSync, existsSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {createRunDirectory, openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readRunFile} from "../../../src/pipeline/record/run-file";
import {readStatusFile, statusOf} from "../../../src/pipeline/record/run-status";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {withStatus} from "../../../src/pipeline/run/status";
import {idxFolder, temporaryFolder} from "../../support/idx-files";
import {filesOf, runAll} from "../../support/small-run";

const facts = (name: string) => ({
  ...{format: "epochscope-run/2", name, startedAt: "2026-11-30T00:00:00.000Z", options: {epochs: 2}, probes: {}},
  ...{engine: {name: "fused"}, model: {name: "cnn"}, versions: {}},
  data: {name: "mnist", classNames: ["0"], imageShape: [1, 1, 1], train: 1, validation: 0, test: 1},
});

async function newRun() {
  const {lock, path} = await createRunDirectory(temporaryFolder(), "r", {facts});
  return {lock, path, start: {type: "start", path} as RunEvent};
}

async function* told(events: readonly RunEvent[], error?: Error): AsyncGenerator<RunEvent> {
  yield* events;
  if (error) throw error;
}

async function heard(events: AsyncIterable<RunEvent>): Promise<void> {
  for await (const _ of events);
}

test("a run says that it runs, then that it is done, was interrupted, or failed and why", async () => {
  const {path, start, lock} = await newRun();
  const end = {type: "end", path} as RunEvent;
  const seen: unknown[] = [];
  for await (const event of withStatus(told([start, end])))
    seen.push([event.type, (await readStatusFile(path))?.status]);
  expect(seen).toEqual([
    ["start", "running"],
    ["end", "done"],
  ]);
  await heard(withStatus(told([start, {type: "interrupted", path}])));
  expect(await readStatusFile(path)).toMatchObject({status: "interrupted", epoch: null, process: {pid: process.pid}});
  for await (const _ of withStatus(told([start, end]))) break; // nobody listens any more
  expect((await readStatusFile(path))?.status).toBe("interrupted");
  await expect(heard(withStatus(told([start], new Error("disk: full"))))).rejects.toThrow("disk: full");
  const failed = await readStatusFile(path);
  expect(failed).toMatchObject({status: "failed", error: "disk: full"});
  expect(failed?.endedAt).toBe(failed?.updatedAt);
  await lock.release();
});

test("a run that fails before it has said that it starts says so in the folder that it has begun", async () => {
  const {path, lock} = await newRun();
  const begun = () => openRunDirectory(path);
  await expect(heard(withStatus(told([], new Error("disk: full")), begun))).rejects.toThrow("disk: full");
  expect(await readStatusFile(path)).toMatchObject({status: "failed", error: "disk: full"});
  await heard(withStatus(told([]), begun));
  expect((await readStatusFile(path))?.status).toBe("interrupted");
  await expect(heard(withStatus(told([], new Error("no data"))))).rejects.toThrow("no data"); // and no folder
  await lock.release();
});

test("a run that says it runs, on which no process works, is lost", async () => {
  const {path, lock} = await newRun();
  await openRunDirectory(path).writeStatus("running");
  expect(await statusOf(path, [])).toBe("running");
  await lock.release();
  expect(await statusOf(path, [])).toBe("lost");
  writeFileSync(join(path, "status.json"), '{"status": "finished"}');
  await expect(statusOf(path, [])).rejects.toThrow(
    `${path}/status.json: expected status to be one of running, done, interrupted, failed, got "finished"`,
  );
});

test("status.json tells the last whole epoch, and a run of format /1 continues in /1: no file of it is another's", async () => {
  const save = temporaryFolder();
  await runAll({data: idxFolder(), save, name: "r", model: "exigo", epochs: 2, probes: "confusion", batchSize: 16}, {});
  expect(await readStatusFile(join(save, "r"))).toMatchObject({status: "done", epoch: 2});
  expect(existsSync(join(save, "r/data/test.json"))).toBe(true);
  // gone on with after its first epoch: the status that was read at the start is not that of the end
  const [untrained] = readFileSync(join(save, "r/metrics.jsonl"), "utf8").split("\n");
  writeFileSync(join(save, "r/metrics.jsonl"), `${untrained}\n`);
  await openRunDirectory(join(save, "r")).writeStatus("interrupted");
  expect(await readStatusFile(join(save, "r"))).toMatchObject({status: "interrupted", epoch: 0});
  const options = {...readRunFile(join(save, "r")).options, save};
  await runAll(options, {}, {resume: openRunDirectory(join(save, "r"))});
  expect(await readStatusFile(join(save, "r"))).toMatchObject({status: "done", epoch: 2});

  const old = join(save, "old");
  cpSync(join(__dirname, "../../fixtures/old-run"), old, {recursive: true});
  expect(await statusOf(old, [0, 1])).toBe("interrupted");
  const before = filesOf(old);
  const directory = openRunDirectory(old);
  await directory.writeStatus("running");
  await directory.writeValue("training/labels", {labels: new Uint8Array(4000)});
  rmSync(join(old, "artifacts/test-images.json"));
  await directory.writeTestImages({count: 1, shape: [1, 1, 1], pixels: new Uint8Array(1), labels: new Uint16Array(1)});
  const after = filesOf(old).filter((name) => !before.includes(name));
  expect(after).toEqual(["artifacts/training/labels.bin", "artifacts/training/labels.json"]);
  expect(readFileSync(join(old, "run.json"), "utf8")).toContain("epochscope-run/1");
});
