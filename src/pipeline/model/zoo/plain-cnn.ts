import type {PlainLayer, PlainModel} from "../../../engine/index";
import type {ImageShape} from "../../../nouns/samples";
import {glorotUniformValues, heNormalValues} from "./initial-weights";

/** Side of each filter, in pixels. */
const KERNEL = 3;

/**
 * What `cnn()` makes, as plain data for `planPlain`: the same layers, names and first weights, without tfjs.
 *
 * @param width Filters of the first block; the second has twice as many.
 */
export function plainCnn(
  [height, across, channels]: ImageShape,
  classes: number,
  seed: number,
  width: number,
): PlainModel {
  const layers: PlainLayer[] = [];
  const weights: {name: string; shape: readonly number[]; values: Float32Array}[] = [];
  /** Adds a layer with a kernel and a bias of zeros. */
  const add = (
    name: string,
    className: string,
    config: PlainLayer["config"],
    shape: number[],
    kernel: Float32Array,
  ) => {
    const own = [
      {name: `${name}/kernel`, shape, values: kernel},
      {name: `${name}/bias`, shape: shape.slice(-1), values: new Float32Array(shape.at(-1) as number)},
    ];
    const named = own.map((one, i) => ({name: one.name, shape: one.shape, index: weights.length + i}));
    layers.push({name, className, config, weights: named});
    weights.push(...own);
  };
  const addPlain = (name: string, className: string, config: PlainLayer["config"] = {}) => {
    layers.push({name, className, config, weights: []});
  };
  let [rows, columns, inputs] = [height, across, channels];
  [width, 2 * width].forEach((filters, i) => {
    const name = `conv${i + 1}`;
    const shape = [KERNEL, KERNEL, inputs, filters];
    const fanIn = KERNEL * KERNEL * inputs;
    const sides = {kernelSize: [KERNEL, KERNEL], strides: [1, 1], padding: "valid", dilationRate: [1, 1]};
    add(
      name,
      "Conv2D",
      {filters, ...sides, activation: "relu"},
      shape,
      heNormalValues(seed, name, fanIn, fanIn * filters),
    );
    addPlain(`pool${i + 1}`, "MaxPooling2D", {poolSize: [2, 2], strides: [2, 2], padding: "valid"});
    [rows, columns] = [rows, columns].map((side) => Math.floor((side - KERNEL + 1) / 2));
    inputs = filters;
  });
  addPlain("flatten", "Flatten");
  const features = rows * columns * inputs;
  const kernel = glorotUniformValues(seed, "logits", [features, classes], features * classes);
  add("logits", "Dense", {units: classes, activation: "linear"}, [features, classes], kernel);
  addPlain("probabilities", "Softmax");
  return {imageShape: [height, across, channels], layers, weights};
}
