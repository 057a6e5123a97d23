/**
 * @file TensorFlow's event file, byte by byte: records of `Event` messages, each with a `Summary` of one tensor.
 * Fields and their numbers are those of tensorflow/core/util/event.proto, framework/{summary,tensor,tensor_shape}.proto
 * and tensorboard/plugins/hparams/{plugin_data,api}.proto.
 */
import {BinaryWriter, WireType} from "@bufbuild/protobuf/wire";
import {maskedCrc32c} from "./crc32c";

/** How TensorBoard treats a tensor: one number, many, or encoded images (`DataClass` of summary.proto). */
const DATA_CLASS = {unset: 0, scalar: 1, tensor: 2, images: 3} as const;

/** One tagged tensor, ready to be put into an event. */
export interface Summary {
  readonly tag: string;
  /** The plugin that shows it. */
  readonly plugin: "scalars" | "histograms" | "images" | "text" | "hparams" | "graph_keras_model";
  readonly dataClass: keyof typeof DATA_CLASS;
  readonly tensor: Tensor;
  /** The plugin's own settings, as a message of its own. */
  readonly content?: Uint8Array;
}

export type Tensor =
  | {readonly dtype: "float" | "double"; readonly shape: readonly number[]; readonly values: ArrayLike<number>}
  | {readonly dtype: "string"; readonly shape: readonly number[]; readonly values: readonly (string | Uint8Array)[]};

/**
 * A record of an event file: u64 length, its masked CRC, the bytes, their masked CRC; little-endian
 * (tensorflow/core/lib/io/record_writer.h).
 */
export function frame(bytes: Uint8Array): Uint8Array {
  const record = Buffer.alloc(bytes.length + 16);
  record.writeBigUInt64LE(BigInt(bytes.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(bytes, 12);
  record.writeUInt32LE(maskedCrc32c(bytes), bytes.length + 12);
  return record;
}

/** The first record of every event file. @param wallTime In seconds since 1970. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(wallTime);
  return writer.tag(3, WireType.LengthDelimited).string("brain.Event:2").finish();
}

/** @param wallTime In seconds since 1970. */
export function encodeEvent(wallTime: number, step: number, summaries: readonly Summary[]): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(wallTime);
  writer.tag(2, WireType.Varint).int64(step);
  writer.tag(5, WireType.LengthDelimited).fork();
  for (const summary of summaries) writeSummary(writer.tag(1, WireType.LengthDelimited).fork(), summary).join();
  return writer.join().finish();
}

function writeSummary(writer: BinaryWriter, {tag, plugin, dataClass, tensor, content}: Summary): BinaryWriter {
  writer.tag(1, WireType.LengthDelimited).string(tag);
  writeTensor(writer.tag(8, WireType.LengthDelimited).fork(), tensor).join();
  const metadata = writer.tag(9, WireType.LengthDelimited).fork();
  metadata.tag(1, WireType.LengthDelimited).fork();
  metadata.tag(1, WireType.LengthDelimited).string(plugin);
  if (content) metadata.tag(2, WireType.LengthDelimited).bytes(content);
  metadata.join();
  metadata.tag(4, WireType.Varint).int32(DATA_CLASS[dataClass]);
  return metadata.join();
}

function writeTensor(writer: BinaryWriter, tensor: Tensor): BinaryWriter {
  writer.tag(1, WireType.Varint).int32({float: 1, double: 2, string: 7}[tensor.dtype]);
  const shape = writer.tag(2, WireType.LengthDelimited).fork();
  for (const size of tensor.shape) {
    shape.tag(2, WireType.LengthDelimited).fork();
    shape.tag(1, WireType.Varint).int64(size).join();
  }
  shape.join();
  if (tensor.dtype === "string") {
    const utf8 = new TextEncoder();
    for (const value of tensor.values) {
      writer.tag(8, WireType.LengthDelimited).bytes(typeof value === "string" ? utf8.encode(value) : value);
    }
    return writer;
  }
  const packed = writer.tag(tensor.dtype === "float" ? 5 : 6, WireType.LengthDelimited).fork();
  for (let i = 0; i < tensor.values.length; i++) {
    if (tensor.dtype === "float") packed.float(Math.fround(tensor.values[i]));
    else packed.double(tensor.values[i]);
  }
  return packed.join();
}

/** The types that hparams accepts as a value; anything else is written as text. */
export type HyperParameter = number | string | boolean;

/** The hparams plugin's `SessionStartInfo`: the run's options. @param startedAt In seconds since 1970. */
export function encodeSessionStart(
  options: {readonly [name: string]: HyperParameter},
  group: string,
  startedAt: number,
): Uint8Array {
  const writer = new BinaryWriter();
  const session = writer.tag(3, WireType.LengthDelimited).fork();
  for (const [name, value] of Object.entries(options)) {
    const entry = session.tag(1, WireType.LengthDelimited).fork();
    entry.tag(1, WireType.LengthDelimited).string(name);
    const holder = entry.tag(2, WireType.LengthDelimited).fork();
    if (typeof value === "number") holder.tag(2, WireType.Bit64).double(value);
    else if (typeof value === "boolean") holder.tag(4, WireType.Varint).bool(value);
    else holder.tag(3, WireType.LengthDelimited).string(value);
    holder.join();
    entry.join();
  }
  session.tag(4, WireType.LengthDelimited).string(group);
  session.tag(5, WireType.Bit64).double(startedAt);
  return session.join().finish();
}

/** The hparams plugin's `SessionEndInfo`. @param endedAt In seconds since 1970. */
export function encodeSessionEnd(succeeded: boolean, endedAt: number): Uint8Array {
  const writer = new BinaryWriter();
  const session = writer.tag(4, WireType.LengthDelimited).fork();
  session.tag(1, WireType.Varint).int32(succeeded ? 1 : 2);
  session.tag(2, WireType.Bit64).double(endedAt);
  return session.join().finish();
}

/** The hparams plugin's `Experiment`: which options are columns, and which scalars judge them. */
export function encodeExperiment(
  options: {readonly [name: string]: HyperParameter},
  metricTags: readonly string[],
  createdAt: number,
): Uint8Array {
  const writer = new BinaryWriter();
  const experiment = writer.tag(2, WireType.LengthDelimited).fork();
  experiment.tag(3, WireType.Bit64).double(createdAt);
  for (const [name, value] of Object.entries(options)) {
    const info = experiment.tag(4, WireType.LengthDelimited).fork();
    info.tag(1, WireType.LengthDelimited).string(name);
    info.tag(4, WireType.Varint).int32({string: 1, boolean: 2, number: 3}[typeof value as "string"]);
    info.join();
  }
  for (const tag of metricTags) {
    const info = experiment.tag(5, WireType.LengthDelimited).fork();
    const name = info.tag(1, WireType.LengthDelimited).fork();
    name.tag(2, WireType.LengthDelimited).string(tag).join();
    info.join();
  }
  return experiment.join().finish();
}
