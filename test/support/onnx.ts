import {type Attributes, attributesFrom} from "../../src/onnx/file/attributes";
import {encodeModel, type NodeProto, type TensorProto} from "../../src/onnx/file/model";
import {TYPE} from "../../src/onnx/file/tensors";

type Dims = readonly (number | string)[];

/** A graph as short as it can be written. Sizes that are words are open. */
export interface OnnxGraph {
  readonly inputs: {readonly [name: string]: Dims | {readonly type: keyof typeof TYPE; readonly dims: Dims}};
  readonly outputs: {readonly [name: string]: Dims | {readonly type: keyof typeof TYPE; readonly dims: Dims}};
  readonly nodes: readonly NodeProto[];
  readonly weights?: readonly TensorProto[];
  /** Type of the inputs, and of outputs without one. */
  readonly type?: keyof typeof TYPE;
}

export function onnxFile({inputs, outputs, nodes, weights = [], type = "float32"}: OnnxGraph): Uint8Array {
  const port = ([name, given]: [string, OnnxGraph["outputs"][string]]) => {
    const {dims, type: own} = "dims" in given ? given : {dims: given, type};
    const dim = dims.map((n) => (typeof n === "number" ? {value: n} : {param: n}));
    return {name, type: {tensorType: {elemType: TYPE[own], shape: {dim}}}};
  };
  const graph = {
    ...{name: "test", node: nodes, initializer: weights},
    ...{input: Object.entries(inputs).map(port), output: Object.entries(outputs).map(port)},
  };
  const domains = new Set(["", ...nodes.map(({domain = ""}) => domain)]);
  return encodeModel({
    irVersion: 8,
    graph,
    opsetImport: [...domains].map((domain) => ({domain, version: domain === "" ? 18 : 1})),
  });
}

/** A node: its kind, what it reads, what it makes. */
export function node(opType: string, input: string[], output: string[], attributes: Attributes = {}): NodeProto {
  return {opType, input, output, attribute: attributesFrom(attributes)};
}

export function floats(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  return {name, dims, dataType: TYPE.float32, rawData: new Uint8Array(Float32Array.from(values).buffer)};
}

export function ints(name: string, values: readonly number[], dims: readonly number[] = [values.length]): TensorProto {
  return {name, dims, dataType: TYPE.int64, rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer)};
}
