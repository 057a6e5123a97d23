/** The tag 0x0112 of EXIF (CIPA DC-008-2023, 4.6.5.1.6): which side of the stored picture is its top; 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const TAG = 0x0112;
const [SHORT, LONG] = [3, 4];

/**
 * Reads the orientation from a block of EXIF, which is a TIFF file (TIFF 6.0, section 2).
 *
 * @returns 1 (upright) if the block says nothing that can be read, as in Pillow's `exif_transpose`.
 */
export function orientationOf(tiff: Uint8Array): Orientation {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1; // "II" and "MM"
  const little = order === 0x4949;
  const first = view.getUint32(4, little);
  if (first + 2 > tiff.length) return 1;
  const count = view.getUint16(first, little);
  for (let n = 0; n < count; n++) {
    const at = first + 2 + 12 * n;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) !== TAG) continue;
    const type = view.getUint16(at + 2, little);
    const value =
      type === SHORT ? view.getUint16(at + 8, little) : type === LONG ? view.getUint32(at + 8, little) : Number.NaN;
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}

/** Whether the stored picture lies on its side, so that its height is the upright picture's width. */
export function isTurned(orientation: Orientation): boolean {
  return orientation >= 5;
}
