/** @file How the words of a command line are read: images, an epoch, a model, decisions. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {describe, expect, test} from "vitest";

import {checkKeptEpoch, epochNumber} from "../../src/cli/asked-epoch";
import {explainOptionsOf, shapeOf} from "../../src/cli/explain-flags";
import {isMany} from "../../src/cli/explain-many";
import {listToTry} from "../../src/cli/labels-try-list";
import {here} from "../../src/cli/run-places";
import {chosenMethod} from "../../src/pipeline/judged-labels";
import {temporaryFolder} from "../support/idx-files";

describe("an epoch", () => {
  const run = (losses: readonly number[]) =>
    ({
      path: "save/r",
      readMetrics: async () => losses.map((validationLoss, epoch) => ({epoch, validationLoss})),
    }) as unknown as Parameters<typeof epochNumber>[0];

  test("is a number, the best one or the last one", async () => {
    expect(await epochNumber(run([3, 1, 2]), 7)).toBe(7);
    expect(await epochNumber(run([3, 1, 2]), "best")).toBe(1);
    expect(await epochNumber(run([3, 1, 2]), "last")).toBe(2);
    for (const name of ["best", "last"] as const) {
      await expect(epochNumber(run([]), name)).rejects.toThrow(
        "save/r: expected a run with a finished epoch, got none",
      );
    }
  });

  test("whose weights were not kept is refused", async () => {
    await expect(checkKeptEpoch(temporaryFolder(), "r", 2)).rejects.toThrow(
      "r: expected an epoch whose weights were kept (none were kept), got 2",
    );
  });
});

test("many images stand alone", () => {
  expect([["test:all"], ["test:0-99"]].map(isMany)).toEqual([true, true]);
  expect([["test:8"], ["cat.jpg", "test:8"], []].map(isMany)).toEqual([false, false, false]);
  expect(() => isMany(["test:all", "cat.jpg"])).toThrow("expected test:all or one range alone, got test:all cat.jpg");
  expect(() => isMany(["train:all"])).toThrow("train:all: expected many test images");
});

test("a size is written height x width x channels", () => {
  expect(shapeOf("224x192x3")).toEqual([224, 192, 3]);
  for (const size of ["224x224", "224x224x2", "x", ""]) expect(() => shapeOf(size)).toThrow(`got "${size}"`);
});

describe("the model to explain", () => {
  const save = temporaryFolder();
  const ofModel = join(save, "data", "models", "photos");
  mkdirSync(ofModel, {recursive: true});
  writeFileSync(join(ofModel, "preset.json"), JSON.stringify({model: "net.onnx", scores: "logits", mean: [0.5, 0.25]}));
  mkdirSync(join(save, "run"));
  writeFileSync(join(save, "run", "run.json"), "{}");
  const preset = (value: unknown) => {
    const path = join(temporaryFolder(), "preset.json");
    writeFileSync(path, JSON.stringify(value));
    return path;
  };

  test("may be one that was set up, by its name: its preset's, unless a run has that name", async () => {
    const options = await explainOptionsOf({model: "photos", save});
    expect(options).toMatchObject({model: join(ofModel, "net.onnx"), output: "logits", mean: "0.5,0.25", scale: "1"});
    expect((await explainOptionsOf({model: "run", save})).model).toBe("run");
    expect((await explainOptionsOf({model: "other", save})).model).toBe("other");
    expect((await explainOptionsOf({model: "./photos", save})).model).toBe("./photos"); // a path
    await expect(explainOptionsOf({model: "efficientnet-lite0", save})).rejects.toThrow(
      "--model efficientnet-lite0: expected its files in",
    );
  });

  test("has a preset's settings, those that are typed stand over them, and files lie beside it", async () => {
    const path = preset({model: "a.onnx", classes: "names.txt", target: "label", std: 2, top: 3});
    const beside = (name: string) => resolve(path, "..", name);
    expect(await explainOptionsOf({preset: path, top: 2})).toMatchObject({
      ...{model: beside("a.onnx"), classes: beside("names.txt"), class: "label", std: "2", top: 2},
    });
    expect((await explainOptionsOf({preset: path, model: "photos", save})).model).toBe("photos"); // one preset is enough
  });

  test.each([
    [[1], "expected an object of flags by name, got [1]"],
    [null, "expected an object of flags by name, got null"],
    [3, "expected an object of flags by name, got 3"],
  ])("has no preset like %j", async (value, words) => {
    await expect(explainOptionsOf({preset: preset(value)})).rejects.toThrow(words);
  });

  test.each([
    [{mean: ""}, '--mean: expected numbers with commas between, got ""'],
    [{std: "1,x"}, '--std: expected numbers with commas between, got "1,x"'],
  ])("has no numbers like %j", async (given, words) => {
    await expect(explainOptionsOf(given)).rejects.toThrow(words);
  });
});

describe("the decisions to try", () => {
  const none = {edit: "", drop: 0, relabel: 0, method: "auto", folds: 0, json: false} as const;
  const list = join(temporaryFolder(), "suspects.csv");
  writeFileSync(list, "");

  test.each([
    [{}, /or --drop N or --relabel N, got none of them$/],
    [{drop: 1, relabel: 1}, /got 2 of them$/],
    [{edit: list, drop: 1}, /got 2 of them$/],
    [{edit: list, drop: 1, relabel: 1}, /got 3 of them$/],
    [{edit: list, folds: 5}, "--folds: expected --drop N or --relabel N, got --edit"],
    [{edit: list, method: "best"}, "--method: expected --drop N or --relabel N, got --edit"],
    [{edit: "gone.csv"}, "--edit gone.csv: expected a CSV file, got nothing there"],
    [{drop: 1, folds: 5, method: "best"}, "--folds: expected --method confident, got --method best"],
  ] as const)("are of one kind: %j", async (more, words) => {
    await expect(listToTry("gone", {...none, ...more}, {})).rejects.toThrow(words);
  });

  test("are the user's list where it is", async () => {
    expect(await listToTry("gone", {...none, edit: list}, {})).toEqual({code: 0, edit: resolve(list)});
  });
});

test.each([
  ["auto", 0, ["train"], "dynamics"],
  ["auto", 0, ["test"], "auto"],
  ["auto", 0, ["train", "validation", "test"], "auto"],
  ["auto", 5, ["train"], "confident"],
  ["confident", 5, ["test"], "confident"],
  ["best", 0, ["test"], "best"],
  ["dynamics", 0, ["train"], "dynamics"],
] as const)("labels are judged by %s, with %i folds, of %j: %s", (method, folds, splits, expected) => {
  expect(chosenMethod({method, folds}, splits)).toBe(expected);
});

test("the dynamics are of training images alone", () => {
  expect(() => chosenMethod({method: "dynamics", folds: 0}, ["test"])).toThrow("got --split test");
  expect(() => chosenMethod({method: "dynamics", folds: 0}, ["train", "test"])).toThrow("got --split all");
});

test("a path is written as it is typed in the working folder", () => {
  expect([here(process.cwd()), here(join(process.cwd(), "save", "r"))]).toEqual([".", join("save", "r")]);
});
