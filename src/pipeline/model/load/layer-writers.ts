/** @file Writes each kind of tfjs layer as nodes of ONNX. There is one entry for each kind. */
import {UserError} from "../../../nouns/options";
import {type Ordered, plain, type Value, type Write, type Writing} from "./layer-writing";
import {tokenWriters} from "./token-writers";

const ACTIVATIONS: {readonly [name: string]: string} = {
  relu: "Relu",
  softmax: "Softmax",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
};

const pair = (value: unknown): readonly number[] =>
  Array.isArray(value) ? (value as number[]) : [Number(value), Number(value)];
/** ONNX's name for TensorFlow's padding: if the padding is odd, the extra pixel goes to the end. */
const padding = (value: unknown) => (value === "same" ? "SAME_UPPER" : "VALID");
const image = (name: string): Value => ({name, isFirst: true});

/**
 * The padding that keeps the image's size for a kernel with gaps (a dilated one), which moves by one pixel; tfjs allows
 * no other step for it.
 */
function samePads(kernel: readonly number[], dilations: readonly number[]): number[] {
  const all = kernel.map((side, i) => (side - 1) * dilations[i]);
  const before = all.map((pixels) => Math.floor(pixels / 2));
  return [...before, ...all.map((pixels, i) => pixels - before[i])];
}

const pooling =
  (opType: string): Write =>
  ({config, first, add}) => {
    const shape = {kernel_shape: [...pair(config.pool_size)], strides: [...pair(config.strides ?? config.pool_size)]};
    return image(add(opType, [first()], {...shape, auto_pad: padding(config.padding)}));
  };
const overImage =
  (opType: string): Write =>
  ({first, add}) =>
    plain(add("Flatten", [add(opType, [first()])]));
/** Layers that join branches number by number. */
const joining =
  (join: (names: readonly string[], add: Writing["add"]) => string): Write =>
  ({given, input, first, last, add}) => {
    const names = given.map((value) => (input.isFirst ? first(value) : last(value)));
    return {...input, name: join(names, add)};
  };

export const layerWriters: {readonly [kind: string]: Write} = {
  Conv2D({config, first, add, weight}) {
    const kernel = weight("kernel", kernelFirst);
    const inputs = config.use_bias === false ? [first(), kernel] : [first(), kernel, weight("bias")];
    const dilations = pair(config.dilation_rate ?? 1);
    const output = add("Conv", inputs, {
      ...{strides: [...pair(config.strides)], dilations: [...dilations]},
      ...(config.padding === "same" && dilations.some((step) => step > 1)
        ? {pads: samePads(pair(config.kernel_size), dilations)} // onnxruntime computes no padding for kernels with gaps
        : {auto_pad: padding(config.padding)}),
    });
    return image(activated(config, output, add, 1));
  },
  Dense({config, last, add, weight}) {
    const product = add("MatMul", [last(), weight("kernel")]);
    const output = config.use_bias === false ? product : add("Add", [product, weight("bias")]);
    return plain(activated(config, output, add));
  },
  MaxPooling2D: pooling("MaxPool"),
  AveragePooling2D: pooling("AveragePool"),
  GlobalMaxPooling2D: overImage("GlobalMaxPool"),
  GlobalAveragePooling2D: overImage("GlobalAveragePool"),
  // row by row, the channels last, because the next layer's weights have this order
  Flatten: ({last, add}) => plain(add("Flatten", [last()])),
  BatchNormalization({config, input, add, weight, floats, values}) {
    const epsilon = Number(config.epsilon ?? 1e-3);
    const channels = values("moving_variance").length;
    const gain = config.scale === false ? floats("ones", Array(channels).fill(1)) : weight("gamma");
    const offset = config.center === false ? floats("zeros", Array(channels).fill(0)) : weight("beta");
    const [mean, variance] = [weight("moving_mean"), weight("moving_variance")];
    if (input.isFirst) {
      return image(add("BatchNormalization", [input.name, gain, offset, mean, variance], {epsilon}));
    }
    // the channels of tokens are the last axis, for which ONNX's own node does not work
    const deviation = add("Sqrt", [add("Add", [variance, floats("epsilon", [epsilon])])]);
    const whitened = add("Div", [add("Sub", [input.name, mean]), deviation]);
    return {...input, name: add("Add", [add("Mul", [whitened, gain]), offset])};
  },
  Rescaling({config, input, add, floats}) {
    const scaled = add("Mul", [input.name, floats("scale", [Number(config.scale)])]);
    return {...input, name: add("Add", [scaled, floats("offset", [Number(config.offset ?? 0)])])};
  },
  ReLU: ({input, add}) => ({...input, name: add("Relu", [input.name])}),
  Softmax: ({last, add}) => plain(add("Softmax", [last()], {axis: -1})),
  Activation: ({config, input, add}) => ({...input, name: activated(config, input.name, add, input.isFirst ? 1 : -1)}),
  Add: joining((names, add) => add("Sum", names)),
  Average: joining((names, add) => add("Mean", names)),
  Maximum: joining((names, add) => add("Max", names)),
  Minimum: joining((names, add) => add("Min", names)),
  Multiply: joining((names, add) => names.reduce((product, name) => add("Mul", [product, name]))),
  Concatenate({config, given, last, add}) {
    const names = given.map((value) => last(value));
    return plain(add("Concat", names, {axis: Number(config.axis ?? -1)}));
  },
  ...tokenWriters,
};

function activated(
  {activation, name}: Writing["config"],
  input: string,
  add: Writing["add"],
  channels: number = -1,
): string {
  if (activation === undefined || activation === "linear") return input;
  const opType = ACTIVATIONS[`${activation}`];
  const known = Object.keys(ACTIVATIONS).join(", ");
  if (!opType)
    throw new UserError(`--to onnx: expected an activation of ${known}, got ${activation} in ${name}`, {
      code: "BAD_MODEL",
    });
  return add(opType, [input], opType === "Softmax" ? {axis: channels} : {});
}

/** A kernel [height, width, inputs, outputs] in ONNX's order: [outputs, inputs, height, width]. */
function kernelFirst(values: Float32Array, [height, width, inputs, outputs]: readonly number[]): Ordered {
  const turned = new Float32Array(values.length);
  let at = 0;
  for (let p = 0; p < height * width; p++) {
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) turned[(o * inputs + i) * height * width + p] = values[at++];
  }
  return {dims: [outputs, inputs, height, width], rawData: new Uint8Array(turned.buffer)};
}
