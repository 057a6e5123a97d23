import {pca as principalComponents} from "../linear/pca";
import type {ProjectionMethod} from "./method";

/** The first two or three principal components of the data: the linear projection that keeps most of the variance. */
export const pca: ProjectionMethod = {
  title: "PCA",
  mostPoints: Infinity,
  async project({data, dimensions, neighbourhood}) {
    const {scores} = await principalComponents(data, dimensions, neighbourhood.threads);
    const points = new Float32Array(data.rows * dimensions); // data with one column fill one coordinate
    for (let i = 0; i < data.rows; i++) {
      points.set(scores.values.subarray(i * scores.columns, (i + 1) * scores.columns), i * dimensions);
    }
    return {points, iterations: 0};
  },
};
