import {optionalPackage} from "../../../nouns/optional-package";
import {normal} from "../../../nouns/random";
import type {ProjectionMethod} from "./method";

/** An iteration of 500 points takes about 50 ms, and the time grows with the square of the number. */
const MOST_POINTS = 500;
const ITERATIONS = 300;
/**
 * The package's default, 1000, is too large for so few points: with 150 digits, the divergence ends at 2.25 instead of
 * 0.54.
 */
const LEARNING_RATE = 150;
const START_SPREAD = 1e-4;

/**
 * t-SNE by the tsne-js package 1.0.3, for comparison. It draws its start from the global generator and uses chance
 * nowhere else, so this file replaces the start with one of its own. It runs without a pause, so nothing else can be
 * done meanwhile.
 */
export const tsneJs: ProjectionMethod = {
  title: "tsne-js",
  mostPoints: MOST_POINTS,
  async project({data: {rows, columns, values}, dimensions, perplexity, iterations, start, random}) {
    const {default: TSNE} = await optionalPackage("tsne-js", "a map by tsne-js", () => import("tsne-js"));
    const model = new TSNE({dim: dimensions, perplexity, nIter: iterations || ITERATIONS, learningRate: LEARNING_RATE});
    const data = Array.from({length: rows}, (_, i) => [...values.subarray(i * columns, (i + 1) * columns)]);
    model.init({data, type: "dense"});
    const map = model.outputEmbedding.data;
    for (let i = 0; i < map.length; i++) map[i] = start ? start[i] : START_SPREAD * normal(random);
    const [, done] = model.run();
    return {points: Float32Array.from(model.outputEmbedding.data), iterations: done};
  },
};
