import {readFile} from "node:fs/promises";
import {dirname, join} from "node:path";

const KINDS = {Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array} as const;

/** Reads a saved JSON whose typed arrays are `{dtype, base64}` or `{dtype, file, offset, length}` (a file beside it). */
export async function readSaved(path: string): Promise<unknown> {
  const files = new Map<string, Buffer>();
  const parsed: unknown = JSON.parse(await readFile(path, "utf8"));
  const revive = async (value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map(revive));
    if (value === null || typeof value !== "object") return value;
    const {dtype, base64, file, offset, length} = value as {[key: string]: unknown};
    if (typeof dtype === "string" && dtype in KINDS) {
      const Kind = KINDS[dtype as keyof typeof KINDS];
      if (typeof base64 === "string") {
        const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
        return new Kind(bytes.buffer);
      }
      if (typeof file === "string") {
        const at = join(dirname(path), file);
        const whole = files.get(at) ?? (await readFile(at));
        files.set(at, whole);
        const bytes = whole.subarray(Number(offset), Number(offset) + Number(length) * Kind.BYTES_PER_ELEMENT);
        return new Kind(Uint8Array.from(bytes).buffer);
      }
    }
    const entries = await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await revive(v)] as const));
    return Object.fromEntries(entries);
  };
  return revive(parsed);
}
