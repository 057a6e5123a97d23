import {embed, radiusOf, stretched} from "../../../tsne/index";
import type {ProjectionMethod} from "./method";

/**
 * Iterations, with a learning rate of n / 4 once exaggeration is over (Belkina et al. 2019, whose rate is n over the
 * exaggeration): the first map's divergence is then that of scikit-learn's 1,000 iterations at n / 48, and a map that
 * goes on from the last epoch's is where 250 of those had taken it. docs/tsne.md has the figures.
 */
const FEW = {first: 700, exaggerated: 150, next: 100};
/**
 * With many points, most iterations would pass while the map grows. So it is stretched in one step, and settles in the
 * remaining iterations. A map that starts from an earlier map is first made small, to `close` times the root of n, so
 * that points can change places, and is then stretched to the earlier map's radius.
 */
const MANY = {
  from: {2: 5000, 3: 20_000},
  first: 260,
  exaggerated: 130,
  settlingFirst: 24,
  next: 40,
  settlingNext: 8,
  close: 0.22,
};

/**
 * t-SNE (van der Maaten & Hinton 2008) by src/tsne. It uses no random numbers: the first map starts from principal
 * components.
 */
export const tsne: ProjectionMethod = {
  title: "t-SNE",
  mostPoints: Infinity,
  project({neighbourhood, data, dimensions, iterations, start}) {
    const many = data.rows >= MANY.from[dimensions];
    const {first, exaggerated, next} = many ? MANY : FEW;
    if (start) {
      const radius = radiusOf(start, dimensions);
      const small = () => stretched(start, dimensions, (MANY.close * Math.sqrt(data.rows)) / radius);
      const wide = many && radius > 0 ? {start: small(), radius, settling: MANY.settlingNext} : {start};
      return embed(neighbourhood, data, {
        dimensions,
        iterations: iterations || next,
        exaggerationIterations: 0,
        ...wide,
      });
    }
    return embed(neighbourhood, data, {
      dimensions,
      iterations: iterations || first,
      exaggerationIterations: exaggerated,
      lateLearningRate: Math.max(data.rows / 4, 50),
      ...(many ? {radius: "best", settling: MANY.settlingFirst} : {}),
    });
  },
};
