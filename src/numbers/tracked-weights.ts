/** How many weights are shown for an image. */
const MOST = 10;

/** A weight of the last layer that acts on an image: it leads from a node that is active for the image to a class. */
export interface MetWeight {
  /** Its row in the kernel: the node. */
  readonly node: number;
  /** Its value at each epoch. */
  readonly values: readonly number[];
  /** The last value minus the first. */
  readonly change: number;
  /**
   * The change divided by the standard deviation of all first weights. (Percents of a weight near 0 would say nothing.)
   */
  readonly overSpread: number;
  /** The node's value for the image at the end, and by how much the weight's change moved the class's score. */
  readonly activation: number;
  readonly pushed: number;
}

/**
 * The weights to one class by which an image's score moved most: |activation at the end × change of the weight|, the
 * greatest first.
 *
 * @param features The input of the last layer for this image, at the end. @param kernels `[nodes, classes]`, one array
 * for each epoch.
 */
export function metWeights(
  features: ArrayLike<number>,
  kernels: readonly ArrayLike<number>[],
  classes: number,
  to: number,
): MetWeight[] {
  const [first, last] = [kernels[0], kernels[kernels.length - 1]];
  const spread = deviation(first);
  const all = Array.from({length: features.length}, (_, node) => {
    const at = node * classes + to;
    return {node, pushed: features[node] * (last[at] - first[at])};
  });
  all.sort((a, b) => Math.abs(b.pushed) - Math.abs(a.pushed) || a.node - b.node);
  return all.slice(0, MOST).map(({node, pushed}) => {
    const values = kernels.map((kernel) => kernel[node * classes + to]);
    const change = values[values.length - 1] - values[0];
    return {node, values, change, overSpread: change / spread, activation: features[node], pushed};
  });
}

/** Population standard deviation. */
function deviation(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let n = 0; n < values.length; n++) sum += values[n];
  const mean = sum / values.length;
  for (let n = 0; n < values.length; n++) squares += (values[n] - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
