import type {TensorProto} from "./model";

/** Numbers of onnx.proto's TensorProto.DataType. */
export const TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;
export type ElementType = keyof typeof TYPE;

export type FloatType = "float32" | "float64";

export function isFloat(type: string | undefined): type is FloatType {
  return type === "float32" || type === "float64";
}

/** A tensor of whole numbers for the file. `dims` is empty for a scalar. */
export function intsTensor(
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length],
): TensorProto {
  return {name, dataType: TYPE.int64, dims, rawData: bytesOf(BigInt64Array.from(values, BigInt))};
}

export function floatsTensor(
  name: string,
  type: FloatType,
  values: readonly number[],
  dims: readonly number[] = [values.length],
): TensorProto {
  const data = type === "float32" ? Float32Array.from(values) : Float64Array.from(values);
  return {name, dataType: TYPE[type], dims, rawData: bytesOf(data)};
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
