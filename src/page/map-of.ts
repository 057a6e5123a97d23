import {type TsneMap, tsne, tsneAfter} from "../tsne/index";
import {passedOn} from "./passed-on";

/** Iterations of the first map, which begins at nothing, and of them with exaggerated attraction. */
const FIRST = {iterations: 250, exaggerationIterations: 120};
/** A report is made after each of this many iterations, and the page shows every one. */
const EVERY = 10;
const PERPLEXITY = 30;

/**
 * The map of what the network answers: each picture's scores, before the softmax, as a point of the plane. Of the scores, not
 * of the features before them: those hardly change while a network learns (docs/demo.md).
 *
 * @param logits `[rows * classes]`. @param before The map of the moment before, if there was one.
 * @param mixing Whether much changes, so that groups must pass each other.
 * @returns Yields the map as it unfolds, `[rows * 2]`; returns the last.
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
