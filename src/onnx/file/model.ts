import {decode, encode, type Message, type Table} from "./protobuf";

/**
 * The parts of onnx/onnx.proto (ONNX 1.20, IR version 13) that are read here, as tables of field numbers. Fields that
 * no table names are kept as bytes and written again.
 */
const ENTRY: Table = {key: [1, "string"], value: [2, "string"]};
const TENSOR: Table = {
  dims: [1, "int64", "many"],
  dataType: [2, "int32"],
  name: [8, "string"],
  rawData: [9, "bytes"],
  externalData: [13, () => ENTRY, "many"],
  dataLocation: [14, "int32"],
};
const ATTRIBUTE: Table = {
  name: [1, "string"],
  f: [2, "float"],
  i: [3, "int64"],
  s: [4, "bytes"],
  t: [5, () => TENSOR],
  g: [6, () => GRAPH],
  floats: [7, "float", "many"],
  ints: [8, "int64", "many"],
  strings: [9, "bytes", "many"],
  graphs: [11, () => GRAPH, "many"],
  type: [20, "int32"],
  refAttrName: [21, "string"],
};
const NODE: Table = {
  input: [1, "string", "many"],
  output: [2, "string", "many"],
  name: [3, "string"],
  opType: [4, "string"],
  attribute: [5, () => ATTRIBUTE, "many"],
  domain: [7, "string"],
};
const DIMENSION: Table = {value: [1, "int64"], param: [2, "string"]};
const SHAPE: Table = {dim: [1, () => DIMENSION, "many"]};
const TENSOR_TYPE: Table = {elemType: [1, "int32"], shape: [2, () => SHAPE]};
const TYPE: Table = {tensorType: [1, () => TENSOR_TYPE]};
const VALUE: Table = {name: [1, "string"], type: [2, () => TYPE]};
const GRAPH: Table = {
  node: [1, () => NODE, "many"],
  name: [2, "string"],
  initializer: [5, () => TENSOR, "many"],
  input: [11, () => VALUE, "many"],
  output: [12, () => VALUE, "many"],
  valueInfo: [13, () => VALUE, "many"],
};
const OPSET: Table = {domain: [1, "string"], version: [2, "int64"]};
const FUNCTION: Table = {
  name: [1, "string"],
  input: [4, "string", "many"],
  output: [5, "string", "many"],
  attribute: [6, "string", "many"],
  node: [7, () => NODE, "many"],
  opsetImport: [9, () => OPSET, "many"],
  domain: [10, "string"],
  attributeProto: [11, () => ATTRIBUTE, "many"],
};
const MODEL: Table = {
  irVersion: [1, "int64"],
  graph: [7, () => GRAPH],
  opsetImport: [8, () => OPSET, "many"],
  functions: [25, () => FUNCTION, "many"],
};

interface Proto {
  readonly rest?: readonly Uint8Array[];
}
export interface TensorProto extends Proto {
  readonly name?: string;
  readonly dims?: readonly number[];
  readonly dataType?: number;
  readonly rawData?: Uint8Array;
  readonly externalData?: readonly {readonly key: string; readonly value: string}[];
  readonly dataLocation?: number;
}
export interface AttributeProto extends Proto {
  readonly name: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly Uint8Array[];
  readonly graphs?: readonly GraphProto[];
  readonly refAttrName?: string;
}
export interface NodeProto extends Proto {
  readonly opType: string;
  readonly name?: string;
  readonly domain?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly AttributeProto[];
}
export interface ValueProto extends Proto {
  readonly name: string;
  readonly type?: {readonly tensorType?: TensorTypeProto} & Proto;
}
export interface TensorTypeProto extends Proto {
  readonly elemType?: number;
  readonly shape?: {readonly dim?: readonly ({readonly value?: number; readonly param?: string} & Proto)[]};
}
export interface GraphProto extends Proto {
  readonly name?: string;
  readonly node?: readonly NodeProto[];
  readonly initializer?: readonly TensorProto[];
  readonly input?: readonly ValueProto[];
  readonly output?: readonly ValueProto[];
  readonly valueInfo?: readonly ValueProto[];
}
export interface OpsetProto extends Proto {
  readonly domain?: string;
  readonly version?: number;
}
export interface FunctionProto extends Proto {
  readonly name: string;
  readonly domain?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  /** Names of the attributes that a call may give. */
  readonly attribute?: readonly string[];
  readonly node?: readonly NodeProto[];
  readonly opsetImport?: readonly OpsetProto[];
  readonly attributeProto?: readonly AttributeProto[];
}
export interface ModelProto extends Proto {
  readonly irVersion?: number;
  readonly graph?: GraphProto;
  readonly opsetImport?: readonly OpsetProto[];
  readonly functions?: readonly FunctionProto[];
}

/** @throws Error from the protobuf reader if the bytes are no protobuf message. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return decode(bytes, MODEL) as ModelProto;
}

export function encodeModel(model: ModelProto): Uint8Array {
  return encode(model as Message, MODEL);
}

/**
 * The model's file with `appendix` merged into it. Protobuf merges messages that stand one after the other (repeated
 * fields are joined), so nodes, outputs and initializers are added without touching a byte of what is there.
 */
export function appended(model: Uint8Array, appendix: ModelProto): Uint8Array {
  const extra = encodeModel(appendix);
  const whole = new Uint8Array(model.length + extra.length);
  whole.set(model);
  whole.set(extra, model.length);
  return whole;
}

/** The version of the standard operators that a model is written in. */
export function opsetOf({opsetImport = []}: {readonly opsetImport?: readonly OpsetProto[]}): number {
  return opsetImport.find(({domain}) => isStandard(domain))?.version ?? 1;
}

/** The standard operators' domain has two names. */
export function isStandard(domain: string | undefined): boolean {
  return !domain || domain === "ai.onnx";
}
