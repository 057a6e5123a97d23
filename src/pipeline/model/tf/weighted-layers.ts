import type * as tf from "@tensorflow/tfjs";
import type {NamedArray, WeightedLayer} from "../../../nouns/network";
import type {OpenedModel} from "./opened-model";
import type {WeightedNode} from "./weighted-nodes";

/** The most layers that are compared; if there are more, this many are taken evenly from first to last. */
const MOST_LAYERS = 12;

/**
 * The layers with weights of a GraphModel, with their kernels as they are now.
 *
 * @param shapeOf The sizes of a node's answer, without the batch.
 */
export function weightedLayersOf(
  {weighted = [], weights}: Pick<OpenedModel, "weighted" | "weights">,
  shapeOf: (node: string) => readonly number[],
): WeightedLayer[] {
  const stored = new Map(weights().map(({name, tensor}) => [name, tensor]));
  const all = weighted.flatMap((node): WeightedLayer[] => {
    const tensor = stored.get(node.kernel);
    const rank = node.type === "Dense" ? 2 : 4;
    if (tensor?.rank !== rank) return []; // weights of whole numbers, or a batch of matrices
    const shape = shapeOf(node.answer);
    if (!(shape.length === 1 || shape.length === 3)) return [];
    const [height, width, channels] = shape.length === 3 ? shape : [1, 1, shape[0]];
    return [
      {
        layer: node.name,
        type: node.type,
        kernel: kernelOf(node, tensor),
        answer: node.answer,
        shape: [height, width, channels],
      },
    ];
  });
  if (all.length <= MOST_LAYERS) return all;
  return Array.from({length: MOST_LAYERS}, (_, i) => all[Math.round((i * (all.length - 1)) / (MOST_LAYERS - 1))]);
}

/** Gives a kernel in tfjs' layout. All kernels here have it, except a dense kernel that is stored transposed. */
function kernelOf({kernel: name, isTurned}: WeightedNode, tensor: tf.Tensor): NamedArray {
  const values = Float32Array.from(tensor.dataSync());
  if (!isTurned) return {name, shape: tensor.shape, values};
  const [out, inputs] = tensor.shape;
  const turned = Float32Array.from({length: values.length}, (_, i) => values[(i % out) * inputs + Math.floor(i / out)]);
  return {name, shape: [inputs, out], values: turned};
}
