/**
 * @file Writes EfficientNet-Lite0 (Tan & Le 2019; the Lite variant of TensorFlow's TPU models, 2020) as ONNX, from
 * weights that PyTorch saved.
 */
import {type Attributes, attributesFrom} from "../src/onnx/file/attributes";
import {encodeModel, type NodeProto, type TensorProto} from "../src/onnx/file/model";
import {floatsTensor, TYPE} from "../src/onnx/file/tensors";
import {torchState} from "../src/onnx/index";

/**
 * The stages of inverted residuals: how many blocks, the kernel's side, the stride of the first block, how many times
 * wider the inside is, and the channels.
 */
const STAGES = [
  [1, 3, 1, 1, 16],
  [2, 3, 2, 6, 24],
  [2, 5, 2, 6, 40],
  [3, 3, 2, 6, 80],
  [3, 5, 1, 6, 112],
  [4, 5, 2, 6, 192],
  [1, 3, 1, 6, 320],
] as const;

/**
 * @param file A file of `torch.save`. @returns The ONNX file, which takes images of n x 3 x 224 x 224 and gives 1,000
 * scores.
 */
export function efficientnetLite0(file: Uint8Array): Uint8Array {
  const state = torchState(file);
  const node: NodeProto[] = [];
  const initializer: TensorProto[] = [
    floatsTensor("zero", "float32", [0], []),
    floatsTensor("six", "float32", [6], []),
  ];
  const stored = (name: string) => {
    const array = state.get(name);
    if (!array) throw new Error(`${name}: expected it among the weights, got ${state.size} others`);
    initializer.push({name, dims: [...array.dims], dataType: TYPE.float32, rawData: array.bytes});
    return name;
  };
  const add = (opType: string, input: string[], output: string, attributes: Attributes = {}) => {
    node.push({opType, name: output, input, output: [output], attribute: attributesFrom(attributes)});
    return output;
  };
  const conv = (x: string, name: string, kernel: number, strides = 1, group = 1) => {
    const shape = {kernel_shape: [kernel, kernel], strides: [strides, strides], group};
    return add("Conv", [x, stored(`${name}.weight`)], name, {...shape, auto_pad: "SAME_UPPER"});
  };
  const norm = (x: string, name: string) => {
    const kept = ["weight", "bias", "running_mean", "running_var"].map((part) => stored(`${name}.${part}`));
    return add("BatchNormalization", [x, ...kept], name, {epsilon: 1e-3});
  };
  const relu6 = (x: string) => add("Clip", [x, "zero", "six"], `${x}.relu6`);

  let x = relu6(norm(conv("image", "_conv_stem", 3, 2), "_bn0"));
  let channels = 32;
  let block = 0;
  for (const [repeats, kernel, stride, wider, out] of STAGES) {
    for (let i = 0; i < repeats; i++, block++) {
      const name = `_blocks.${block}`;
      const own = i === 0 ? stride : 1;
      const before = x;
      const width = channels * wider;
      if (wider > 1) x = relu6(norm(conv(x, `${name}._expand_conv`, 1), `${name}._bn0`));
      x = relu6(norm(conv(x, `${name}._depthwise_conv`, kernel, own, width), `${name}._bn1`));
      x = norm(conv(x, `${name}._project_conv`, 1), `${name}._bn2`);
      if (own === 1 && channels === out) x = add("Add", [x, before], `${name}.sum`);
      channels = out;
    }
  }
  x = relu6(norm(conv(x, "_conv_head", 1), "_bn1"));
  x = add("Flatten", [add("GlobalAveragePool", [x], "pooled")], "embedding", {axis: 1});
  add("Gemm", [x, stored("_fc.weight"), stored("_fc.bias")], "logits", {transB: 1});
  const port = (name: string, ...sizes: (number | string)[]) => ({
    name,
    type: {
      tensorType: {
        elemType: TYPE.float32,
        shape: {dim: sizes.map((n) => (typeof n === "string" ? {param: n} : {value: n}))},
      },
    },
  });
  const graph = {
    ...{name: "efficientnet-lite0", node, initializer},
    ...{input: [port("image", "n", 3, 224, 224)], output: [port("logits", "n", 1000)]},
  };
  return encodeModel({irVersion: 8, opsetImport: [{version: 17}], graph});
}
