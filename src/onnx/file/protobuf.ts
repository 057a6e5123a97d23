import {BinaryReader, BinaryWriter, WireType} from "@bufbuild/protobuf/wire";

type Scalar = "int64" | "int32" | "float" | "double" | "string" | "bytes";
/** A scalar, or the table of a nested message (a function, because tables refer to each other). */
type Kind = Scalar | (() => Table);

/** The fields of a message that are read: their number, their kind, and "many" if the field repeats. */
export type Table = {readonly [field: string]: readonly [number: number, kind: Kind, many?: "many"]};

/** A decoded message. Fields that its table does not name stay as bytes in `rest`, and are written again unchanged. */
export type Message = {rest?: Uint8Array[]; [field: string]: unknown};

/** Reads a message. Fields of kind "bytes" are views of `bytes`, not copies: weights are not copied to read a model. */
export function decode(bytes: Uint8Array, table: Table): Message {
  return decodeUntil(new BinaryReader(bytes), bytes, bytes.length, table);
}

export function encode(message: Message, table: Table): Uint8Array {
  return write(message, table, new BinaryWriter()).finish();
}

function decodeUntil(reader: BinaryReader, bytes: Uint8Array, end: number, table: Table): Message {
  const fields = fieldsOf(table);
  const message: Message = {};
  while (reader.pos < end) {
    const start = reader.pos;
    const [number, wire] = reader.tag();
    const field = fields.get(number);
    if (!field) {
      reader.skip(wire, number);
      message.rest ??= [];
      message.rest.push(bytes.subarray(start, reader.pos));
    } else {
      readField(reader, bytes, wire, field, message);
    }
  }
  return message;
}

type Field = {readonly name: string; readonly kind: Kind; readonly many: boolean};

function readField(reader: BinaryReader, bytes: Uint8Array, wire: WireType, {name, kind, many}: Field, into: Message) {
  if (typeof kind === "function") {
    const length = reader.uint32();
    const value = decodeUntil(reader, bytes, reader.pos + length, kind());
    if (many) append(into, name, [value]);
    else into[name] = name in into ? merged(into[name] as Message, value) : value;
  } else if (many && wire === WireType.LengthDelimited && kind !== "string" && kind !== "bytes") {
    const length = reader.uint32();
    const end = reader.pos + length;
    const values: unknown[] = [];
    while (reader.pos < end) values.push(scalar(reader, kind));
    append(into, name, values);
  } else if (many) {
    append(into, name, [scalar(reader, kind)]);
  } else {
    into[name] = scalar(reader, kind);
  }
}

function append(message: Message, name: string, values: readonly unknown[]): void {
  message[name] ??= [];
  for (const value of values) (message[name] as unknown[]).push(value); // no spread: a list may hold millions
}

/** Merges messages as protobuf does: repeated fields are joined; for other fields, the later one counts. */
function merged(a: Message, b: Message): Message {
  const out: Message = {...a};
  for (const [name, value] of Object.entries(b)) {
    out[name] = Array.isArray(out[name]) ? [...(out[name] as unknown[]), ...(value as unknown[])] : value;
  }
  return out;
}

/** Reads an integer. Beyond 2⁵³ it loses its last digits; in ONNX files, only "to the end" (2⁶³ − 1) is that large. */
function scalar(reader: BinaryReader, kind: Scalar): unknown {
  return kind === "int64" ? Number(reader.int64()) : reader[kind]();
}

const WIRE: {readonly [kind in Scalar]: WireType} = {
  int64: WireType.Varint,
  int32: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
};

function write(message: Message, table: Table, writer: BinaryWriter): BinaryWriter {
  for (const [name, [number, kind, many]] of Object.entries(table)) {
    const value = message[name];
    if (value === undefined) continue;
    for (const one of many ? (value as readonly unknown[]) : [value]) {
      if (typeof kind === "function") {
        write(one as Message, kind(), writer.tag(number, WireType.LengthDelimited).fork()).join();
      } else {
        writeScalar(writer.tag(number, WIRE[kind]), kind, one);
      }
    }
  }
  for (const bytes of message.rest ?? []) writer.raw(bytes);
  return writer;
}

const MOST = 2n ** 63n - 1n;

function writeScalar(writer: BinaryWriter, kind: Scalar, value: unknown): void {
  if (kind === "int64") writer.int64(clamped(BigInt(value as number)));
  else if (kind === "string") writer.string(value as string);
  else if (kind === "bytes") writer.bytes(value as Uint8Array);
  else writer[kind](value as number);
}

/** Keeps a number within int64: 2⁶³ − 1 was read as the number 2⁶³. */
function clamped(value: bigint): bigint {
  return value > MOST ? MOST : value < -MOST - 1n ? -MOST - 1n : value;
}

const known = new Map<Table, ReadonlyMap<number, Field>>();

function fieldsOf(table: Table): ReadonlyMap<number, Field> {
  let fields = known.get(table);
  if (!fields) {
    fields = new Map(
      Object.entries(table).map(([name, [number, kind, many]]) => [number, {name, kind, many: many === "many"}]),
    );
    known.set(table, fields);
  }
  return fields;
}
