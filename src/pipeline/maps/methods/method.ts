import type {RandomSource} from "../../../nouns/random";
import type {Dimensions, Matrix, Metric, Neighbourhood} from "../../../tsne/index";

export interface ProjectionTask {
  readonly data: Matrix;
  /** The neighbourhood of the data, open. */
  readonly neighbourhood: Neighbourhood;
  /** The distance by which the neighbourhood was found. */
  readonly metric: Metric;
  readonly dimensions: Dimensions;
  readonly perplexity: number;
  /** How many iterations; 0 means the method's own number. */
  readonly iterations: number;
  /** The last epoch's map of the same points, from which the new map starts. */
  readonly start?: Float32Array;
  readonly random: RandomSource;
}

export interface Projected {
  /** `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  readonly iterations: number;
  /** The divergence of these points, if the method has computed it: `Neighbourhood.divergence`. */
  readonly klDivergence?: number;
}

/** A way of laying rows of numbers out in the plane or in space. */
export interface ProjectionMethod {
  /** The name that is written beside a map. */
  readonly title: string;
  /**
   * The most points that it can lay out in a reasonable time; if there are more, some are left out, and a note says so.
   */
  readonly mostPoints: number;
  project(task: ProjectionTask): Promise<Projected>;
}
