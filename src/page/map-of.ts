import {type TsneMap, tsne, tsneAfter} from "../tsne/index";
import {passedOn} from "./passed-on";

/**
 * How many iterations the first map takes, which has no map to start from, and how many of them have exaggerated
 * attraction.
 */
const FIRST = {iterations: 250, exaggerationIterations: 120};
/** A report is made after each of this many iterations, and the page shows every one. */
const EVERY = 10;
const PERPLEXITY = 30;

/**
 * The map of what the network answers: each picture's scores, before the softmax, become a point of the plane. It uses
 * the scores and not the features before them, because the features hardly change while a network learns
 * (docs/demo.md).
 *
 * @param logits `[rows * classes]`. @param before The map of the moment before, if there was one.
 * @param mixing Whether much has changed, so that groups must pass through each other.
 * @returns Yields the map while it is being made, `[rows * 2]`; returns the last one.
 */
export function mapOf(
  logits: Float32Array,
  classes: number,
  before: Float32Array | undefined,
  mixing: boolean,
): AsyncGenerator<Float32Array, TsneMap> {
  const rows = logits.length / classes;
  const data = {rows, columns: classes, values: logits};
  return passedOn((tell: (points: Float32Array) => Promise<void>) => {
    const options = {
      threads: 1,
      perplexity: Math.min(PERPLEXITY, (rows - 1) / 3),
      every: EVERY,
      onProgress: (progress: {points(): Float32Array}) => tell(progress.points()),
    };
    return before
      ? tsneAfter(data, before, {...options, mixing})
      : tsne(data, {...options, ...FIRST, lateLearningRate: Math.max(50, rows / 4)});
  });
}
