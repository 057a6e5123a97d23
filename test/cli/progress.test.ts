import {join} from "node:path";
import {afterAll, beforeEach, expect, test, vi} from "vitest";

import {plainBar} from "../../src/cli/bars";
import {labelWords} from "../../src/cli/label-words";
import {progressOf} from "../../src/cli/progress";
import type {RunEvent} from "../../src/pipeline/run/events";

const {said, complained} = vi.hoisted(() => {
  const [said, complained]: [string[], string[]] = [[], []];
  const into = (list: string[]) => (_format: string, line: string) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are left out
    void list.push(line.replace(/\x1b\[\d+m/g, "").trimEnd());
  // before the modules below take hold of them
  vi.spyOn(console, "log").mockImplementation(into(said));
  vi.spyOn(console, "error").mockImplementation(into(complained));
  return {said, complained};
});
beforeEach(() => {
  said.splice(0);
  complained.splice(0);
});
afterAll(() => void vi.restoreAllMocks());

const path = join(process.cwd(), "save", "r");
const counted = (count: number) => ({count});
const start = (model: object, data: object) =>
  ({
    ...{type: "start", path, epochs: 2, engine: {name: "fused", version: "2 threads", why: "it knows this model"}},
    model: {name: "cnn", parameters: 12810, ...model},
    data: {name: "d", train: counted(5500), validation: counted(500), test: counted(1000), ...data},
  }) as unknown as RunEvent;
const end = (best: object, lacking?: readonly string[]) =>
  ({
    ...{type: "end", path, best: {epoch: 2, validationLoss: 0.3, testAccuracy: 0.9, ...best}, lacking},
  }) as unknown as RunEvent;
const failure = {type: "failure", probe: "lime", error: new Error("no room")} as unknown as RunEvent;

test("a run begins with its data, its model and why, its engine and its folder", () => {
  const {show} = progressOf({quiet: false, verbose: false});
  show(start({why: "the pictures are grey"}, {}));
  expect(said).toEqual([
    "data    d: 5,500 images to train on, 500 to validate, 1,000 to test",
    "model   cnn: 12,810 weights (auto: the pictures are grey)",
    "engine  fused (2 threads): it knows this model",
    `save    ${join("save", "r")}`,
    "",
  ]);
});

test.each([
  [{}, {why: "asked for"}, "5,500 images to train on, 500 to validate, 1,000 to test"],
  [{moreTest: counted(9000)}, {}, "5,500 images to train on, 500 to validate, 10,000 to test"],
  [{train: counted(0), validation: counted(0)}, {}, "1,000 images to test"],
  [{train: counted(0)}, {}, "1,000 images to test, 500 to validate"],
])("of %j the images are counted, and a model that was asked for needs no reason", (data, model, words) => {
  progressOf({quiet: false, verbose: false}).show(start(model, data));
  expect(said.slice(0, 2)).toEqual([`data    d: ${words}`, "model   cnn: 12,810 weights"]);
});

test("a run ends with its best epoch, the interval of all its test images, and what it lacks", () => {
  const {show} = progressOf({quiet: false, verbose: false});
  show(start({}, {test: counted(60), moreTest: counted(40)}));
  said.splice(0);
  show(end({}));
  expect(said.slice(1, 3)).toEqual([
    "best by validation loss: epoch 2, test accuracy 90.00%",
    "95 % interval of 100 test images: 82.56% to 94.48%", // Wilson's, of 90 in 100
  ]);
  expect(said.join("\n")).toContain("the page  file://");
  expect(said.join("\n")).not.toContain("not whole");
  said.splice(0);
  show(end({validationLoss: null}, ["report", "lime"]));
  expect(said[1]).toBe("best by test loss: epoch 2, test accuracy 90.00%");
  expect(said.join("\n")).not.toContain("the page");
  expect(said.at(-1)).toBe("not whole report, lime: see the errors above");
});

test("without test images there is no interval", () => {
  const {show} = progressOf({quiet: false, verbose: false});
  show(start({}, {test: counted(0)}));
  show(end({}));
  expect(said.join("\n")).not.toContain("interval");
});

test("a quiet run tells of errors alone, and a verbose one where they arose", () => {
  const {show} = progressOf({quiet: true, verbose: false});
  show(start({}, {}));
  show({type: "say", line: "a note"} as unknown as RunEvent);
  show({type: "data", doing: "reading", done: 1, total: 1} as unknown as RunEvent);
  show(end({}));
  expect([said, complained]).toEqual([[], []]);
  show(failure);
  expect(complained).toEqual(["  error probe lime: no room"]);
  progressOf({quiet: false, verbose: true}).show(failure);
  expect(complained.slice(1, 3)).toEqual(["  error probe lime: no room", "Error: no room"]);
});

test("a log gets a line at each quarter of an epoch, with the means so far", () => {
  const {show} = progressOf({quiet: false, verbose: false});
  for (let batch = 1; batch <= 8; batch++) {
    const images = 10 * batch;
    show({type: "train", epoch: 3, batch, batches: 8, lossSum: images / 2, correct: images / 4, images} as RunEvent);
  }
  expect(complained.map((line) => line.replace(/ {2}[\d,]+ images\/s$/, ""))).toEqual(
    [25, 50, 75, 100].map((share) => `epoch 3  ${share}%  loss 0.5000  accuracy 25.00%`),
  );
});

test("a log's speed counts the images since the label came up, and a label in the middle begins at its quarter", () => {
  const lines: string[] = [];
  const bar = plainBar((line) => lines.push(line));
  const clock = vi.spyOn(performance, "now");
  const at = (seconds: number, label: string, done: number, images: number) => {
    clock.mockReturnValue(1000 * seconds);
    bar.at(label, done, 8, [], images);
  };
  at(10, "a", 1, 500);
  at(12, "a", 2, 2500); // 2000 images in 2 seconds
  at(14, "a", 3, 3500);
  at(15, "a", 8, 4500); // 4000 images in 5 seconds
  at(20, "b", 5, 100); // gone on with, after the second quarter
  at(21, "b", 6, 700);
  bar.note("looking");
  at(30, "b", 7, 900); // after a pause the speed is measured anew
  at(31, "b", 8, 1000);
  clock.mockRestore();
  expect(lines).toEqual([
    "a  25%  1,000 images/s",
    "a  100%  800 images/s",
    "b  75%  600 images/s",
    "b  100%  100 images/s",
  ]);
});

const labels = (more: object, counts: readonly [train: number, validation: number, test: number] = [80, 10, 10]) => {
  const [train, validation, test] = counts.map(counted);
  return labelWords({
    ...{type: "labels", folds: 0, path: join(process.cwd(), "save/r/labels.csv"), asked: 20, agreed: 0.75},
    data: {folder: join(process.cwd(), "photos"), classNames: ["cat", "dog"], train, validation, test},
    issues: [{file: "cat/1.png", given: 0, predicted: 1, probability: 0.987}],
    ...more,
  } as unknown as Extract<RunEvent, {type: "labels"}>).map((line) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are left out
    line.replace(/\x1b\[\d+m|\0[0-9a-f]{24}\[\d+m/g, ""),
  );
};
const first = "labels  1 of 20 pictures look wrongly labelled; all of them, the most suspect first: save/r/labels.csv";
const named = "  photos/cat/1.png: labelled cat, looks like dog (98.7%)";
const asks = "  the 80 that it learnt from were not asked about: --folds 5 asks about every picture once";
const agrees = "  the network agrees with 74% of the labels alone: many of these are its own mistakes";

test.each([
  ["names them where the network is trusted", {}, undefined, [first, named, asks]],
  ["names none where it is not", {agreed: 0.74}, undefined, [first, `${agrees}; try more --epochs`, asks]],
  ["offers no folds where there were some", {folds: 5}, undefined, [first, named]],
  ["offers no folds for 5,000 pictures", {}, [4980, 10, 10], [first, named]],
  ["offers them for 4,999", {asked: 20}, [4979, 10, 10], [first, named, asks.replace("80", "4,979")]],
  ["offers nothing that trains to who only watches", {agreed: 0.74}, [0, 0, 20], [first, agrees]],
] as const)("the list of labels %s", (_, more, counts, lines) => {
  expect(labels(more, counts)).toEqual(lines);
});

test("of pictures that are in no folder there is no list", () => {
  const data = {classNames: ["cat"], train: counted(1), validation: counted(0), test: counted(0)};
  expect(labels({data})).toEqual([]);
});
