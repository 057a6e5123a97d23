/** @file A run that a worker trains for someone else, from the question to its result. */
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {trainingTasks} from "../../../src/pipeline/handed/hand-over";
import {trainRun} from "../../../src/pipeline/handed/train-run";
import {trainedBytes} from "../../../src/pipeline/handed/trained-run";
import {NotNow} from "../../../src/pipeline/jobs/workers";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readRunFile} from "../../../src/pipeline/record/run-file";
import {lockRun} from "../../../src/pipeline/record/run-lock";
import {sha256} from "../../../src/pipeline/record/seal";
import {runOptions} from "../../../src/pipeline/run/options";
import {idxFolder, temporaryFolder} from "../../support/idx-files";

const quick = {model: "exigo" as const, epochs: 1, probes: "none", projector: 0, batchSize: 16, data: idxFolder()};

/** A question for a run of few images, and the folder in which it will be. */
function asked(more: object = {}) {
  const options = resolveOptions(runOptions, {...quick, save: temporaryFolder(), name: "r", ...more}, "--");
  const [{question}] = trainingTasks([{options, probeOptions: {}, sweep: "s"}], 1).shards;
  return {question, options, path: join(options.save, "r")};
}

test("is trained once, says what its run says, and has the digest of its weights", async () => {
  const {question, options, path} = asked();
  expect(await trainedBytes(path, options)).toBeUndefined();
  const said: unknown[] = [];
  const locks: unknown[] = [];
  const bytes = await trainRun({...question, silent: 60}, (line) => {
    said.push(line);
    for (const name of readdirSync(path).filter((one) => /^running-/.test(one)))
      locks.push(JSON.parse(readFileSync(join(path, name), "utf8")).silent);
  });
  expect(said.filter((line) => typeof line !== "string")).toEqual([]);
  expect(locks.filter((silent) => silent !== 60_000)).toEqual([]);
  expect(readRunFile(path)).toMatchObject({sweep: "s", options: {threads: 1}});
  const trained = JSON.parse(Buffer.from(bytes).toString());
  expect(trained).toMatchObject({run: "r", weights: sha256(readFileSync(join(path, "model/weights.bin")))});
  expect(trained.metrics.map(({epoch}: {epoch: number}) => epoch)).toEqual([0, 1]);
  expect(trained.metrics[0]).not.toHaveProperty("seconds");
  expect(existsSync(join(options.save, "latest"))).toBe(false);

  const before = readFileSync(join(path, "status.json"), "utf8");
  const lock = await lockRun(path);
  expect(await trainRun(question, () => {})).toEqual(bytes); // it is done, whoever holds it
  expect(readFileSync(join(path, "status.json"), "utf8")).toBe(before);

  await openRunDirectory(path).writeStatus("interrupted");
  expect(await trainedBytes(path, options)).toBeUndefined();
  await expect(trainRun(question, () => {})).rejects.toThrow(NotNow); // another process is at it
  await lock.release();
  const {threads: _, ...own} = question;
  expect(await trainRun(own, () => {})).toEqual(bytes);
  writeFileSync(join(path, "metrics.jsonl"), `${readFileSync(join(path, "metrics.jsonl"), "utf8").split("\n")[0]}\n`);
  expect(await trainedBytes(path, options)).toBeUndefined(); // its status says done, and an epoch is lacking
});

test("is not trained from folders that the worker may not read", async () => {
  const {question, path} = asked();
  await expect(trainRun({...question, reads: [temporaryFolder()]}, () => {})).rejects.toThrow(
    "--data: expected a path in a folder",
  );
  expect(existsSync(path)).toBe(false);
});
