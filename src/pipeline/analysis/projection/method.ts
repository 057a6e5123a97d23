import type {Dimensions, Matrix, Neighbourhood} from "../../../tsne/index";
import type {RandomSource} from "../../random";

export interface ProjectionTask {
  readonly data: Matrix;
  /** Of the data, open. */
  readonly neighbourhood: Neighbourhood;
  readonly dimensions: Dimensions;
  readonly perplexity: number;
  /** 0: the method's own number. */
  readonly iterations: number;
  /** The last epoch's map of the same points, to go on from. */
  readonly start?: Float32Array;
  readonly random: RandomSource;
}

/** A way of laying rows of numbers out in the plane or in space. */
export interface ProjectionMethod {
  /** As it is written beside a map. */
  readonly title: string;
  /** The most points it can take in a reasonable time; more are left out, and that is said. */
  readonly mostPoints: number;
  /** @returns `points[i * dimensions + d]`, and how many iterations it took. */
  project(task: ProjectionTask): Promise<{readonly points: Float32Array; readonly iterations: number}>;
}
