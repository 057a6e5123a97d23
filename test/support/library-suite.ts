/** @file The library, used by its public entry alone: as another project imports the built package. package.test.ts builds it. */
import {execFile} from "node:child_process";
import {promisify} from "node:util";
import {beforeAll, describe, expect, test} from "vitest";

import {temporaryFolder} from "./idx-files";
import {onnxFolder, testImages} from "./watched";

/** Declares the tests, after a program has used the library (library-user.mjs). */
export function librarySuite(): void {
  let got: {readonly [what: string]: unknown} = {};

  beforeAll(async () => {
    const argv = ["test/support/library-user.mjs", temporaryFolder(), onnxFolder(), testImages()];
    const {stdout} = await promisify(execFile)(process.execPath, argv, {maxBuffer: 1e7});
    got = JSON.parse(stdout.trimEnd().split("\n").at(-1) as string); // what it prints last
  }, 240_000);

  test("run takes a list of probes, their options by their names, and probes of one's own", () => {
    expect(got.run).toEqual({status: "done", epoch: 1, probes: ["confusion", "lime", "counts"], seen: [[0, 60], [1, 60]], progress: 1}); // biome-ignore format: one line
    expect(got.limeSamples).toBe("60");
  });

  test("a signal ends a run as interrupted, and resume continues with it", () => {
    expect([got.interrupted, got.brokenStatus]).toEqual(["interrupted", "interrupted"]);
    expect(got.resumed).toEqual({status: "done", epochs: [0, 1, 2]});
    expect(got.resumedStatus).toBe("done");
  });

  test("a task is taken once", () => expect(got.twice).toMatch(/expected to be awaited or iterated once/));

  test("openRun reads metrics, answers, images and artifacts", () => {
    expect(got.saved).toMatchObject({
      name: "first",
      format: 2,
      epoch: 1,
      rows: 10,
      images: [3, 28, 28, 1],
      followed: [0, 1],
    });
    expect(got.saved).toMatchObject({labels: [7, 2, 1], plot: "confusionMatrix"}); // MNIST's first test digits
    expect(got.saved).not.toHaveProperty("nothing");
    expect([got.noEpoch, got.noRun]).toEqual(["NOT_FOUND", "NOT_FOUND"]);
    expect(got.badPlace).toMatch(/^RangeError: images: expected a place below 60, got 60/);
  });

  test("openModel opens runs, files, models and functions to the same answers", () => {
    const distances = got.models as number[];
    expect(distances).toHaveLength(4);
    for (const distance of distances) expect(distance).toBeLessThan(1e-5);
    const onnx = got.onnx as string[];
    expect(new Set(onnx).size).toBe(1); // bytes, a path, and a session of onnxruntime
    expect(onnx[0].split(",")).toHaveLength(3);
  });

  test("every mistake has its code", () => {
    expect(got.codes).toEqual({
      ...{file: "NOT_FOUND", run: "NOT_FOUND", bytes: "BAD_MODEL", function: "BAD_OPTION", gradients: "NO_GRADIENT"},
      ...{option: "BAD_OPTION", unknown: "BAD_OPTION", probe: "BAD_OPTION", data: "NOT_FOUND"},
    });
  });

  test("readImages reads files as a model takes them", () => {
    expect(got.read).toMatchObject({count: 2, shape: [12, 10, 3], length: 2 * 12 * 10 * 3, missing: "NOT_FOUND"});
    expect((got.read as {readonly inverted: number}).inverted).toBeLessThan(1e-6);
  });

  describe("attribute", () => {
    test("gives integrated gradients that sum to the score's difference", () => {
      expect(got.integrated).toMatchObject({shape: [28, 28, 1], length: 3 * 784, score: "logit", targets: [7, 2, 1]});
      for (const miss of (got.integrated as {readonly misses: number[]}).misses) expect(miss).toBeLessThan(0.05);
    });

    test("asks a black box by occlusion, and writes where it is told", () => {
      expect(got.occlusion).toEqual({isInto: true, targets: [1, 2, 3], score: "probability"});
    });

    test("refuses what it cannot do, by a code", () => {
      expect(got.attributeCodes).toEqual([
        ...["NO_GRADIENT", "BAD_OPTION", "BAD_OPTION", "BAD_OPTION"],
        "RangeError: enough", // the signal's own reason
      ]);
    });

    test("saliency's gradient is that of the target's score", () => expect(got.saliency).toBe(0));
  });

  test("sweep makes a run of every value, which names its sweep, and does none twice", () => {
    expect(got.sweep).toEqual([
      ["sweep-learning-rate-0.001-seed-7", 7, 0.001, "sweep"],
      ["sweep-learning-rate-0.004-seed-7", 7, 0.004, "sweep"],
    ]);
    expect(got.sweptAgain).toEqual([true, true]);
    expect(got.badSweep).toBe("BAD_OPTION");
  });

  test("listRuns finds runs by a condition, and compareRuns compares them", () => {
    expect(got.listed).toEqual([
      ["sweep-learning-rate-0.001-seed-7", "number", "sweep"],
      ["sweep-learning-rate-0.004-seed-7", "number", "sweep"],
    ]);
    expect(got.compared).toEqual(["epochscope/compare/1", "sweep-learning-rate-0.001-seed-7", 60]);
    expect([got.badWhere, got.compareNone]).toEqual(["BAD_OPTION", "BAD_OPTION"]);
  });

  test("watch looks at a folder's checkpoints", () => {
    expect(got.watched).toEqual({status: "done", epochs: [0, 1, 2], kind: "watch"});
    expect(got.watchNothing).toBe("BAD_DATA");
  });

  test("defineConfig gives a config back", () => expect(got.config).toEqual({save: "runs", run: {data: "photos"}}));
}
