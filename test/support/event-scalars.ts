import {BinaryReader} from "@bufbuild/protobuf/wire";

export interface EventScalar {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
}

/** The scalars of one of TensorBoard's event files, in its order. */
export function readScalars(file: Buffer): EventScalar[] {
  const found: EventScalar[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const event = fieldsOf(file.subarray(at + 12, at + 12 + length));
    at += length + 16;
    const step = Number(event.get(2)?.[0] ?? 0);
    for (const summary of event.get(5) ?? []) {
      for (const value of fieldsOf(summary as Uint8Array).get(1) ?? []) {
        const fields = fieldsOf(value as Uint8Array);
        const tensor = fieldsOf(fields.get(8)?.[0] as Uint8Array);
        const numbers = Buffer.from(tensor.get(5)?.[0] as Uint8Array);
        found.push({tag: Buffer.from(fields.get(1)?.[0] as Uint8Array).toString(), step, value: numbers.readFloatLE()});
      }
    }
  }
  return found;
}

function fieldsOf(bytes: Uint8Array): Map<number, (bigint | number | Uint8Array)[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (bigint | number | Uint8Array)[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const value =
      type === 0 ? BigInt(reader.int64()) : type === 1 ? reader.double() : type === 5 ? reader.float() : reader.bytes();
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}
