import {OnnxError} from "../error";

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const FULL = 0xffffffff; // "look in the zip64 field"

/**
 * Returns the files in a zip by name, as views of its bytes. It reads files that are stored without compression, as
 * torch.save stores them, and zip64 as well (PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5).
 *
 * @throws OnnxError if it is no zip, or a file in it is compressed.
 */
export function unzipped(zip: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  const files = new Map<string, Uint8Array>();
  try {
    const {count, start} = directoryOf(view);
    let at = start;
    for (let i = 0; i < count; i++) {
      const entry = entryAt(view, at);
      if (entry.method !== 0) throw new OnnxError("zip: expected files without compression, got a compressed one");
      const from = entry.local + 30 + view.getUint16(entry.local + 26, true) + view.getUint16(entry.local + 28, true);
      files.set(text(zip, at + 46, entry.nameLength), zip.subarray(from, from + entry.size));
      at = entry.next;
    }
  } catch (error) {
    if (error instanceof RangeError) throw new OnnxError("zip: expected a whole file, got a part of one");
    throw error;
  }
  return files;
}

function directoryOf(view: DataView): {count: number; start: number} {
  let end = view.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw new OnnxError("zip: expected its directory at the end, got none");
  const locator = end - 20;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR_64) {
    const at = large(view, locator + 8);
    if (view.getUint32(at, true) !== END_64) throw new OnnxError("zip: expected a zip64 directory, got other bytes");
    return {count: large(view, at + 32), start: large(view, at + 48)};
  }
  return {count: view.getUint16(end + 10, true), start: view.getUint32(end + 16, true)};
}

function entryAt(view: DataView, at: number) {
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((i) => view.getUint16(at + i, true));
  let size = view.getUint32(at + 20, true);
  const whole = view.getUint32(at + 24, true);
  let local = view.getUint32(at + 42, true);
  const end = at + 46 + nameLength + extraLength;
  for (let extra = at + 46 + nameLength; extra < end; extra += 4 + view.getUint16(extra + 2, true)) {
    if (view.getUint16(extra, true) !== 1) continue;
    let field = extra + 4; // the whole size, the stored size and the place: only those that are FULL above
    if (whole === FULL) field += 8;
    if (size === FULL) {
      size = large(view, field);
      field += 8;
    }
    if (local === FULL) local = large(view, field);
  }
  return {method: view.getUint16(at + 10, true), size, local, nameLength, next: end + commentLength};
}

function large(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function text(zip: Uint8Array, from: number, length: number): string {
  return new TextDecoder().decode(zip.subarray(from, from + length));
}
