/** @file The share of a run that is done, and the threads of runs that are trained at once. */
import {cpus} from "node:os";
import {expect, test} from "vitest";

import {partOf, threadsEach} from "../../src/cli/sweep-elsewhere";
import type {ShownEvent} from "../../src/pipeline/run/events";

test("the share of a run that is done grows with its batches and epochs", () => {
  const part = partOf();
  const after = (event: object) => part(event as ShownEvent);
  expect(after({type: "say", line: "a"})).toBe(0); // nobody knows yet how long it is
  expect(after({type: "start", epochs: 4})).toBe(0);
  expect(after({type: "train", epoch: 1, batch: 5, batches: 10})).toBe(0.125);
  expect(after({type: "epoch", metrics: {epoch: 1}})).toBe(0.25);
  expect(after({type: "train", epoch: 3, batch: 10, batches: 10})).toBe(0.75);
  expect(after({type: "say", line: "a"})).toBe(0.75);
  expect(after({type: "epoch", metrics: {epoch: 4}})).toBe(1);
});

test("runs at once share the cores, as many as there are runs, unless the user or a worker says otherwise", () => {
  const runs = (...threads: readonly number[]) =>
    threads.map((own) => ({options: {threads: own}})) as unknown as Parameters<typeof threadsEach>[0];
  const cores = cpus().length;
  expect(threadsEach(runs(0), "1")).toBe(cores);
  expect(threadsEach(runs(0), "auto")).toBe(cores); // one run has all of them
  expect(threadsEach(runs(0, 0, 0), "1")).toBe(cores);
  expect(threadsEach(runs(...Array(2 * cores).fill(0)), "auto")).toBe(1);
  expect(threadsEach(runs(0, 0), `${4 * cores}`)).toBe(Math.max(1, Math.floor(cores / 2)));
  expect(threadsEach(runs(...Array(2 * cores).fill(0)), `${2 * cores}`)).toBe(1); // never none
  expect(threadsEach(runs(0, 1), "2")).toBeUndefined(); // told for one of them
  expect(threadsEach(runs(0), "redis://localhost")).toBeUndefined();
});
