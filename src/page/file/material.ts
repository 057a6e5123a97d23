import {gzipSync} from "node:zlib";

import {UserError} from "../../nouns/options";
import {fork, shuffled} from "../../nouns/random";
import type {Dataset, Split} from "../../nouns/samples";
import {first, pooled} from "../../pipeline/data/split";
import {BATCH, fittingBatch} from "../../pipeline/training/length";
import {type Lesson, type Material, sizeOf} from "../lesson";

/** The most that a page can hold: with more, a browser would be too slow. */
export const LIMITS = {
  side: 64,
  least: 10,
  classes: 10,
  train: 5000,
  test: 1000,
  fewestTrain: 20,
  fewestTest: 10,
} as const;

/** How many epochs MNIST's page trains, and how many steps a page with few pictures trains. */
const [EPOCHS, STEPS, MOST_EPOCHS] = [4, 300, 30];
/**
 * The network takes this 5 for a 3, an 8 and a 3 again before its answer stays 5, so a visitor sees something happen.
 */
const MNIST_OPENS_WITH = 162;

/**
 * The pictures of a page: the first ones of MNIST; from other data, as many as there is room for, drawn at random. The
 * page also learns from the pictures that a run holds out for validation, because it chooses nothing by them.
 *
 * @param most Bytes that they may take in the page.
 * @returns `notes` says what was left out.
 * @throws UserError if a page cannot teach them.
 */
export async function materialFrom(
  given: Dataset,
  most: number,
): Promise<{readonly material: Material; readonly notes: readonly string[]}> {
  const isMnist = given.name === "mnist";
  const data = isMnist ? given : {...given, train: pooled([given.train, given.validation])};
  check(data);
  const random = (part: string) => fork(0, "demo", part);
  const order = ({count}: Split, part: string) => (isMnist ? first(count) : shuffled(count, random(part)));
  const [trainOrder, testOrder] = [order(data.train, "train"), order(data.test, "test")];
  let train = Math.min(LIMITS.train, data.train.count);
  let test = Math.min(LIMITS.test, data.test.count);
  for (;;) {
    const material = await read(data, trainOrder.subarray(0, train), testOrder.subarray(0, test), isMnist);
    const size = (gzipSync(material.pixels, {level: 9}).length * 4) / 3;
    if (size <= most) return {material, notes: leftOut(data, material.lesson, most)};
    const share = 0.98 * (most / size);
    [train, test] = [Math.floor(train * share), Math.floor(test * share)];
    if (train < LIMITS.fewestTrain || test < LIMITS.fewestTest) {
      const room = `room for ${LIMITS.fewestTrain} pictures to learn from and ${LIMITS.fewestTest} to test`;
      throw new UserError(`--max-size: expected ${room}, got ${(most / 1e6).toFixed(1)} MB; give more`);
    }
  }
}

function check({name, imageShape, classNames, train, test}: Dataset): void {
  const [height, width] = imageShape;
  const refuse = (what: string, expected: string, got: string): never => {
    throw new UserError(`${name}: expected ${what} ${expected} for a page that learns, got ${got}`);
  };
  const size = `${height} x ${width}`;
  if (Math.max(height, width) > LIMITS.side) {
    refuse(
      "pictures of at most",
      `${LIMITS.side} x ${LIMITS.side} pixels`,
      `${size}; --image-size ${LIMITS.side} scales them`,
    );
  }
  if (Math.min(height, width) < LIMITS.least)
    refuse("pictures of at least", `${LIMITS.least} x ${LIMITS.least} pixels`, size);
  if (classNames.length < 2 || classNames.length > LIMITS.classes) {
    refuse("from 2 to", `${LIMITS.classes} classes`, `${classNames.length}`);
  }
  if (train.count < LIMITS.fewestTrain)
    refuse("at least", `${LIMITS.fewestTrain} pictures to learn from`, `${train.count}`);
  if (test.count < LIMITS.fewestTest) refuse("at least", `${LIMITS.fewestTest} pictures to test with`, `${test.count}`);
}

async function read(data: Dataset, train: Uint32Array, test: Uint32Array, isMnist: boolean): Promise<Material> {
  const [learnt, asked] = [await data.train.read(train), await data.test.read(test)];
  const pixels = new Uint8Array(learnt.pixels.length + asked.pixels.length);
  pixels.set(learnt.pixels.map((value) => Math.round(255 * value)));
  pixels.set(
    asked.pixels.map((value) => Math.round(255 * value)),
    learnt.pixels.length,
  );
  const batchSize = isMnist ? BATCH : fittingBatch(train.length, BATCH);
  const steps = Math.ceil(STEPS / Math.ceil(train.length / batchSize));
  const lesson: Lesson = {
    name: data.name,
    words: isMnist ? {one: "digit", many: "digits"} : {one: "picture", many: "pictures"},
    shape: data.imageShape,
    classNames: data.classNames,
    isInk: data.imageShape[2] === 1 && mean(pixels) < 96,
    ...{train: train.length, test: test.length, batchSize},
    epochs: Math.min(MOST_EPOCHS, Math.max(EPOCHS, steps)),
    opensWith: isMnist ? MNIST_OPENS_WITH : 0,
  };
  return {lesson, pixels, labels: Uint8Array.of(...learnt.labels, ...asked.labels)};
}

function mean(values: Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Says in words which part of the data is not in the page. For MNIST this is known, so nothing is said. */
function leftOut({name, train, test}: Dataset, lesson: Lesson, most: number): string[] {
  if (name === "mnist" || (lesson.train === train.count && lesson.test === test.count)) return [];
  const parts = `${lesson.train} of ${train.count} pictures to learn from and ${lesson.test} of ${test.count} to test`;
  const isFull = lesson.train < Math.min(LIMITS.train, train.count);
  const why = isFull
    ? `pictures may take ${(most / 1e6).toFixed(1)} MB of it, --max-size changes this`
    : `it holds at most ${LIMITS.train} and ${LIMITS.test}`;
  return [`the page has ${parts}, by chance: ${why} (each ${sizeOf(lesson).toLocaleString("en")} bytes unpacked)`];
}
