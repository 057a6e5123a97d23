import {existsSync, readFileSync, readlinkSync} from "node:fs";
import {basename, dirname, join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import type {Dataset} from "../../../src/nouns/samples";
import {openData} from "../../../src/pipeline/data/index";
import {probes} from "../../../src/pipeline/probes/index";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readArtifactFile, readSaved} from "../../../src/pipeline/record/saved-file";
import {run} from "../../../src/pipeline/run";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {type RunOptions, runOptions} from "../../../src/pipeline/run/options";
import {draw} from "../../../src/plots/index";
import {idxFolder, temporaryFolder} from "../../support/idx-files";
import {SHAPES, writeShapes} from "../../support/image-folder";
import {filesOf, metricsOf, QUICK, runAll, SMALL} from "../../support/small-run";

afterAll(() => tf.setBackend("cpu"));

describe("a run on MNIST", () => {
  let save: string;
  let path: string;
  let events: RunEvent[];
  beforeAll(async () => {
    save = temporaryFolder();
    events = await runAll({save, name: "run"});
    path = join(save, "run");
  });

  test("leaves a picture and its numbers of every probe, for the untrained network and each epoch", () => {
    const files = filesOf(path);
    for (const [probe, name] of [
      ["confusion", "matrix"],
      ["saliency", "gradient"],
      ["projection", "map"],
      ["lime", "segments"],
      ["mistakes", "saliency"],
      ["mistakes", "lime"],
    ]) {
      for (const epoch of ["000", "001", "002"]) {
        expect(files).toContain(`plots/${probe}/${name}-epoch-${epoch}.png`);
        expect(files).toContain(`artifacts/${probe}/${name}-epoch-${epoch}.json`);
      }
    }
    expect(probes.map(({name}) => name)).toEqual(
      expect.arrayContaining(["confusion", "saliency", "projection", "lime", "mistakes"]),
    );
    expect(readlinkSync(join(save, "latest"))).toBe("run");
    expect(files.filter((file) => file.includes(".part"))).toEqual([]);
    expect(events.filter(({type}) => type === "failure")).toEqual([]);
  });

  test("keeps all of an epoch before it looks at the next, and its metrics last", async () => {
    const again = temporaryFolder();
    const folder = join(again, "run");
    const kept: number[] = [];
    for await (const event of run(resolveOptions(runOptions, {...SMALL, save: again, name: "run"}, "--"), QUICK)) {
      if (event.type === "probe") expect(kept.length, `epochs kept at the look at ${event.epoch}`).toBe(event.epoch);
      if (event.type !== "kept") continue;
      kept.push(event.epoch);
      expect(metricsOf(folder).map(({epoch}) => epoch)).toEqual(kept);
      expect(filesOf(folder)).toContain(`plots/projection/map-epoch-00${event.epoch}.png`);
    }
    expect(kept).toEqual([0, 1, 2]);
  });

  test("learns: loss falls, accuracy climbs, and metrics.jsonl has it", () => {
    const [untrained, first, second] = metricsOf(path);
    expect(untrained).toMatchObject({epoch: 0, trainLoss: null, trainAccuracy: null});
    expect(second.testLoss).toBeLessThan(first.testLoss);
    expect(first.testLoss).toBeLessThan(untrained.testLoss);
    expect(second.testAccuracy).toBeGreaterThan(0.75);
    expect(Object.keys(second.seconds)).toEqual(["train", "evaluate", "probes"]);
    expect(second.steps.at(-1)!.at).toBe(2);
  });

  test("says in run.json how it was made", () => {
    const facts = JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
    expect(facts).toMatchObject({
      name: "run",
      seed: 0,
      options: {epochs: 2, trainLimit: 1200},
      data: {name: "mnist", train: 1100, validation: 100, test: 200, digest: expect.stringMatching(/^[0-9a-f]{64}$/)},
      engine: {name: "fused", why: expect.any(String)},
      processor: {cores: expect.any(Number)},
      versions: {node: process.versions.node},
    });
    expect(facts.model.parameters).toBe(12_810);
    expect(facts.probes.lime).toMatchObject({recipe: "default", explain: "predicted"});
  });

  test("keeps the best model in a form that tf.loadLayersModel reads, with the same answers", async () => {
    const best = JSON.parse(readFileSync(join(path, "model", "best.json"), "utf8"));
    const {weightsManifest, ...artifacts} = JSON.parse(readFileSync(join(path, "model", "model.json"), "utf8"));
    const weightData = Uint8Array.from(readFileSync(join(path, "model", "weights.bin"))).buffer;
    await tf.setBackend("cpu");
    const model = await tf.loadLayersModel(
      tf.io.fromMemory({...artifacts, weightSpecs: weightsManifest[0].weights, weightData}),
    );
    const opening = openData({data: "mnist", dataUrl: "", trainLimit: 1200, testLimit: 200, seed: 0, cacheFolder: ""});
    const data = (await opening.next()).value as Dataset;
    const {pixels} = await data.test.read([0, 1, 2]);
    const answers = tf.tidy(() => (model.predict(tf.tensor4d(pixels, [3, 28, 28, 1])) as tf.Tensor).dataSync());
    const epoch = `${best.epoch}`.padStart(3, "0");
    const {numbers} = await readArtifactFile(join(path, "artifacts", "confusion", `matrix-epoch-${epoch}.json`));
    expect(Array.from(answers)).toBeAllClose((numbers!.probabilities as Float32Array).subarray(0, 30), {
      rtol: 1e-4,
      atol: 1e-6,
    });
    const losses = metricsOf(path).map(({validationLoss}) => validationLoss);
    expect(best.validationLoss).toBe(Math.min(...losses));
  });

  test("can be drawn again from its numbers alone, to the same bytes", async () => {
    const pictures = filesOf(join(path, "plots")).filter((name) => name.includes("-epoch-"));
    expect(new Set(pictures.map((name) => dirname(name)))).toEqual(
      new Set(["confusion", "lime", "mistakes", "projection", "saliency"]),
    );
    for (const file of pictures) {
      const artifact = await readArtifactFile(join(path, "artifacts", file.replace(".png", ".json")));
      const png = readFileSync(join(path, "plots", file));
      expect(Buffer.from(draw(artifact.plot, artifact.data).png).equals(png), file).toBe(true);
    }
  });

  test("tells TensorBoard how it began, each epoch, and that it ended", () => {
    const folder = join(dirname(path), "logs", basename(path));
    const file = filesOf(folder).find((name) => name.startsWith("events.out.tfevents."))!;
    const log = readFileSync(join(folder, file), "latin1");
    for (const tag of ["_hparams_/experiment", "_hparams_/session_start_info", "_hparams_/session_end_info"]) {
      expect(log.split(tag).length - 1, tag).toBeGreaterThan(0);
    }
    expect(log.split("loss/validation").length - 1).toBeGreaterThanOrEqual(3);
  });

  test("keeps the test images, and every one's probabilities", async () => {
    const images = (await readSaved(join(path, "data", "test.json"))) as {
      count: number;
      pixels: Uint8Array;
      labels: Uint16Array;
    };
    expect(images.count).toBe(200);
    expect(images.pixels).toHaveLength(200 * 784);
    expect(Array.from(images.labels.subarray(0, 10))).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const {numbers} = await readArtifactFile(join(path, "artifacts", "confusion", "matrix-epoch-002.json"));
    const probabilities = numbers!.probabilities as Float32Array;
    for (let n = 0; n < 200; n++)
      expect(probabilities.subarray(10 * n, 10 * n + 10).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  test("is the same with the same seed: every artifact and picture, all metrics but the seconds", async () => {
    const again = temporaryFolder();
    await runAll({save: again, name: "run"});
    const compared = ["artifacts", "plots", "model"];
    for (const folder of compared) {
      expect(filesOf(join(again, "run", folder))).toEqual(filesOf(join(path, folder)));
      for (const file of filesOf(join(path, folder))) {
        expect(
          readFileSync(join(again, "run", folder, file)).equals(readFileSync(join(path, folder, file))),
          file,
        ).toBe(true);
      }
    }
    const timeless = (folder: string) => metricsOf(folder).map(({seconds, ...rest}) => rest);
    expect(timeless(join(again, "run"))).toEqual(timeless(path));
  });

  /** Breaks a run off at the first event that `at` accepts, goes on with it, and compares all it leaves with an unbroken one's. */
  async function brokenOff(options: Partial<RunOptions>, unbroken: string, at: (event: RunEvent) => boolean) {
    const again = temporaryFolder();
    const stop = new AbortController();
    const resolved = resolveOptions(runOptions, {...SMALL, ...options, save: again, name: "run"}, "--");
    let last: RunEvent | undefined;
    for await (const event of run(resolved, QUICK, {signal: stop.signal})) {
      if (at(event)) stop.abort();
      last = event;
    }
    expect(last).toMatchObject({type: "interrupted"});
    await runAll({...options, save: again, name: "run"}, QUICK, {resume: openRunDirectory(join(again, "run"))});
    for (const folder of ["artifacts", "plots", "model"]) {
      expect(filesOf(join(again, "run", folder))).toEqual(filesOf(join(unbroken, folder)));
      for (const file of filesOf(join(unbroken, folder))) {
        const [ours, theirs] = [join(again, "run", folder, file), join(unbroken, folder, file)];
        expect(readFileSync(ours).equals(readFileSync(theirs)), file).toBe(true);
      }
    }
    const timeless = (folder: string) => metricsOf(folder).map(({seconds, ...rest}) => rest);
    expect(timeless(join(again, "run"))).toEqual(timeless(unbroken));
  }

  const places: [string, (event: RunEvent) => boolean][] = [
    ["after the first batch", ({type}) => type === "train"],
    ["at the look at the untrained network", (event) => event.type === "probed" && event.epoch === 0],
    ["at the look after the first epoch", (event) => event.type === "probe" && event.epoch === 1],
    ["between two epochs", (event) => event.type === "epoch" && event.metrics.epoch === 1],
    [
      "when an epoch is looked at but not all kept",
      (event) => event.type === "train" && event.epoch === 2 && event.batch === 1,
    ],
    ["within an epoch", (event) => event.type === "train" && event.epoch === 2 && event.batch === 10],
  ];
  test.each(places)("interrupted %s and resumed is the run it would have been", async (_, at) => {
    await brokenOff({}, path, at);
  });

  test("looks at the untrained network early in a long first epoch; interrupted there, nothing is lost", async () => {
    const long = {batchSize: 8, epochs: 1, trainLimit: 1200};
    const folder = temporaryFolder();
    const events = await runAll({...long, save: folder, name: "run"});
    const isLook = (event: RunEvent) => event.type === "probe" && event.epoch === 0;
    const before = events.slice(0, events.findIndex(isLook)).findLast(({type}) => type === "train");
    expect(before).toMatchObject({epoch: 1, batch: 100, batches: 138});
    await brokenOff(long, join(folder, "run"), isLook);
  });
});

describe("a run on other data", () => {
  test("of ten classes of bars, on tfjs' wasm, with exigo's saliency and the cheapest projections, ends well", async () => {
    const save = temporaryFolder();
    const quick = {saliency: {mode: "exigo"}, projection: {method: "pca"}};
    const events = await runAll(
      {save, data: idxFolder(), model: "exigo", engine: "wasm", name: "r", probes: "confusion,saliency,projection"},
      quick,
    );
    expect(events.at(-1)).toMatchObject({type: "end"});
    expect(events.find(({type}) => type === "start")).toMatchObject({engine: {name: "wasm", why: "asked for"}});
    expect(existsSync(join(save, "r", "plots", "lime"))).toBe(false);
  });

  test("of a folder of colour pictures: every probe, in colour", async () => {
    const save = temporaryFolder();
    const data = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 60});
    const events = await runAll(
      {save, data, name: "r", epochs: 1, trainLimit: 1e9, testLimit: 1e9},
      {lime: {samples: "60"}},
    );
    expect(events.filter(({type}) => type === "failure")).toEqual([]);
    expect(events.find(({type}) => type === "data")).toMatchObject({doing: "reading images"});
    const facts = JSON.parse(readFileSync(join(save, "r", "run.json"), "utf8"));
    expect(facts.data).toMatchObject({name: "shapes", imageShape: [24, 24, 3], classNames: [...SHAPES], test: 26});
    const {data: grid} = await readArtifactFile(join(save, "r", "artifacts/saliency/gradient-epoch-001.json"));
    expect(grid).toMatchObject({channels: 3});
    const lime = await readArtifactFile(join(save, "r", "artifacts/lime/segments-epoch-001.json"));
    expect(lime.data).toMatchObject({channels: 3});
  });

  test("looks only at the epochs it is asked to, and the last", async () => {
    const save = temporaryFolder();
    await runAll({save, data: idxFolder(), model: "mlp", epochs: 5, every: 2, name: "r", probes: "confusion"});
    const epochs = filesOf(join(save, "r", "plots", "confusion")).map((file) => file.slice(-7, -4));
    expect(epochs).toEqual(["000", "002", "004", "005"]);
  });

  test("continues when a probe fails, and keeps why", async () => {
    const save = temporaryFolder();
    const events = await runAll(
      {save, data: idxFolder(), model: "mlp", epochs: 1, name: "r", probes: "confusion,projection"},
      {projection: {layer: "nowhere"}},
    );
    expect(events.filter(({type}) => type === "failure")).toHaveLength(2);
    expect(metricsOf(join(save, "r"))[1].failures?.projection).toMatch(/^layer: expected one of .*, got "nowhere"$/);
    expect(existsSync(join(save, "r", "plots", "confusion", "matrix-epoch-001.png"))).toBe(true);
  });

  test("with an engine that cannot run the model says so, and never takes another in silence", async () => {
    const options = {
      save: temporaryFolder(),
      data: idxFolder(),
      model: "mlp" as const,
      optimizer: "rmsprop" as const,
      probes: "none",
      epochs: 1,
    };
    await expect(runAll({...options, engine: "fused"})).rejects.toThrow(
      /--engine fused: expected a model that it can run, got: .*rmsprop/,
    );
    const start = (await runAll({...options, name: "r"})).find(({type}) => type === "start");
    expect(start).toMatchObject({engine: {why: expect.stringContaining("rmsprop")}});
  });
});
