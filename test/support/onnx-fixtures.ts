import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";

import type {ModelProto} from "../../src/onnx/file/model";
import type {Feeds, NdArray} from "../../src/onnx/index";

export const FOLDER = join(__dirname, "..", "fixtures", "onnx");

/** PyTorch's answers for a network (fixtures/onnx/make_models.py). */
export interface Reference {
  readonly inputs: Feeds;
  readonly seed: NdArray;
  readonly y: NdArray;
  readonly gradient: NdArray;
  /** Gradients at the weights, if they were computed. */
  readonly weights: Feeds;
  /** How far PyTorch's own float32 is from its float64. */
  readonly own: number;
}

interface Packed {
  readonly type: "float32" | "int64";
  readonly dims: number[];
  readonly data: string;
}

export function referenceOf(name: string): Reference {
  const facts = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
  const all = (packed: {[name: string]: Packed} = {}) =>
    Object.fromEntries(Object.entries(packed).map(([key, one]) => [key, unpacked(one)]));
  return {
    inputs: all(facts.inputs),
    seed: unpacked(facts.seed),
    y: unpacked(facts.y),
    gradient: unpacked(facts.gradient),
    weights: all(facts.weights),
    own: facts.own,
  };
}

function unpacked({type, dims, data}: Packed): NdArray {
  const {buffer} = new Uint8Array(Buffer.from(data, "base64"));
  return {type, dims, data: type === "float32" ? new Float32Array(buffer) : new BigInt64Array(buffer)};
}

/** The exported files of the networks that have a reference: "resnet-script-17" of "resnet". */
export function exportsOf(): {readonly name: string; readonly file: string; readonly net: string}[] {
  return readdirSync(FOLDER)
    .filter((file) => /-(script|dynamo)-\d+\.onnx$/.test(file))
    .sort()
    .map((file) => ({name: file.replace(".onnx", ""), file: join(FOLDER, file), net: file.split("-")[0]}));
}

/** The tensor at which a reference has its gradient: the image, or the words' vectors. */
export function targetOf({graph}: ModelProto): string {
  const words = graph?.node?.find(({opType, input}) => opType === "Gather" && input?.[1] === "input_ids");
  return words?.output?.[0] ?? "x";
}

export const floats = ({data}: NdArray): Float32Array => data as Float32Array;

/** ‖a − b‖ / ‖b‖, in double precision. */
export function distance(a: NdArray, b: NdArray): number {
  const [mine, theirs] = [floats(a), floats(b)];
  if (mine.length !== theirs.length) throw new Error(`expected ${theirs.length} numbers, got ${mine.length}`);
  let [apart, whole] = [0, 0];
  for (let i = 0; i < mine.length; i++) {
    apart += (mine[i] - theirs[i]) ** 2;
    whole += theirs[i] ** 2;
  }
  return Math.sqrt(apart / whole);
}

/** The share of numbers that are within `tolerance` of the reference's greatest. */
export function shareWithin(a: NdArray, b: NdArray, tolerance: number): number {
  const [mine, theirs] = [floats(a), floats(b)];
  const most = theirs.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return mine.filter((v, i) => Math.abs(v - theirs[i]) <= tolerance * most).length / mine.length;
}
