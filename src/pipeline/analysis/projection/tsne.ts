import {embed} from "../../../tsne/index";
import type {ProjectionMethod} from "./method";

/**
 * Iterations, with a learning rate of n / 4 once exaggeration is over (Belkina et al. 2019, whose rate is n over the
 * exaggeration): the first map's divergence is then that of scikit-learn's 1,000 iterations at n / 48, and a map that
 * goes on from the last epoch's is where 250 of those had taken it. docs/tsne.md has the figures.
 */
const FIRST = {iterations: 700, exaggerated: 150};
const NEXT = 100;

/**
 * t-SNE (van der Maaten & Hinton 2008) by src/tsne. No chance in it: the first map starts from principal components.
 */
export const tsne: ProjectionMethod = {
  title: "t-SNE",
  mostPoints: Infinity,
  project({neighbourhood, data, dimensions, iterations, start}) {
    return start
      ? embed(neighbourhood, data, {dimensions, start, iterations: iterations || NEXT, exaggerationIterations: 0})
      : embed(neighbourhood, data, {
          dimensions,
          iterations: iterations || FIRST.iterations,
          exaggerationIterations: FIRST.exaggerated,
          lateLearningRate: Math.max(data.rows / 4, 50),
        });
  },
};
