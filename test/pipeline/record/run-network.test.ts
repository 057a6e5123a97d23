/** @file The best network of a run, and how it is asked. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {keptTestData, networkOfRun} from "../../../src/pipeline/open/run-network";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import type {RunFile} from "../../../src/pipeline/record/run-file";
import {temporaryFolder} from "../../support/idx-files";

const data = {name: "x", classNames: ["a", "b"], imageShape: [1, 2, 1] as const};
const facts = (more: object = {}) => ({name: "r", data, options: {}, ...more}) as unknown as RunFile;
const rest = {imageShape: data.imageShape, classNames: data.classNames};

test("of a run that trained it is asked with intensities from 0 to 1", async () => {
  const {model, load} = await networkOfRun("/r", facts());
  expect(model).toBe("/r/model/model.json");
  expect(load).toEqual({...rest, input: {scale: 1, mean: [0], std: [1]}, output: "probabilities"});
});

test("of a run that watched it is asked as it was found to be", async () => {
  const path = temporaryFolder();
  mkdirSync(join(path, "model"));
  const found = {scale: 255, mean: [1], std: [2]};
  const watched = (options: object, more: object = {}) =>
    networkOfRun(
      path,
      facts({
        kind: "watch",
        options: {output: "logits", outputName: "", ...options},
        watch: {found: {...found, ...more}},
      }),
    );
  await expect(watched({})).rejects.toMatchObject({
    ...{code: "NOT_FOUND", message: "r: expected a run with a network, got one that watched only answers"},
  });
  writeFileSync(join(path, "model/model.json"), "");
  expect(await watched({})).toEqual({
    ...{model: join(path, "model/model.json"), load: {...rest, input: found, output: "logits"}},
  });
  writeFileSync(join(path, "model/model.onnx"), "");
  const {model, load} = await watched({outputName: "o", inputName: "i"}, {layout: "nchw"});
  expect(model).toBe(join(path, "model/model.onnx"));
  expect(load).toEqual({...rest, input: {...found, layout: "nchw"}, output: "logits", outputName: "o", inputName: "i"});
});

test("a run that watched has its test images as data, and none to train on", async () => {
  const path = temporaryFolder();
  const images = {
    count: 2,
    shape: [1, 2, 1] as const,
    pixels: Uint8Array.of(0, 255, 51, 102),
    labels: Uint16Array.of(1, 0),
  };
  await openRunDirectory(path).writeTestImages(images);
  const {test: kept, train, validation, digest} = keptTestData(path, facts({data: {...data, digest: "d"}}));
  expect([kept.count, train.count, validation.count, digest]).toEqual([2, 0, 0, "d"]);
  const {pixels, labels} = await kept.read([1]);
  expect([...labels]).toEqual([0]);
  expect(pixels).toBeAllClose([0.2, 0.4], {rtol: 1e-6});
  expect(keptTestData(path, facts()).digest).toBe("");
});
