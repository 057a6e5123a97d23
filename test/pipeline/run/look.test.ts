/** @file A look at a network whose answers are made up: its figures, and what is kept of it. */
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import type {LabelledImages, Split} from "../../../src/nouns/samples";
import {byteSplit} from "../../../src/pipeline/data/split";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {type Looking, look, type Rest} from "../../../src/pipeline/run/look";
import type {EpochMetrics, Probe, ProbeContext} from "../../../src/pipeline/types";
import {temporaryFolder} from "../../support/idx-files";

/** Images of one pixel: 0 is answered "x", 1 "y". */
const split = (pixels: readonly number[], labels: readonly number[]): Split =>
  byteSplit({shape: [pixels.length, 1, 1, 1], values: Uint8Array.from(pixels)}, Uint16Array.from(labels), [1, 1, 1]);
/** The losses of an answer with a margin of so much: a right one, and a wrong one. */
const right = (sure: number) => Math.log1p(Math.exp(-sure));
const wrong = (sure: number) => right(sure) + sure;
const picture = {
  ...{name: "m", plot: "confusionMatrix"},
  data: {title: "m", counts: Uint32Array.of(1, 0, 0, 1), classNames: ["x", "y"]},
};

/** Everything that a look needs, and what it did. */
function opened(more: object = {}, probes: readonly Partial<Probe>[] = []) {
  const state = {sure: 2};
  const done = {
    logged: [] as unknown[][],
    drawn: [] as unknown[],
    removed: [] as number[],
    layers: [] as string[],
    learnt: [] as number[],
  };
  const logits = async ({pixels}: LabelledImages) =>
    Float32Array.from([...pixels].flatMap((v) => (v > 0 ? [0, state.sure] : [state.sure, 0])));
  const network = {
    ...{imageShape: [1, 1, 1], classNames: ["x", "y"], logits},
    getWeights: async () => [{name: "d/kernel", shape: [1, 2], values: Float32Array.of(1, 2)}],
    forward: async (images: LabelledImages, layers: readonly string[]) => {
      done.layers.push(...layers);
      return Promise.all(
        layers.map(async (layer) =>
          layer === "logits"
            ? {layer, shape: [2], values: await logits(images)}
            : {layer, shape: [1], values: new Float32Array(images.count)},
        ),
      );
    },
    gradients: async ({count}: LabelledImages) => {
      done.learnt.push(count);
      return [];
    },
  };
  const directory = openRunDirectory(temporaryFolder());
  const looking = {
    ...{seed: 0, chosen: probes.map((probe) => ({probe, values: {}, asked: new Set()}))},
    ...{isProbed: () => true, isKept: (epoch: number) => epoch === 0, isLast: () => false},
    ...{sampleIndices: Uint32Array.of(0), rateAfter: (epoch: number) => epoch / 10},
    data: {
      ...{classNames: ["x", "y"], train: split(new Array(40).fill(0), new Array(40).fill(0))},
      ...{validation: split([0, 0], [0, 1]), test: split([0, 1, 1], [0, 1, 0])},
    },
    layers: [{name: "d", type: "Dense", outputShape: [null, 2], parameters: 2}],
    ...{network, jobs: {ask: async () => ({png: new Uint8Array(1)})}, modelFiles: async () => ({"weights.bin": "w"})},
    directory: {...directory, removePictures: async (epoch: number) => void done.removed.push(epoch)},
    log: {
      epoch: async (...given: unknown[]) => void done.logged.push(given),
      pictures: (...given: unknown[]) => void done.drawn.push(given),
      finish: () => {},
    },
    ...{told: new Set(), metrics: [] as EpochMetrics[], signal: undefined},
    ...more,
  };
  const kept = (name: string) => existsSync(join(directory.path, name));
  return {looking: looking as unknown as Looking, done, state, kept, path: directory.path};
}

/** Looks, and keeps the rest. */
async function looked(looking: Looking, epoch: number, {images = 0, lossSum = 0, correct = 0} = {}) {
  const progress = {epoch, batch: 1, batches: 1, images, lossSum, correct, steps: []};
  const {events, returned} = await drained(look(looking, progress, 3));
  if (returned) await drained(returned.keep());
  const last = events.find((event) => event.type === "epoch");
  return {rest: returned as Rest, best: last?.type === "epoch" && last.best, line: looking.metrics.at(-1)};
}

async function drained<R>(events: AsyncGenerator<RunEvent, R>) {
  const all: RunEvent[] = [];
  for (;;) {
    const next = await events.next();
    if (next.done) return {events: all, returned: next.value};
    all.push(next.value);
  }
}

describe("the figures of a look", () => {
  test("are means over the images, and none of training where nothing was trained", async () => {
    const {looking} = opened();
    const {line} = await looked(looking, 0);
    expect(line).toMatchObject({epoch: 0, trainLoss: null, trainAccuracy: null, validationAccuracy: 0.5});
    expect(line?.validationLoss).toBeCloseTo((right(2) + wrong(2)) / 2, 6);
    expect(line?.testLoss).toBeCloseTo((2 * right(2) + wrong(2)) / 3, 6);
    expect(line?.testAccuracy).toBeCloseTo(2 / 3, 12);
    expect(line?.seconds.train).toBe(3);
    expect((await looked(looking, 1, {images: 4, lossSum: 2, correct: 3})).line).toMatchObject({
      ...{trainLoss: 0.5, trainAccuracy: 0.75},
    });
    // a network that was trained elsewhere
    expect((await looked(looking, 2)).line).toMatchObject({trainLoss: null, trainAccuracy: null});
  });

  test("count more test images by their number", async () => {
    const data = {...opened().looking.data, moreTest: split([0, 0], [1, 0])};
    const {line} = await looked(opened({data}).looking, 0);
    expect(line?.testAccuracy).toBeCloseTo(3 / 5, 12);
    expect(line?.testLoss).toBeCloseTo((3 * right(2) + 2 * wrong(2)) / 5, 6);
  });

  test("have no loss of validation images where there are none, and the test images judge then", async () => {
    const data = {...opened().looking.data, validation: split([], [])};
    const {looking, state} = opened({data});
    const {line, best} = await looked(looking, 0);
    expect([line?.validationLoss, line?.validationAccuracy, best]).toEqual([null, null, true]);
    state.sure = 1; // of three answers one is wrong: less sure is better
    expect((await looked(looking, 1, {images: 1})).best).toBe(wrong(1) + 2 * right(1) < wrong(2) + 2 * right(2));
    expect(looking.heldOut?.map((one) => one.split)).toEqual(["test"]);
  });
});

describe("a look keeps", () => {
  test("the best network, and everything of an epoch that is shown; of others the numbers alone", async () => {
    const {looking, state, kept, done, path} = opened();
    expect((await looked(looking, 0)).best).toBe(true);
    expect(looking.heldOut).toBeUndefined(); // of the untrained network nobody asks for labels
    expect(kept("artifacts/weights/all-epoch-000.json")).toBe(true);
    state.sure = 1;
    expect((await looked(looking, 1, {images: 1})).best).toBe(true);
    expect(looking.heldOut?.map((one) => one.split)).toEqual(["validation", "test"]);
    const before = looking.heldOut;
    expect(kept("artifacts/weights/all-epoch-001.json")).toBe(true);
    expect(kept("artifacts/calibration/epoch-001.json")).toBe(true);
    expect((await looked(looking, 2, {images: 1})).best).toBe(false); // as good is not better
    expect(looking.heldOut).toBe(before);
    for (const folder of ["weights/all-", "calibration/", "layers/"])
      expect(kept(`artifacts/${folder}epoch-002.json`)).toBe(false);
    expect(done.removed).toEqual([]); // epoch 0 is shown whatever comes
    state.sure = 0.5;
    expect((await looked(looking, 3, {images: 1})).best).toBe(true);
    expect(done.removed).toEqual([1]); // no longer the best, and not shown otherwise
    expect(JSON.parse(readFileSync(join(path, "model/best.json"), "utf8"))).toMatchObject({epoch: 3});
    expect(JSON.parse(readFileSync(join(path, "model/best.json"), "utf8"))).not.toHaveProperty("seconds");
    // pictures go to TensorBoard for shown epochs alone
    expect(done.logged.map(([line, rate, figures]) => [(line as EpochMetrics).epoch, rate, figures])).toEqual([
      [0, 0, {}],
      [1, 0.1, undefined],
      [2, 0.2, undefined],
      [3, 0.3, undefined],
    ]);
    expect(done.drawn).toEqual([[0, {}]]);
  });

  test("everything of the last epoch, whatever its loss", async () => {
    const {looking, kept} = opened({isLast: ({epoch}: {epoch: number}) => epoch === 1, isProbed: () => false}, [
      {name: "p", run: async function* () {}},
    ]);
    const probed: string[] = [];
    for (const epoch of [0, 1]) {
      const progress = {epoch, batch: 1, batches: 1, images: 0, lossSum: 0, correct: 0, steps: []};
      const {events} = await drained(look(looking, progress, 0));
      probed.push(...events.flatMap((event) => (event.type === "probe" ? [`${event.epoch}`] : [])));
      looking.metrics.push({epoch, validationLoss: 0} as EpochMetrics);
    }
    expect(probed).toEqual(["1"]);
    expect(kept("artifacts/weights/all-epoch-001.json")).toBe(true);
  });

  test("nothing where the user interrupts it", async () => {
    const stop = new AbortController();
    stop.abort();
    const {looking, kept} = opened({signal: stop.signal});
    expect((await looked(looking, 0)).rest).toBeUndefined();
    expect([looking.metrics.length, kept("artifacts/weights/all-epoch-000.json")]).toEqual([0, false]);
  });
});

describe("the probes of a look", () => {
  test("read the first layer that the model has, once for all", async () => {
    const seen: (string | undefined)[] = [];
    const reading = (layer: string | undefined): Partial<Probe> => ({
      ...{name: "p", layer: () => layer},
      // biome-ignore lint/correctness/useYield: it only looks
      async *run({testActivations}: ProbeContext) {
        seen.push(testActivations?.layer);
      },
    });
    await looked(opened({}, [reading(undefined), reading("none"), reading("d")]).looking, 0);
    await looked(opened({}, [reading("none"), reading(""), reading("d")]).looking, 0);
    await looked(opened({}, [reading("none")]).looking, 0);
    expect(seen).toEqual(["d", "d", "d", "", "", "", undefined]);
  });

  test("that fail have their reasons in the epoch's line, later ones too", async () => {
    const probes: Partial<Probe>[] = [
      {
        name: "now",
        // biome-ignore lint/correctness/useYield: it fails before
        async *run() {
          throw new Error("no");
        },
      },
      {
        name: "late",
        async *run() {
          yield {later: Promise.reject(new Error("too late"))};
        },
      },
      {name: "fine", run: async function* () {}},
    ];
    const {looking} = opened({}, probes);
    expect((await looked(looking, 0)).line?.failures).toEqual({now: "no", late: "too late"});
    expect((await looked(opened().looking, 0)).line).not.toHaveProperty("failures");
  });

  test("may finish later, and until then the look is not ready", async () => {
    let make: (artifact: unknown) => void = () => {};
    const later = new Promise((resolve) => {
      make = resolve;
    });
    const slow = {
      name: "slow",
      async *run() {
        yield picture;
        yield {later};
      },
    } as unknown as Partial<Probe>;
    const {looking, done} = opened({}, [slow]);
    const progress = {epoch: 0, batch: 1, batches: 1, images: 0, lossSum: 0, correct: 0, steps: []};
    const {returned: rest} = await drained(look(looking, progress, 0));
    expect(rest?.isReady()).toBe(false);
    expect(Object.keys(done.logged[0][2] as object)).toEqual(["slow/m"]);
    make({...picture, name: "n"});
    await drained((rest as Rest).keep());
    expect(rest?.isReady()).toBe(true);
    expect(Object.keys((done.drawn as [number, object][])[0][1])).toEqual(["slow/n"]);
    const {returned: none} = await drained(look(opened().looking, progress, 0));
    expect(none?.isReady()).toBe(true);
  });

  test("take the gradient of 32 training images, or of as many as there are, or as the network takes at a time", async () => {
    const learnt = async (more: object) => {
      const {looking, done} = opened(more);
      await looked(looking, 0);
      return done.learnt;
    };
    expect(await learnt({})).toEqual([32]);
    expect(await learnt({batchSize: 8})).toEqual([8]);
    expect(await learnt({batchSize: 64})).toEqual([32]);
    const {data} = opened().looking;
    expect(await learnt({data: {...data, train: split([0, 0], [0, 0])}})).toEqual([2]);
    expect(await learnt({data: {...data, train: split([], [])}})).toEqual([]);
  });
});
