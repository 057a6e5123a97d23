import type {RandomSource} from "../../../nouns/random";
import type {Dimensions, Matrix, Metric, Neighbourhood} from "../../../tsne/index";

export interface ProjectionTask {
  readonly data: Matrix;
  /** The neighbourhood of the data, open. */
  readonly neighbourhood: Neighbourhood;
  /** By which the neighbourhood was found. */
  readonly metric: Metric;
  readonly dimensions: Dimensions;
  readonly perplexity: number;
  /** 0: the method's own number. */
  readonly iterations: number;
  /** The last epoch's map of the same points, to go on from. */
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
  /** The most points it can take in a reasonable time; more are left out, and that is said. */
  readonly mostPoints: number;
  project(task: ProjectionTask): Promise<Projected>;
}
