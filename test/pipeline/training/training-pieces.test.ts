/** @file Small parts of training, each by itself: the curve within an epoch, records of answers, changes of images. */
import {describe, expect, test} from "vitest";

import {byteSplit} from "../../../src/pipeline/data/split";
import {peakRate} from "../../../src/pipeline/run/peak-rate";
import {augmentation, drawn} from "../../../src/pipeline/training/augment/augment";
import {augmentationNote, changes, type Ranges, rangesInWords} from "../../../src/pipeline/training/augment/ranges";
import {balancedWeights, unequalNote} from "../../../src/pipeline/training/class-weights";
import {fittingBatch, lengthOf} from "../../../src/pipeline/training/length";
import {oneCycle} from "../../../src/pipeline/training/schedule";
import {streamOf} from "../../../src/pipeline/training/stream";
import {type EpochProgress, epochStart, trainEpoch} from "../../../src/pipeline/training/train";
import {putAnswers, trainingRecord} from "../../../src/pipeline/training/training-record";

const split = (count: number) =>
  byteSplit(
    {shape: [count, 1, 1, 1], values: Uint8Array.from({length: count}, (_, n) => n)},
    Uint16Array.from({length: count}, (_, n) => n % 2),
    [1, 1, 1],
  );

describe("an epoch", () => {
  /** A network whose loss at step n is n for each image, and which is right about one image of each batch. */
  function network() {
    const asked: {readonly rate: number; readonly step: number; readonly round: number}[] = [];
    const self = {
      classNames: ["x", "y"],
      async trainBatch({count, draws}: {count: number; draws: {round: number}}, rate: number, step: number) {
        asked.push({rate, step, round: draws.round});
        return {lossSum: count * step, correct: 1, answers: {}};
      },
    };
    return {network: self as never, asked};
  }
  async function trained(count: number, batchSize: number, epoch = 1, from?: EpochProgress) {
    const {network: own, asked} = network();
    const options = {epochs: 3, batchSize, seed: 0, schedule: (step: number, steps: number) => step / steps};
    const all: EpochProgress[] = [];
    const start = from ?? epochStart(epoch, split(count), batchSize);
    for await (const progress of trainEpoch(own, split(count), start, options)) all.push(progress);
    return {all, last: all[all.length - 1], asked};
  }

  test("has twenty points of its curve, each the mean since the one before", async () => {
    const {last, asked} = await trained(80, 2);
    expect(asked.map(({step}) => step)).toEqual(Array.from({length: 40}, (_, n) => n));
    expect(asked[10].rate).toBeCloseTo(10 / 120, 12);
    expect(last).toMatchObject({epoch: 1, batch: 40, batches: 40, images: 80, correct: 40});
    expect(last.lossSum).toBe((2 * (39 * 40)) / 2);
    expect(last.steps).toHaveLength(20);
    for (const [n, {at, loss, accuracy}] of last.steps.entries()) {
      expect(at).toBeCloseTo((n + 1) / 20, 12);
      expect(loss).toBeCloseTo(2 * n + 0.5, 9); // of steps 2 n and 2 n + 1
      expect(accuracy).toBeCloseTo(0.5, 9);
    }
  });

  test("counts its steps over the whole run, and a last batch that is smaller by its images", async () => {
    const {last, asked} = await trained(5, 2, 2);
    expect(asked.map(({step, round}) => [step, round])).toEqual([
      [3, 2],
      [4, 2],
      [5, 2],
    ]);
    expect(last.images).toBe(5);
    expect(last.steps.map(({at}) => at)).toBeAllClose([1 + 1 / 3, 1 + 2 / 3, 2], {rtol: 1e-12});
    expect(last.steps.map(({loss}) => loss)).toBeAllClose([3, 4, 5], {rtol: 1e-12});
    expect(last.steps.map(({accuracy}) => accuracy)).toBeAllClose([0.5, 0.5, 1], {rtol: 1e-12});
  });

  test("goes on where it was interrupted, with the same points", async () => {
    const {all, last} = await trained(30, 2);
    const {all: rest, asked} = await trained(30, 2, 1, all[6]);
    expect(asked[0].step).toBe(7);
    expect(rest[rest.length - 1]).toEqual(last);
    expect(epochStart(4, split(5), 2)).toEqual({
      ...{epoch: 4, batch: 0, batches: 3, images: 0, lossSum: 0, correct: 0, steps: []},
    });
  });
});

describe("a stream of batches", () => {
  test("has each image once, in an order of chance, from the batch that is asked for on", async () => {
    const random = () => {
      let state = 1;
      return () => {
        state = (state * 16807) % 2147483647;
        return state / 2147483647;
      };
    };
    const read = async (from: number) => {
      const changed: number[] = [];
      const stream = streamOf(split(7), 3, {
        random: random(),
        from,
        inUse: 1,
        augment: ({count}) => changed.push(count),
      });
      const batches: number[][] = [];
      for (;;) {
        const {done, value} = await stream.next();
        if (done) return {batches, changed};
        batches.push([...(value as {indices: Uint32Array}).indices]);
      }
    };
    const whole = await read(0);
    expect(whole.changed).toEqual([3, 3, 1]);
    expect(whole.batches.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect((await read(1)).batches).toEqual(whole.batches.slice(1));
  });
});

describe("a record of answers", () => {
  test("has them at the places of their images, in bytes of what they can be at most", () => {
    const record = trainingRecord(3, 4);
    const answers = {
      ...{losses: Float32Array.of(0.5, 2), margins: Float32Array.of(1, -1), predicted: Uint16Array.of(3, 1)},
      ...{probabilities: Float32Array.of(1, 0.5), errors: Float32Array.of(Math.SQRT2, Math.SQRT2 / 5)},
      entropies: Float32Array.of(Math.log(4), Math.log(4) / 5),
    };
    putAnswers(record, {indices: Uint32Array.of(2, 0), labels: Uint16Array.of(3, 2)}, answers, 4);
    expect([...record.losses]).toEqual([2, Number.NaN, 0.5]);
    expect([...record.predicted, ...record.labels]).toEqual([1, 0, 3, 2, 0, 3]);
    expect([...record.sureness]).toEqual([128, 0, 255]);
    expect([...record.errors]).toEqual([51, 0, 255]);
    expect([...record.entropies]).toEqual([51, 0, 255]);
    // a single class: its entropy is 0, and nothing is divided by the logarithm of 1
    putAnswers(record, {indices: Uint32Array.of(1), labels: Uint16Array.of(0)}, {...answers, entropies: Float32Array.of(0)}, 1); // biome-ignore format: one line
    expect(record.entropies[1]).toBe(0);
  });

  test("has a byte a class up to 256 classes", () => {
    expect(trainingRecord(1, 256).predicted).toBeInstanceOf(Uint8Array);
    expect(trainingRecord(1, 257).predicted).toBeInstanceOf(Uint16Array);
    expect(trainingRecord(1, 257).labels).toBeInstanceOf(Uint16Array);
  });
});

describe("changes of images", () => {
  const none: Ranges = {shift: 0, turn: 0, zoom: 0, flip: "none", brightness: 0, contrast: 0};

  test.each([
    [{shift: 0.1}, "shifted by up to 10 %"],
    [{turn: 15}, "turned by up to 15°"],
    [{zoom: 0.2}, "zoomed by up to 20 %"],
    [{flip: "horizontal"}, "half of them flipped left to right"],
    [{flip: "vertical"}, "half of them flipped upside down"],
    [{flip: "both"}, "half of them flipped both ways"],
    [{brightness: 0.1}, "brightness changed by up to 10 %"],
    [{contrast: 0.2}, "contrast by up to 20 %"],
    [{shift: 0.1, contrast: 0.2}, "shifted by up to 10 %, contrast by up to 20 %"],
  ] as const)("of %j are said, and change something", (some, words) => {
    expect(rangesInWords({...none, ...some})).toBe(words);
    expect(changes({...none, ...some})).toBe(true);
    expect(augmentation({...none, ...some}, 0)).toBeTypeOf("function");
  });

  test("that are none are not made", () => {
    expect(rangesInWords(none)).toBe("");
    expect(changes(none)).toBe(false);
    expect(augmentation(none, 0)).toBeUndefined();
  });

  test("come with the reason for them, unless they were asked for", () => {
    const note = (why: string) => augmentationNote({...none, turn: 10, name: "digits", why});
    expect(note("asked for")).toBe("augmentation digits: training images are turned by up to 10° (asked for)");
    expect(note("the pictures are grey")).toMatch(
      / \(the pictures are grey; --augment none trains on them as they are\)$/,
    );
  });

  test("are drawn in both directions, in one order, whatever the other ranges are", () => {
    const ranges: Ranges = {shift: 0.1, turn: 90, zoom: 1, flip: "both", brightness: 0.2, contrast: 3};
    const draws = [0, 1, 0.75, 1, 0.25, 0, 0.4, 0.5];
    const of = (given: Ranges) => {
      const left = [...draws];
      const found = drawn(given, () => left.shift() as number);
      expect(left).toEqual([]);
      return found;
    };
    const found = of(ranges);
    expect([found.shiftX, found.shiftY, found.turn]).toBeAllClose([-0.1, 0.1, Math.PI / 4], {rtol: 1e-12});
    expect([found.zoom, found.brightness, found.contrast]).toBeAllClose([2, -0.1, 1 / 4], {rtol: 1e-12});
    expect([found.mirrorX, found.mirrorY]).toEqual([true, false]); // 0.4 is below a half, 0.5 is not
    expect(of({...ranges, flip: "horizontal"})).toEqual(found);
    expect(of({...ranges, flip: "vertical"})).toEqual({...found, mirrorX: false});
    expect(of({...ranges, flip: "none"}).mirrorX).toBe(false);
  });

  test("are made for each image of a batch in its own place", () => {
    const batch = {own: Uint32Array.of(4, 9), shape: [1, 2, 2], pixels: Float32Array.of(0.2, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5)}; // biome-ignore format: one line
    const alone = {own: Uint32Array.of(9), shape: [1, 2, 2], pixels: new Float32Array(4).fill(0.5)};
    const change = augmentation({...none, brightness: 0.3}, 5);
    change?.(batch as never, 2);
    change?.(alone as never, 2);
    expect([...batch.pixels.subarray(4)]).toEqual([...alone.pixels]);
    const by = batch.pixels[0] - 0.2;
    expect(by).not.toBe(0);
    expect([...batch.pixels.subarray(0, 4)]).toBeAllClose(
      [0.2, 0.3, 0.4, 0.5].map((v) => v + by),
      {atol: 1e-6},
    );
  });
});

describe("how long a run trains", () => {
  test("depends on the pictures, down to eight in a batch and up to thirty epochs", () => {
    expect([fittingBatch(3000, 64), fittingBatch(1919, 64), fittingBatch(269, 64), fittingBatch(100, 4)]).toEqual([
      ...[64, 63, 8, 4],
    ]);
    const own = (count: number, asked = {epochs: 0, batchSize: 0}) =>
      lengthOf(asked, {folder: "f", train: {count}} as never);
    expect(own(8000).note).toMatch(/^6 epochs, .*: 750 steps of 64;/);
    expect(own(8320)).toEqual({epochs: 5, batchSize: 64}); // 130 batches: 650 steps
    expect(own(8, {epochs: 0, batchSize: 8}).epochs).toBe(30);
  });

  test("goes with rates that suit the model and the batch", () => {
    expect(peakRate("adam", "vit", 64)).toBe(0.002);
    expect(peakRate("rmsprop", "vit", 64)).toBe(0.002);
    expect(peakRate("sgd", "deep", 64)).toBe(0.1);
    expect(peakRate("sgd", "cnn", 32)).toBeCloseTo(0.05, 12);
    expect(peakRate("rmsprop", "deep", 8)).toBe(0.002);
  });

  test("and a rate that rises to its peak and ends at nearly 0", () => {
    const rate = oneCycle(1);
    expect(rate(0, 10)).toBeCloseTo(1 / 25, 12);
    expect(rate(9, 10)).toBeCloseTo(1 / 25e4, 9);
    expect(rate(2, 10)).toBeCloseTo(1, 12); // 0.3 of ten steps
  });
});

test("classes count alike whatever their number, and those without images not at all", () => {
  expect([...balancedWeights([0, 0, 0, 1], 3)]).toEqual([Math.fround(4 / 6), 2, 0]);
  expect(unequalNote([0, 1], ["a", "b"])).toBeUndefined();
  expect(unequalNote([], ["a", "b"])).toBeUndefined();
});
