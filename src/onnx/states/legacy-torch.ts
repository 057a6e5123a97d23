import {OnnxError} from "../error";
import {unpickledFrom} from "./pickle";

/**
 * The first bytes of every file that torch.save wrote before PyTorch 1.6 (torch/serialization.py, MAGIC_NUMBER), as a
 * pickle of protocol 2.
 */
const START = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/**
 * Finds the parts of such a file. The magic number, the protocol, the machine, the object and the storages' names are
 * one pickle each. The numbers of each storage follow; their count stands before them.
 *
 * @param storageNamed Gives the storage that a persistent id names.
 * @param bytesOf Returns how many bytes a number of a storage's class has.
 * @throws OnnxError if it is no such file, or ends too soon.
 */
export function legacyStorages(
  file: Uint8Array,
  storageNamed: (id: unknown) => {readonly type: string; readonly key: string},
  bytesOf: (type: string) => number | undefined,
): {readonly pickle: Uint8Array; readonly storages: ReadonlyMap<string, Uint8Array>} {
  if (!START.every((byte, i) => file[i] === byte)) {
    throw new OnnxError("checkpoint: expected a file of torch.save, got other bytes");
  }
  const sizes = new Map<string, number | undefined>();
  const nothing = {call: () => undefined, persistent: () => undefined};
  const protocol = unpickledFrom(file, START.length, nothing);
  const machine = unpickledFrom(file, protocol.end, nothing);
  if (machine.value instanceof Map && machine.value.get("little_endian") === false) {
    throw new OnnxError("checkpoint: expected little-endian numbers, got big-endian ones");
  }
  const named = (id: unknown) => {
    const {type, key} = storageNamed(id);
    sizes.set(key, bytesOf(type));
  };
  const object = unpickledFrom(file, machine.end, {call: () => undefined, persistent: named});
  const keys = unpickledFrom(file, object.end, nothing);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const storages = new Map<string, Uint8Array>();
  let at = keys.end;
  for (const key of Array.isArray(keys.value) ? keys.value.map(String) : []) {
    const size = sizes.get(key) ?? 4; // 4 for an unknown class, which is refused by its name later
    const end = at + 8 + size * (at + 8 <= file.length ? Number(view.getBigInt64(at, true)) : Number.NaN);
    if (!(end <= file.length && end >= at + 8)) {
      throw new OnnxError(`checkpoint: expected all numbers of storage ${key}, got the end of the file`);
    }
    storages.set(key, file.subarray(at + 8, end));
    at = end;
  }
  return {pickle: file.subarray(machine.end, object.end), storages};
}
