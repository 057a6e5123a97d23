/** @file Runs on a folder of colour pictures: augmented, broken off, and ended early. */
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, expect, test} from "vitest";

import {judgedLoss} from "../../../src/nouns/judged-loss";
import {resolveOptions} from "../../../src/nouns/options";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {run} from "../../../src/pipeline/run";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {runOptions} from "../../../src/pipeline/run/options";
import {isStale} from "../../../src/pipeline/training/patience";
import type {EpochMetrics} from "../../../src/pipeline/types";
import {temporaryFolder} from "../../support/idx-files";
import {writeShapes} from "../../support/image-folder";
import {metricsOf} from "../../support/small-run";

let data = "";
beforeAll(() => {
  data = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 40});
});
const optionsOf = (save: string, given: object) =>
  resolveOptions(
    runOptions,
    {data, save, name: "r", probes: "none", epochs: 3, batchSize: 8, projector: 0, ...given},
    "--",
  );

async function ran(save: string, given: object = {}, stopAt: (event: RunEvent) => boolean = () => false) {
  const stop = new AbortController();
  const events: RunEvent[] = [];
  for await (const event of run(optionsOf(save, given), {}, {signal: stop.signal})) {
    events.push(event);
    if (stopAt(event)) stop.abort();
  }
  return events;
}
const weights = (save: string) => readFileSync(join(save, "r", "model", "weights.bin"));
const timeless = (save: string) =>
  metricsOf(join(save, "r")).map(({seconds, sha256, ...rest}: EpochMetrics & {sha256?: string}) => rest);
const notes = (events: readonly RunEvent[]) => events.flatMap((event) => (event.type === "say" ? [event.line] : []));

test("an augmented run that is interrupted within an epoch and resumed is the run it would have been", async () => {
  const [whole, broken, plain] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  expect(notes(await ran(whole))[0]).toMatch(
    /^augmentation photos: .*flipped left to right.* in colour; --augment none/,
  );
  await ran(broken, {}, (event) => event.type === "train" && event.epoch === 2 && event.batch === 3);
  const resume = openRunDirectory(join(broken, "r"));
  const events: RunEvent[] = [];
  for await (const event of run(optionsOf(broken, {}), {}, {resume})) events.push(event);
  expect(timeless(broken)).toEqual(timeless(whole));
  expect(weights(broken).equals(weights(whole))).toBe(true);
  expect(notes(await ran(plain, {augment: "none"}))).toEqual([]);
  expect(weights(plain).equals(weights(whole))).toBe(false);
  const facts = JSON.parse(readFileSync(join(whole, "r", "run.json"), "utf8"));
  expect(facts.training.augmentation).toMatchObject({name: "photos", shift: 0.1, flip: "horizontal"});
  expect(events.find(({type}) => type === "start")).toMatchObject({engine: {why: facts.engine.why}});
});

test("a run ends once the validation loss has not been lower for as long as one has patience", async () => {
  const save = temporaryFolder();
  const given = {
    epochs: 30,
    patience: 2,
    learningRate: 0.3,
    optimizer: "sgd",
    probes: "confusion",
    every: 50,
  };
  const events = await ran(save, given);
  const metrics = metricsOf(join(save, "r"));
  const best = metrics.reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a)).epoch;
  const last = metrics[metrics.length - 1].epoch;
  expect(last).toBe(best + 2);
  expect(last).toBeLessThan(30);
  expect(notes(events).at(-1)).toBe(
    `ended after epoch ${last}: the validation loss has not been lower for 2 epochs (--patience 2)`,
  );
  expect(events.at(-1)).toMatchObject({type: "end", best: {epoch: best}});
  const looks = events.flatMap((event) => (event.type === "probe" ? [event.epoch] : []));
  expect(looks).toEqual([0, last]); // the last epoch is looked at, whichever it is
  for await (const event of run(optionsOf(save, given), {}, {resume: openRunDirectory(join(save, "r"))})) {
    expect(event.type).not.toBe("train"); // gone on with, it stays ended
  }
});

test("patience counts epochs since the lowest loss", () => {
  const metrics = [3, 2, 2.5, 2, 1.9, 1.95].map((validationLoss, epoch) => ({epoch, validationLoss}));
  const ends = (patience: number) => metrics.findIndex((_, n) => isStale(metrics.slice(0, n + 1), patience));
  expect([0, 1, 2, 3].map(ends)).toEqual([-1, 2, 3, -1]);
});
