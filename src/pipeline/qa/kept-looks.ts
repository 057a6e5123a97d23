import {UserError} from "../../nouns/options";
import type {Reader} from "./reader";
import type {Tracked} from "./tracked";

/** The most bytes that `answers/` may take. */
const MOST_ANSWERS = 64e6;
/** Bytes of one kept answer, such as `[1234,1250,0.9876],`, and those of a safetensors file's header. */
const [ANSWER, HEADER] = [24, 2048];
const FLOAT = 4;

/** Bytes of one look at one tracked question: those of every look, and those of its attention and node values. */
export interface LookSize {
  readonly light: number;
  readonly inside: number;
}

/**
 * How many of a run's looks keep which numbers. These looks are spread evenly and include the first and the last. Every
 * look keeps its losses and scores in looks.jsonl.
 */
export interface KeptLooks {
  readonly looks: number;
  /** Looks that keep logits, words' weights and the last layer's weights of the tracked questions. */
  readonly light: number;
  /** The looks that also keep attention and node values, and for how many of the tracked questions (the first ones). */
  readonly inside: number;
  readonly questions: number;
  /** Looks that keep the answers to all held-out questions. */
  readonly answers: number;
  /** The most that `tracked/` may take, in MB. */
  readonly most: number;
}

/**
 * Chooses the looks that fit into a number of MB. They are chosen before the first step, so that a resumed run keeps
 * the same looks.
 *
 * @param most The most that `tracked/` may take, in MB; 0: any size.
 * @param asked How many held-out questions there are.
 * @returns Undefined if everything is kept.
 * @throws UserError if not even the first and the last look of all tracked questions fit.
 */
export function keptLooks(
  looks: number,
  sizes: readonly LookSize[],
  asked: number,
  most: number,
): KeptLooks | undefined {
  const answers = fitting(looks, asked * ANSWER, MOST_ANSWERS);
  const room = most === 0 ? Number.POSITIVE_INFINITY : most * 1e6;
  const lightOfOne = sum(sizes, ({light}) => light);
  const insideOfOne = sum(sizes, ({inside}) => inside);
  if (2 * lightOfOne > room) {
    const fit = Math.floor((room / 2 / lightOfOne) * sizes.length);
    throw new UserError(
      `--track: expected at most ${fit} questions for --tracked-size ${most} MB, got ${sizes.length}`,
      {code: "BAD_OPTION"},
    );
  }
  const isWhole = looks * (lightOfOne + insideOfOne) <= room;
  if (isWhole && answers === looks) return undefined;
  if (isWhole) return {looks, light: looks, inside: looks, questions: sizes.length, answers, most};
  // a half is for attention and node values at least
  const light = Math.max(2, fitting(looks, lightOfOne, looks * lightOfOne <= room / 2 ? room : room / 2));
  const left = room - light * lightOfOne;
  const inside = fitting(light, insideOfOne, left);
  if (inside >= Math.min(2, light)) return {looks, light, inside, questions: sizes.length, answers, most};
  let [questions, taken] = [0, 0];
  while (questions < sizes.length && taken + 2 * sizes[questions].inside <= left)
    taken += 2 * sizes[questions++].inside;
  return {looks, light, inside: questions > 0 ? 2 : 0, questions, answers, most};
}

const sum = <T>(list: readonly T[], of: (one: T) => number) => list.reduce((total, one) => total + of(one), 0);
const fitting = (looks: number, bytes: number, room: number) =>
  Math.min(looks, bytes === 0 ? looks : Math.floor(room / bytes));

/** Says what a look keeps. `look` is its place, counted from 0. Without `kept`, every look keeps everything. */
export function keptAt(kept: KeptLooks | undefined, look: number) {
  if (!kept) return {light: true, inside: Number.POSITIVE_INFINITY, answers: true};
  const place = placeAmong(look, kept.looks, kept.light);
  const isInside = place !== undefined && placeAmong(place, kept.light, kept.inside) !== undefined;
  return {
    light: place !== undefined,
    /** For how many of the tracked questions, the first ones, attention and node values are kept. */
    inside: isInside ? kept.questions : 0,
    answers: placeAmong(look, kept.looks, kept.answers) !== undefined,
  };
}

/** The place of `at` among `most` that are spread evenly over `count`, the first and the last among them. */
function placeAmong(at: number, count: number, most: number): number | undefined {
  if (most >= count) return at;
  if (most < 2) return at === count - 1 && most === 1 ? 0 : undefined;
  const place = Math.round((at * (most - 1)) / (count - 1));
  return Math.round((place * (count - 1)) / (most - 1)) === at ? place : undefined;
}

/** One line about what is not kept, for the terminal and the page. */
export function keptWords(kept: KeptLooks, tracked: number): string {
  const {looks, light, inside, questions, answers, most} = kept;
  const of = (n: number) => (n === 0 ? "no look" : n === looks ? `all ${looks} looks` : `${n} of ${looks} looks`);
  const some =
    questions < tracked && questions > 0
      ? questions === 1
        ? " of the first tracked question"
        : ` of the first ${questions} tracked questions`
      : "";
  const parts = [
    ...(light < looks ? [`logits and words' weights at ${of(light)}`] : []),
    ...(inside < looks || questions < tracked ? [`attention and node values${some} at ${of(inside)}`] : []),
  ];
  return [
    ...(parts.length > 0 ? [`tracked/ keeps ${parts.join(", ")}, so that it stays below ${most} MB`] : []),
    ...(answers < looks ? [`answers/ keeps ${of(answers)}, so that it stays below ${MOST_ANSWERS / 1e6} MB`] : []),
  ].join("; ");
}

/** The bytes of a look at each tracked question. */
export function lookSizes({config}: Reader, tracked: readonly Tracked[]): LookSize[] {
  const {num_hidden_layers: layers, num_attention_heads: heads, hidden_size: width} = config;
  return tracked.map(({window}) => {
    const tokens = window.ids.length;
    return {
      light: FLOAT * (4 * tokens + 2 * width + layers * heads) + HEADER,
      inside: FLOAT * (layers * heads * tokens * tokens + 3 * tokens * width),
    };
  });
}
