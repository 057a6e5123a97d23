/** Weights shown of an image. */
const MOST = 10;

/** A weight of the last layer that an image meets: from a node that is on for it, to a class. */
export interface MetWeight {
  /** Its row in the kernel: the node. */
  readonly node: number;
  /** Its value at each epoch. */
  readonly values: readonly number[];
  /** Last less first. */
  readonly change: number;
  /** The change over the standard deviation of all first weights: percents of a weight near 0 would say nothing. */
  readonly overSpread: number;
  /** The node's value for the image at the end, and by how much its change moved the class's score. */
  readonly activation: number;
  readonly pushed: number;
}

/**
 * The weights to one class by which an image's score moved most: |activation at the end × change of the weight|, the greatest first.
 *
 * @param features What feeds the last layer, of this image at the end. @param kernels `[nodes, classes]`, an array an epoch.
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
