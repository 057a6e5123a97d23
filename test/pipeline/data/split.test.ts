import {describe, expect, test} from "vitest";
import {fork, randomSource, shuffled} from "../../../src/nouns/random";
import type {Split} from "../../../src/nouns/samples";
import {batches} from "../../../src/pipeline/data/batches";
import {byteSplit, dealtOut, first, holdOut, joined, pooled, subset, take} from "../../../src/pipeline/data/split";

const images = {shape: [5, 1, 2], values: Uint8Array.of(0, 255, 51, 102, 1, 2, 3, 4, 5, 6)};
const split = byteSplit(images, Uint8Array.of(3, 1, 4, 1, 5), [1, 2, 1]);

describe("a split", () => {
  test("gives pixels in [0, 1] and labels, in the order asked", async () => {
    const {count, pixels, labels} = await split.read([1, 0, 1]);
    expect(count).toBe(3);
    expect(pixels).toBeAllClose([0.2, 0.4, 0, 1, 0.2, 0.4], {rtol: 1e-6});
    expect(Array.from(labels)).toEqual([1, 3, 1]);
  });

  test("names an index that it does not have", async () => {
    await expect(split.read([5])).rejects.toThrow("image index: expected below 5, got 5");
    await expect(subset(split, Uint32Array.of(1, 2)).read([2])).rejects.toThrow("image index: expected below 2, got 2");
    await expect(split.read([Number.NaN])).rejects.toThrow("got NaN");
  });

  test("cut or chosen from gives what stands at those places", async () => {
    expect(Array.from((await subset(split, Uint32Array.of(4, 2)).read([1, 0])).labels)).toEqual([4, 5]);
    expect(take(split, 2).count).toBe(2);
    expect(take(split, 9).count).toBe(5);
  });
});

describe("batches", () => {
  test("give every image once, whatever their size", async () => {
    for (const size of [1, 2, 5, 7]) {
      const seen: number[] = [];
      for await (const batch of batches(split, size, {random: randomSource(3)})) seen.push(...batch.labels);
      expect(seen.sort()).toEqual([1, 1, 3, 4, 5]);
    }
  });

  test("of which so many are held at once stand as they were until one more is asked for", async () => {
    const fresh: number[][] = [];
    for await (const {pixels} of batches(split, 1)) fresh.push(Array.from(pixels));
    const given: Float32Array[] = [];
    for await (const {pixels} of batches(split, 1, {held: 2})) {
      given.push(pixels);
      expect(given.slice(-2).map((own) => Array.from(own))).toEqual(fresh.slice(0, given.length).slice(-2));
    }
    expect(given[2]).toBe(given[0]);
    expect(given[1]).not.toBe(given[0]);
  });

  test("tell where each image stood before others were left out, and keep the order among those left", async () => {
    const rest = {...subset(split, Uint32Array.of(1, 3, 4)), keptOf: {count: 5, places: Uint32Array.of(1, 3, 4)}};
    const ownOf = async (from: typeof split) => {
      const seen: number[] = [];
      for await (const {own} of batches(from, 2, {random: randomSource(9)})) seen.push(...own);
      return seen;
    };
    const whole = await ownOf(split);
    expect(await ownOf(rest)).toEqual(whole.filter((n) => [1, 3, 4].includes(n)));
  });

  test("begun later give what an uninterrupted row of them gives from there", async () => {
    const labelsFrom = async (from: number) => {
      const seen: number[][] = [];
      for await (const batch of batches(split, 2, {random: fork(1, "shuffle", 2), from}))
        seen.push(Array.from(batch.labels));
      return seen;
    };
    expect(await labelsFrom(1)).toEqual((await labelsFrom(0)).slice(1));
  });
});

describe("holding out", () => {
  const labels = Uint8Array.from({length: 1000}, (_, n) => (n % 10 < 7 ? 0 : n % 10 < 9 ? 1 : 2)); // 700, 200, 100

  test("takes each class in proportion, and every image once", () => {
    const {train, validation} = holdOut(labels, 1000, 50, randomSource(0));
    const held = [0, 0, 0];
    for (const n of validation) held[labels[n]]++;
    expect(held).toEqual([35, 10, 5]);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from(first(1000)));
  });

  test("is at random, and the same for the same seed", () => {
    const held = (seed: number) => Array.from(holdOut(labels, 1000, 50, randomSource(seed)).validation);
    expect(held(1)).toEqual(held(1));
    expect(held(1)).not.toEqual(held(2));
  });

  test("holds out the number asked for where shares do not come out even", () => {
    for (const count of [1, 7, 333])
      expect(holdOut(labels, 1000, count, randomSource(0)).validation).toHaveLength(count);
  });

  test("refuses to leave nothing to train on", () => {
    expect(() => holdOut(labels, 10, 10, randomSource(0))).toThrow(
      "images held out for validation: expected 1 to 9, got 10",
    );
  });
});

describe("chance", () => {
  test("is uniform on [0, 1)", () => {
    const random = fork(5, "uniform");
    const bins = new Uint32Array(10);
    for (let i = 0; i < 100_000; i++) bins[Math.floor(10 * random())]++;
    // chi-squared with 9 degrees of freedom: 27.9 is its 0.999 quantile
    expect(bins.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.9);
  });

  test("forks by every name, and by the seed", () => {
    const draw = (seed: number, ...names: (string | number)[]) => fork(seed, ...names)();
    expect(draw(0, "shuffle", 1)).toBe(draw(0, "shuffle", 1));
    expect(
      new Set([draw(0, "shuffle", 1), draw(0, "shuffle", 2), draw(1, "shuffle", 1), draw(0, "lime", 1)]).size,
    ).toBe(4);
  });

  test("shuffles into each of the six orders of three about as often", () => {
    const random = randomSource(11);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = `${shuffled(3, random)}`;
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    // chi-squared with 5 degrees of freedom: 20.5 is its 0.999 quantile
    expect([...seen.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
  });
});

describe("splits one after another", () => {
  const files = ["a", "b", "c", "d", "e"];
  const named = byteSplit(images, Uint8Array.of(3, 1, 4, 1, 5), [1, 2, 1], files);
  const all = pooled([subset(named, Uint32Array.of(4, 2)), subset(named, Uint32Array.of(0)), named]);

  test("are one split, in whatever order it is asked", async () => {
    expect(all.count).toBe(8);
    expect(all.files).toEqual(["e", "c", "a", "a", "b", "c", "d", "e"]);
    const {labels, pixels} = await all.read([7, 0, 2, 1, 4]);
    expect(Array.from(labels)).toEqual([5, 5, 3, 4, 1]);
    expect(pixels).toBeAllClose(
      [5, 6, 5, 6, 0, 255, 1, 2, 51, 102].map((v) => v / 255),
      {rtol: 1e-6},
    );
  });

  test("name an index that they do not have", async () => {
    await expect(all.read([0, 8])).rejects.toThrow("image index: expected below 8, got 8");
  });

  test("have no files unless each image has one", () => {
    expect(pooled([named, split]).files).toBe(undefined);
  });
});

test("folds are of one size, and each class is spread over them evenly", () => {
  const labels = Array.from({length: 103}, (_, n) => (n % 3 === 0 ? 0 : n % 7 === 0 ? 2 : 1));
  const folds = dealtOut(labels, 5, randomSource(4));
  const count = (of: (n: number) => boolean) => Array.from(labels.keys()).filter(of).length;
  for (let fold = 0; fold < 5; fold++) {
    expect(Math.abs(count((n) => folds[n] === fold) - 103 / 5)).toBeLessThan(1);
    for (const k of [0, 1, 2]) {
      const even = count((n) => labels[n] === k) / 5;
      expect(Math.abs(count((n) => folds[n] === fold && labels[n] === k) - even)).toBeLessThan(1);
    }
  }
  expect(Array.from(dealtOut(labels, 5, randomSource(4)))).toEqual(Array.from(folds));
  expect(Array.from(dealtOut(labels, 5, randomSource(5)))).not.toEqual(Array.from(folds));
});

describe("a split as a whole", () => {
  test("is itself where no fewer images are asked for", () => {
    expect(take(split, 5)).toBe(split);
    expect(take(split, 4)).not.toBe(split);
  });

  test("gives bytes in the room that is handed, if that has their length", async () => {
    const [room, other] = [new Uint8Array(4), new Uint8Array(5)];
    expect(await split.readBytes?.([4, 1], room)).toBe(room);
    expect([...room]).toEqual([5, 6, 51, 102]);
    expect([...((await split.readBytes?.([4, 1], other)) ?? [])]).toEqual([5, 6, 51, 102]);
  });

  test("of several tells each label alone, and reads into the room that is handed, if that fits", async () => {
    const all = pooled([take(split, 2), split]);
    expect(Array.from({length: 7}, (_, n) => all.labelOf?.(n))).toEqual([3, 1, 3, 1, 4, 1, 5]);
    const [room, other] = [new Float32Array(4), new Float32Array(5)];
    expect((await all.read([6, 0], room)).pixels).toBe(room);
    expect((await all.read([6, 0], other)).pixels).toEqual(room);
    expect(all.ahead).toBeUndefined();
    expect(pooled([split, {...split, ahead: 9}]).ahead).toBe(9);
    const {labelOf: _, ...unlabelled} = split;
    expect(pooled([split, unlabelled]).labelOf).toBeUndefined();
    expect(pooled([take(split, 0)]).files).toBeUndefined();
  });

  test("read in parts is joined again", () => {
    const part = (count: number, from: number) => ({
      ...{count, shape: [2, 3, 3] as const, labels: Uint16Array.from({length: count}, (_, n) => from + n)},
      pixels: Float32Array.from({length: 18 * count}, (_, i) => 18 * from + i),
    });
    expect(joined([part(1, 0), part(2, 1), part(1, 3)])).toEqual(part(4, 0));
  });
});

describe("batches of a split that is read from a file", () => {
  const askedFor = async (ahead: number | undefined, size: number) => {
    const asked: number[][] = [];
    const counting: Split = {
      ...split,
      ...(ahead === undefined ? {} : {ahead}),
      read: (indices, into) => {
        asked.push([...Array.from(indices)]);
        return split.read(indices, into);
      },
    };
    const seen: number[] = [];
    for await (const _ of batches(counting, size)) seen.push(asked.length);
    return {asked, seen};
  };

  test("are asked for before they are needed, as many as its room says, at least one and at most eight", async () => {
    expect((await askedFor(undefined, 1)).seen).toEqual([1, 2, 3, 4, 5]);
    expect((await askedFor(2, 1)).seen).toEqual([3, 4, 5, 5, 5]);
    expect((await askedFor(4, 2)).seen).toEqual([3, 3, 3]);
    expect((await askedFor(1, 2)).seen).toEqual([2, 3, 3]);
  });

  test("have no empty one at the end", async () => {
    expect((await askedFor(undefined, 5)).asked).toEqual([[0, 1, 2, 3, 4]]);
    expect((await askedFor(9, 5)).asked).toEqual([[0, 1, 2, 3, 4]]);
  });
});

describe("holding out so few that shares do not come out even", () => {
  const heldOf = (labels: readonly number[], count: number) => {
    const held = [0, 0, 0];
    for (const n of holdOut(labels, labels.length, count, randomSource(1)).validation) held[labels[n]]++;
    return held;
  };

  test("takes the classes with the largest remainders, and the first of equal ones", () => {
    expect(heldOf([0, 0, 0, 0, 0, 1, 1, 1, 2, 2], 3)).toEqual([1, 1, 1]); // 1.5, 0.9 and 0.6
    expect(heldOf([0, 0, 0, 0, 0, 1, 1, 1, 2, 2], 2)).toEqual([1, 1, 0]); // 1, 0.6 and 0.4
    expect(heldOf([2, 2, 1, 1, 0, 0], 1)).toEqual([1, 0, 0]);
    expect(heldOf([0, 0, 1, 1, 2, 2], 2)).toEqual([1, 1, 0]);
  });

  test("refuses to hold out none", () => {
    expect(() => holdOut([0, 1], 2, 0, randomSource(0))).toThrow("expected 1 to 1, got 0");
    expect(holdOut([0, 1], 2, 1, randomSource(0)).train).toHaveLength(1);
  });
});

test("folds are dealt out to the classes in rising order", () => {
  for (const labels of [
    [1, 0],
    [0, 1],
  ])
    expect([...dealtOut(labels, 2, randomSource(2))]).toEqual(labels);
});
