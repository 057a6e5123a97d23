/** @file Writes a transformer's layers as nodes of ONNX. */
import {UserError} from "../../../nouns/options";
import {plain, type Write, type Writing} from "./layer-writing";

const overTokens =
  (opType: string): Write =>
  ({last, add, integers}) =>
    plain(add(opType, [last(), integers("axes", [1])], {keepdims: 0}));

/** x · kernel + bias, over the last axis. */
function dense(x: string, [kernel, bias]: readonly [string, string], {add, weight}: Writing): string {
  return add("Add", [add("MatMul", [x, weight(kernel)]), weight(bias)]);
}

export const tokenWriters: {readonly [kind: string]: Write} = {
  // patch by patch, and in each patch row by row with the channels last, in the order in which our own layer cuts them
  Patches({name, config, input, last, add, integers}) {
    const side = Number(config.side);
    const [height, width, channels] = input.sizes ?? [];
    if (channels === undefined) {
      throw new UserError(`--to onnx: expected patches of the images themselves, got ${name} of something else`, {
        code: "BAD_MODEL",
      });
    }
    const [rows, columns] = [Math.floor(height / side), Math.floor(width / side)];
    const whole = integers("whole", [rows * side, columns * side]);
    const seen = add("Slice", [last(), integers("from", [0, 0]), whole, integers("sides", [1, 2])]);
    const strips = add("Reshape", [seen, integers("strips", [-1, side, columns, side * channels])]);
    const turned = add("Transpose", [strips], {perm: [0, 2, 1, 3]});
    return plain(add("Reshape", [turned, integers("tokens", [-1, rows * columns, side * side * channels])]));
  },
  PositionEmbedding: ({last, add, weight}) => plain(add("Add", [last(), weight("table")])),
  TokenNorm: ({config, last, add, weight}) =>
    plain(
      add("LayerNormalization", [last(), weight("gain"), weight("bias")], {
        ...{axis: -1, epsilon: Number(config.epsilon ?? 1e-6)},
      }),
    ),
  // x Φ(x) by the error function, because ONNX has a node for it only from opset 20 on
  Gelu({last, add, floats}) {
    const x = last();
    const inner = add("Erf", [add("Mul", [x, floats("half_root", [Math.SQRT1_2])])]);
    const half = add("Mul", [add("Add", [inner, floats("one", [1])]), floats("half", [0.5])]);
    return plain(add("Mul", [x, half]));
  },
  SelfAttention(layer) {
    const {config, last, add, floats, integers, values} = layer;
    const heads = Number(config.heads);
    const width = values("out_bias").length;
    const depth = width / heads;
    const rows = dense(last(), ["qkv", "qkv_bias"], layer);
    // [images, tokens, 3, heads, depth] → 3 × [images, heads, tokens, depth]
    const apart = add("Reshape", [rows, integers("apart", [0, 0, 3, heads, depth])]);
    const each = add("Transpose", [apart], {perm: [2, 0, 3, 1, 4]});
    const [q, k, v] = [0, 1, 2].map((part) =>
      add("Squeeze", [
        add("Slice", [each, integers(`from_${part}`, [part]), integers(`to_${part}`, [part + 1])]),
        integers(`axis_${part}`, [0]),
      ]),
    );
    const scaled = add("Mul", [q, floats("scale", [1 / Math.sqrt(depth)])]);
    const scores = add("MatMul", [scaled, add("Transpose", [k], {perm: [0, 1, 3, 2]})]);
    const mixed = add("MatMul", [add("Softmax", [scores], {axis: -1}), v]);
    const joined = add("Reshape", [add("Transpose", [mixed], {perm: [0, 2, 1, 3]}), integers("joined", [0, 0, width])]);
    return plain(dense(joined, ["out", "out_bias"], layer));
  },
  GlobalAveragePooling1D: overTokens("ReduceMean"),
  GlobalMaxPooling1D: overTokens("ReduceMax"),
};
