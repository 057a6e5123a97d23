import {afterAll, beforeEach, expect, test, vi} from "vitest";

import {jsonProgress} from "../../src/cli/json-events";
import type {RunEvent} from "../../src/pipeline/run/events";

const lines = vi.hoisted(() => {
  const said: string[] = [];
  // before the module below takes hold of it
  vi.spyOn(console, "log").mockImplementation((_format: string, line: string) => void said.push(line));
  return said;
});
beforeEach(() => void lines.splice(0));
afterAll(() => void vi.restoreAllMocks());

const told = () => lines.map((line) => JSON.parse(line));
const start = {
  ...{type: "start", path: "/save/r", engine: "fused", epochs: 2, model: {name: "cnn", parameters: 7, why: "given"}},
  data: {
    ...{name: "d", digest: "x", imageShape: [2, 2, 1], classNames: ["a", "b"]},
    ...{train: {count: 9}, validation: {count: 1}, test: {count: 4}},
  },
} as unknown as RunEvent;
const trained = (epoch: number, batch: number, batches: number, images = 10 * batch) =>
  ({type: "train", epoch, batch, batches, lossSum: images / 2, correct: images / 4, images}) as unknown as RunEvent;

test("each line names its type, its time and its run; the first names the schema", () => {
  const {show} = jsonProgress();
  show({type: "data", doing: "reading", done: 1, total: 3} as unknown as RunEvent);
  show(start);
  expect(told()).toEqual([
    {schema: "epochscope/events/1", type: "data", at: expect.any(String), doing: "reading", done: 1, total: 3},
    {
      ...{type: "start", at: expect.any(String), run: "r", path: "/save/r", engine: "fused", epochs: 2},
      model: {name: "cnn", parameters: 7, why: "given"},
      data: {
        ...{name: "d", digest: "x", imageShape: [2, 2, 1], classNames: ["a", "b"], train: 9, validation: 1, test: 4},
      },
    },
  ]);
});

test("an epoch has its first batch and at most a hundred steps, with the means so far and the images a second", () => {
  const {show} = jsonProgress();
  for (let batch = 1; batch <= 250; batch++) show(trained(1, batch, 250));
  const steps = told().map(({batch}) => batch);
  expect(steps).toHaveLength(1 + 100);
  expect(steps.slice(0, 4)).toEqual([1, 3, 5, 8]); // a step is 2.5 batches
  expect(steps.at(-1)).toBe(250);
  const [first, second] = told();
  expect(first).toMatchObject({epoch: 1, batches: 250, loss: 0.5, accuracy: 0.25, imagesPerSecond: null});
  expect(second.imagesPerSecond).toBeGreaterThan(0);
  lines.splice(0);
  show(trained(2, 40, 40));
  expect(told()).toMatchObject([{epoch: 2, imagesPerSecond: null}]); // no image came since it began
});

test("the end names the page, unless it could not be made", () => {
  const end = {type: "end", path: "/save/r", best: {epoch: 2}} as unknown as RunEvent;
  const failure = (probe: string) =>
    ({type: "failure", probe, error: new Error("no room\n    at all")}) as unknown as RunEvent;
  const shown = jsonProgress();
  shown.show(failure("lime"));
  shown.show(end);
  const lacking = jsonProgress();
  lacking.show({...end, lacking: ["report"]} as unknown as RunEvent);
  const failed = jsonProgress();
  failed.show(failure("report"));
  failed.show(end);
  failed.show({type: "interrupted", path: "/save/r"} as unknown as RunEvent);
  expect(told().map(({type, status, report, message}) => message ?? [type, status, report])).toEqual([
    "no room",
    ["end", "done", "/save/r/report.html"],
    ["end", "done", null],
    "no room",
    ["end", "done", null],
    ["end", "interrupted", null],
  ]);
});
