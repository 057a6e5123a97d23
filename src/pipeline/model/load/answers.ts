import {UserError} from "../../../nouns/options";
import {sigmoid, softmax} from "../tf/activations";
import type {GraphEnd} from "./graph-end";

/**
 * The meanings of a model's output that the user can choose. "auto" finds it by the graph's last nodes, or else by the
 * numbers.
 */
export const OUTPUTS = ["auto", "probabilities", "logits", "sigmoid"] as const;
export type ModelOutput = (typeof OUTPUTS)[number];

/** A model's unchanged answers to some images. */
export interface Answer {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** How a model's numbers are understood. */
export interface Meaning {
  /** The meaning of the numbers: one of two or more classes, or classes that do not exclude each other. */
  readonly kind: "probabilities" | "softmax" | "independent" | "sigmoid";
  readonly classNames: readonly string[];
  /** In one line, for the user: "3 independent probabilities (the graph ends in Sigmoid)". */
  readonly words: string;
  /**
   * Gives a probability for each class, `out[n * classes + k]`. Those of an image sum to 1, unless the classes are
   * independent.
   *
   * @param rows The model's numbers, one row for each image.
   * @throws UserError if they are not finite, or do not fit their meaning.
   */
  probabilities(rows: Float32Array): Float32Array;
}

/** The most classes, because a class's index is kept in 16 bits. */
const MOST_CLASSES = 65_536;
/**
 * Tolerance for sums of probabilities: for 1,000 classes, sums in float32 differ from 1 by up to 1e-5, and in float16
 * by up to 2e-3.
 */
const TOLERANCE = 4e-3;

/**
 * How many numbers a model gives for each image.
 *
 * @param count How many images it was asked about.
 * @param what Names the model in errors.
 * @throws UserError if its output is not one row of numbers for each image, but a map, boxes, or nothing.
 */
export function numbersAnImage({dims}: Answer, count: number, what: string): number {
  const shape = `[${dims.join(", ")}]`;
  const rest = dims[0] === count ? dims.slice(1) : count === 1 ? dims : undefined;
  if (!rest) throw new UserError(`${what}: expected ${count} rows for ${count} images, got an output of ${shape}`);
  const long = rest.filter((n) => n !== 1);
  const numbers = rest.reduce((product, n) => product * n, 1);
  if (numbers === 0) throw new UserError(`${what}: expected scores of classes, got an empty output of ${shape}`);
  if (long.length > 1) {
    throw new UserError(
      `${what}: expected one row of scores for each image, got a map or boxes: an output of ${shape}`,
    );
  }
  if (numbers > MOST_CLASSES) {
    throw new UserError(`${what}: expected at most ${MOST_CLASSES} classes, got an output of ${shape}`);
  }
  return numbers;
}

/** The facts about a model's output before its meaning is decided. */
export interface Question {
  /** Names the model in errors. */
  readonly what: string;
  readonly output: ModelOutput;
  readonly end: GraphEnd;
  /** How many numbers the model gives for each image. */
  readonly numbers: number;
  /** Its numbers for a few images. */
  readonly samples: Float32Array;
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Decides what a model's numbers mean, and refuses if this cannot be known: a figure of trust about a misread answer
 * would be worse than none.
 *
 * @throws UserError that says what was expected, and which flag decides.
 */
export function meaningOf(question: Question): Meaning {
  const {what, numbers, samples, classNames} = question;
  checkFinite(samples, what, numbers);
  const reading = readingOf(question);
  const names = namesOf(numbers, classNames, what);
  const ends = `the graph ends in ${question.end.node}`;
  const because = question.output === "auto" ? (reading.because ?? ends) : `--scores ${question.output}`;
  const words =
    numbers === 1
      ? `one ${reading.kind === "probabilities" ? "probability p" : "score, made a probability p by a sigmoid"}: ${names[1]} has p, ${names[0]} has 1 - p`
      : {
          probabilities: `probabilities of ${numbers} classes`,
          softmax: `scores of ${numbers} classes, made probabilities by a softmax`,
          independent: `${numbers} independent probabilities`,
          sigmoid: `${numbers} independent scores, each made a probability by a sigmoid`,
        }[reading.kind];
  return {
    kind: reading.kind,
    classNames: names,
    words: `${words} (${because})`,
    probabilities(rows) {
      checkFinite(rows, what, reading.kind === "softmax" ? numbers : 0);
      if (numbers === 1) return twoClasses(reading.kind === "probabilities" ? within(rows, what) : sigmoid(rows));
      if (reading.kind === "softmax") return softmax(rows, numbers);
      if (reading.kind === "sigmoid") return sigmoid(rows);
      within(rows, what);
      if (reading.kind === "probabilities") checkSums(rows, numbers, what);
      return rows;
    },
  };
}

interface Reading {
  readonly kind: Meaning["kind"];
  /** The reason, if the numbers decided and not the graph. */
  readonly because?: string;
}

function readingOf({what, output, end, numbers, samples}: Question): Reading {
  const one = numbers === 1;
  const refuse = (expected: string, got: string) =>
    new UserError(`--scores: expected ${expected} for ${what}, got ${got}`);
  if (one && (end.kind === "softmax" || end.kind === "log-softmax")) {
    throw new UserError(`${what}: expected two classes or more, got one, whose softmax is always 1`);
  }
  const inUnit = samples.every(isProbability);
  const sums = inUnit && rowSums(samples, numbers).every((sum) => Math.abs(sum - 1) <= TOLERANCE);
  switch (output) {
    case "probabilities":
      if (end.kind === "log-softmax") throw refuse("logits or auto", `probabilities: it ends in ${end.node}`);
      if (!one && end.kind === "sigmoid") throw refuse("sigmoid or auto", `probabilities: it ends in ${end.node}`);
      return {kind: "probabilities"};
    case "logits":
      if (end.kind === "softmax") throw refuse("probabilities or auto", `logits: it ends in ${end.node}`);
      if (end.kind === "sigmoid") throw refuse("sigmoid or auto", `logits: it ends in ${end.node}`);
      return {kind: one ? "sigmoid" : "softmax"};
    case "sigmoid":
      if (end.kind === "softmax") throw refuse("probabilities or auto", `sigmoid: it ends in ${end.node}`);
      if (end.kind === "log-softmax") throw refuse("logits or auto", `sigmoid: it ends in ${end.node}`);
      if (end.kind === "scores") return {kind: "sigmoid"};
      return {kind: one ? "probabilities" : "independent"};
    case "auto":
      break;
    default:
      output satisfies never;
  }
  if (end.kind === "sigmoid") return {kind: one ? "probabilities" : "independent"};
  if (end.kind === "log-softmax") return {kind: "softmax"};
  if (end.kind === "softmax") return {kind: "probabilities"};
  if (one) {
    const got = `one number for each image, and ${lastWords(end)}`;
    throw refuse("sigmoid (a probability) or logits (a score)", got);
  }
  if (sums) return {kind: "probabilities", because: "they sum to 1"};
  if (end.kind === "scores") return {kind: "softmax"};
  if (!inUnit) return {kind: "softmax", because: "they are not all from 0 to 1"};
  throw refuse(
    "sigmoid (independent classes) or logits (scores)",
    `numbers from 0 to 1 that do not sum to 1, and ${lastWords(end)}`,
  );
}

/** Why the end of the graph does not decide. A model that shows no graph has no last node. */
function lastWords({node}: GraphEnd): string {
  return node ? `${node} as the last node, which does not tell` : "no graph that tells";
}

/**
 * The names of the classes. A single number p means two classes, and p is the probability of the second; a single name
 * is the second's. Otherwise each number has a name, by default its index.
 */
function namesOf(numbers: number, given: readonly string[] | undefined, what: string): readonly string[] {
  const classes = Math.max(2, numbers);
  if (!given) return Array.from({length: classes}, (_, k) => `${k}`);
  if (numbers === 1 && given.length === 1) return [`not ${given[0]}`, given[0]];
  if (given.length === classes) return given;
  const expected =
    numbers === 1 ? `2 names for ${what}, or the one that p is of` : `${classes} names, one for each output of ${what}`;
  throw new UserError(`--classes: expected ${expected}, got ${given.length}`);
}

/**
 * @param classes How many classes a row has, if it may contain minus infinity, which rules a class out (but never all
 * classes). 0: minus infinity is not allowed.
 */
function checkFinite(rows: Float32Array, what: string, classes: number): void {
  let ruledOut = 0;
  rows.forEach((v, i) => {
    if (classes && i % classes === 0) ruledOut = 0;
    if (v === -Infinity) ruledOut++;
    if (Number.isFinite(v) || (v === -Infinity && ruledOut < classes)) return;
    throw new UserError(`${what}: expected finite numbers, got ${v}`);
  });
}

const isProbability = (v: number) => v >= -1e-6 && v <= 1 + 1e-3;

function within(rows: Float32Array, what: string): Float32Array {
  const bad = rows.find((v) => !isProbability(v));
  if (bad === undefined) return rows;
  throw new UserError(`${what}: expected probabilities from 0 to 1, got ${bad} (--scores logits takes scores)`);
}

function checkSums(rows: Float32Array, numbers: number, what: string): void {
  const bad = rowSums(rows, numbers).find((sum) => !(Math.abs(sum - 1) <= TOLERANCE));
  if (bad === undefined) return;
  const hint = "--scores sigmoid takes independent ones, logits scores";
  throw new UserError(`${what}: expected probabilities that sum to 1, got a sum of ${bad.toPrecision(4)} (${hint})`);
}

function rowSums(rows: Float32Array, numbers: number): Float64Array {
  const sums = new Float64Array(rows.length / numbers);
  for (let i = 0; i < rows.length; i++) sums[Math.floor(i / numbers)] += rows[i];
  return sums;
}

function twoClasses(p: Float32Array): Float32Array {
  return Float32Array.from({length: 2 * p.length}, (_, i) => (i % 2 ? p[i >> 1] : 1 - p[i >> 1]));
}
