/**
 * @file Everything numeric on TensorFlow, if tfjs-node is installed or was set up (npm run setup:tensorflow): the
 * suites of the other backends, the published network as PyTorch computes it, and a run with every probe.
 */
import {existsSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {afterAll, describe, expect, test} from "vitest";

import {backends, startBackend} from "../../src/pipeline/backend/index";
import {type ModelName, models} from "../../src/pipeline/model/index";
import {tfNetwork} from "../../src/pipeline/model/tf/tf-network";
import {openRunDirectory} from "../../src/pipeline/record/run-directory";
import {readArtifactFile} from "../../src/pipeline/record/saved-file";
import {logitsAndInputGradient, lossAndGradients, randomBatch, randomizeWeights, worst} from "../engine/tfjs";
import {classifierSuite} from "../support/classifier-suite";
import {exigoRunSuite} from "../support/exigo-run-suite";
import {exigoSuite} from "../support/exigo-suite";
import {temporaryFolder} from "../support/idx-files";
import {memorySuite, networkSuite, resumeSuite} from "../support/network-suite";
import {filesOf, metricsOf, QUICK, runAll} from "../support/small-run";

afterAll(() => tf.setBackend("cpu"));

describe("TensorFlow", async () => {
  tf.enableProdMode();
  const started = await backends.tensorflow.start();
  await tf.setBackend("cpu");
  if ("problem" in started) {
    test.skip(`is not here: ${started.problem}`, () => {});
    return;
  }

  describe("classifies:", () => classifierSuite("tensorflow"));
  describe.each(Object.keys(models) as ModelName[])("trains the model %s:", (name) => networkSuite(name, "tensorflow"));
  describe.each(["adam", "sgd", "rmsprop"] as const)("with %s", (optimizer) => resumeSuite("tensorflow", optimizer));
  memorySuite("tensorflow");
  describe("with exigo's network,", () => exigoSuite("tensorflow"));
  describe("with exigo's network over all 10,000 test images,", () =>
    exigoRunSuite(async ({imageShape, classNames}) => {
      await startBackend("tensorflow");
      const model = models.exigo(imageShape, 10, 0);
      return tfNetwork(model, imageShape, classNames, {optimizer: "adam", seed: 0});
    }));

  test.each(["cnn", "exigo"] as const)("%s has the cpu backend's loss, gradients and logits", async (name) => {
    const batch = randomBatch(1, 9, [14, 14, 1], 10);
    const on = async (backend: string) => {
      await tf.setBackend(backend);
      const model = models[name]([14, 14, 1], 10, 0);
      randomizeWeights(model, 1);
      return {...lossAndGradients(model, batch, 10), ...logitsAndInputGradient(model, batch, 10, true)};
    };
    const [cpu, tensorflow] = [await on("cpu"), await on("tensorflow")];
    expect(Math.abs(tensorflow.loss - cpu.loss)).toBeLessThan(1e-5);
    expect(worst(tensorflow.logits, cpu.logits)).toBeLessThan(1e-5);
    expect(worst(tensorflow.gradient, cpu.gradient)).toBeLessThan(1e-5);
    tensorflow.gradients.forEach((g, i) => {
      expect(worst(g, cpu.gradients[i])).toBeLessThan(1e-5);
    });
  });

  test("runs everything: the pictures of every probe, and of the untrained network the fused engine's numbers", async () => {
    const save = temporaryFolder();
    const events = await runAll({save, name: "tensorflow", engine: "tensorflow"});
    await runAll({save, name: "fused", engine: "fused", epochs: 1});
    expect(events.find(({type}) => type === "start")).toMatchObject({engine: {name: "tensorflow", why: "asked for"}});
    expect(events.filter(({type}) => type === "failure")).toEqual([]);
    expect(events.at(-1)).toMatchObject({type: "end"});
    const pictures = (run: string) => filesOf(join(save, run, "plots")).filter((file) => /epoch-00[01]/.test(file));
    expect(pictures("tensorflow")).toEqual(pictures("fused"));
    expect(metricsOf(join(save, "tensorflow"))[2].testAccuracy).toBeGreaterThan(0.75);
    for (const file of ["confusion/matrix", "saliency/gradient"]) {
      const [ours, theirs] = await Promise.all(
        ["tensorflow", "fused"].map(async (run) => {
          const {numbers} = await readArtifactFile(join(save, run, "artifacts", `${file}-epoch-000.json`));
          return numbers!.probabilities as Float32Array;
        }),
      );
      expect(ours, file).toBeAllClose(theirs, {rtol: 1e-4, atol: 1e-6});
    }
  });

  test("continues with a run from its checkpoint", async () => {
    const save = temporaryFolder();
    await runAll({save, name: "r", engine: "tensorflow", epochs: 1, probes: "confusion"});
    const resume = openRunDirectory(join(save, "r"));
    const events = await runAll({save, name: "r", engine: "tensorflow", epochs: 2, probes: "confusion"}, QUICK, {
      resume,
    });
    expect(events.at(-1)).toMatchObject({type: "end"});
    const [, first, second] = metricsOf(join(save, "r"));
    expect(second.testLoss).toBeLessThan(first.testLoss);
    expect(existsSync(join(save, "r", "plots", "confusion", "matrix-epoch-002.png"))).toBe(true);
  });
});
