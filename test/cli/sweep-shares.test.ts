/** @file The share of a run that is done, and the threads of runs that are trained at once. */
import {cpus} from "node:os";
import {expect, test, vi} from "vitest";

/** The lines that are printed; the terminal takes these functions as it is loaded. */
const printed = vi.hoisted((): string[] => {
  const keep = (_: string, line: string) => void printed.push(line);
  const printed: string[] = [];
  Object.assign(console, {log: keep, error: keep});
  return printed;
});

import {lines, partOf, threadsEach} from "../../src/cli/sweep-elsewhere";
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

test("of one run among several its beginning, its epochs and its failures are told, a quiet one's failures alone", () => {
  const metrics = {
    ...{epoch: 3, trainLoss: 0.5, trainAccuracy: 0.5, validationLoss: 0.5, validationAccuracy: 0.5},
    ...{testLoss: 0.5, testAccuracy: 0.25, seconds: {train: 1, evaluate: 1, probes: 1}},
  };
  const events = [
    {type: "say", line: "a"},
    {type: "start", epochs: 4},
    {type: "epoch", metrics, best: false},
    {type: "failure", probe: "lime", error: new Error("expected 1")},
  ] as unknown as ShownEvent[];
  const told = (isTalking: boolean) => {
    printed.length = 0;
    const tell = lines("run 1 of 2: a", "a", {at() {}, note() {}, end() {}}, isTalking);
    for (const event of events) tell(event);
    return [...printed];
  };
  const [title, epoch, failure, ...rest] = told(true);
  expect(title).toBe("run 1 of 2: a");
  expect(epoch).toMatch(/^a {2}epoch 3 .*test 0\.5000 {2}25\.00%/);
  expect(failure).toBe("  error a: probe lime: expected 1");
  expect(rest).toEqual([]);
  expect(told(false)).toEqual(["  error a: probe lime: expected 1"]);
});
