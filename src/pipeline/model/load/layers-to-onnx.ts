/**
 * @file Writes a tfjs LayersModel as an ONNX file: convolutional networks, transformers of images, and branches between
 * their layers.
 */
import {UserError} from "../../../nouns/options";
import {type Attributes, attributesFrom} from "../../../onnx/file/attributes";
import {encodeModel, type NodeProto, type TensorProto} from "../../../onnx/file/model";
import {floatsTensor, intsTensor, TYPE} from "../../../onnx/file/tensors";
import {layerWriters} from "./layer-writers";
import {type Ordered, plain, type Value} from "./layer-writing";
import type {SavedLayer, SavedLayers} from "./saved-layers";

/** Layers that only pass on their input when a network is not being trained. */
const PASSIVE = new Set(["Dropout", "SeededDropout", "SpatialDropout1D", "GaussianNoise"]);

/**
 * The network as an ONNX file (opset 18): its input `pixels` is float32 [n, height, width, channels], from 0 to 1; its
 * outputs are `logits`, if a layer has this name, and `probabilities`, each [n, classes].
 *
 * @throws UserError that names the first layer that this program cannot write.
 */
export function layersToOnnx(saved: SavedLayers, shape: readonly number[], classes: number): Uint8Array {
  const nodes: NodeProto[] = [];
  const arrays: TensorProto[] = [];
  const outputs: string[] = [];
  const values = new Map<string, Value>();
  let turns = 0;
  /** A value with the channels first or last. */
  const turned = (value: Value, isFirst: boolean): string => {
    if (value.isFirst === isFirst) return value.name;
    const output = `turned_${turns++}`;
    nodes.push(node("Transpose", [value.name], output, {perm: isFirst ? [0, 3, 1, 2] : [0, 2, 3, 1]}));
    return output;
  };
  const known = new Set<string>();

  const write = (layer: SavedLayer): Value => {
    const {kind, config, answer, inputs} = layer;
    if (inputs.length === 0 && kind === "InputLayer") return {...plain("pixels"), sizes: shape};
    const given = inputs.length === 0 ? [{...plain("pixels"), sizes: shape}] : inputs.map((name) => answered(name));
    if (PASSIVE.has(kind)) return given[0];
    const writer = Object.hasOwn(layerWriters, kind) ? layerWriters[kind] : undefined;
    if (!writer) {
      const all = Object.keys(layerWriters).join(", ");
      throw new UserError(`--to onnx: expected layers of ${all}, got ${config.name} of ${kind}`, {code: "BAD_MODEL"});
    }
    let count = 0;
    const name = `${config.name}`;
    /** If a layer is called twice, its arrays are written once. */
    const array = (tensor: () => TensorProto, as: string) => {
      if (!known.has(as)) arrays.push(tensor());
      known.add(as);
      return as;
    };
    return writer({
      ...{name, config, given, input: given[0]},
      first: (value = given[0]) => turned(value, true),
      last: (value = given[0]) => turned(value, false),
      add(opType, from, attributes = {}) {
        const output = `${answer}_${count++}`;
        nodes.push(node(opType, from, output, attributes));
        return output;
      },
      weight(part, order = plainTensor) {
        const stored = weightOf(saved, name, part);
        const as = () => ({name: `${name}/${part}`, dataType: TYPE.float32, ...order(stored.values, stored.shape)});
        return array(as, `${name}/${part}`);
      },
      values: (part) => weightOf(saved, name, part).values,
      floats: (part, list) => array(() => floatsTensor(`${name}/${part}`, "float32", list), `${name}/${part}`),
      integers: (part, list) => array(() => intsTensor(`${name}/${part}`, list), `${name}/${part}`),
    });
  };
  const answered = (answer: string) => values.get(answer) as Value; // it comes before the layers that read it
  for (const layer of saved.layers) {
    const value = write(layer);
    values.set(layer.answer, value);
    if (layer.answer === "logits") outputs.push(named("logits", value));
  }
  if (saved.output !== "logits") outputs.push(named("probabilities", answered(saved.output)));
  function named(as: string, value: Value): string {
    nodes.push(node("Identity", [turned(value, false)], as));
    return as;
  }
  const port = (name: string, sides: readonly number[]) => ({
    name,
    type: {tensorType: {elemType: TYPE.float32, shape: {dim: [{param: "n"}, ...sides.map((value) => ({value}))]}}},
  });
  return encodeModel({
    irVersion: 8,
    opsetImport: [{domain: "", version: 18}],
    graph: {
      ...{name: "epochscope", node: nodes, initializer: arrays},
      ...{input: [port("pixels", shape)], output: outputs.map((name) => port(name, [classes]))},
    },
  });
}

function node(opType: string, input: readonly string[], output: string, attributes: Attributes = {}): NodeProto {
  return {opType, name: output, input: [...input], output: [output], attribute: attributesFrom(attributes)};
}

function weightOf({weights}: SavedLayers, layer: string, part: string) {
  const array = weights.get(`${layer}/${part}`);
  if (array) return array;
  const got = `--to onnx: expected weights ${layer}/${part} in model.json, got none`;
  throw new UserError(got, {code: "BAD_MODEL"});
}

function plainTensor(values: Float32Array, shape: readonly number[]): Ordered {
  return {dims: shape, rawData: new Uint8Array(values.slice().buffer)};
}
