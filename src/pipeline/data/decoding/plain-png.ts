import type {ImageShape} from "../../../nouns/samples";
import {imageKindOf} from "../images/image-kind";
import {checkPng} from "../images/png-file";

/** Where a PNG's header has the picture's width and height (PNG specification, third edition, 11.2.1). */
const [WIDTH, HEIGHT, HEADER_END] = [16, 20, 33];

/**
 * The pixels of a PNG that needs no scaling: the same bytes that decoding and fitting would give, in a fraction of the
 * time. The file is checked as strictly as others.
 *
 * @returns Grey or red, green and blue, as the file has them; undefined if the picture is of another size or kind.
 * @throws UserError if it is damaged. @throws The signal's reason.
 */
export async function plainPng(
  content: Uint8Array,
  path: string,
  [height, width]: ImageShape,
  {maxPixels, signal}: {readonly maxPixels: number; readonly signal?: AbortSignal | undefined},
): Promise<{readonly pixels: Uint8Array; readonly samples: 1 | 3} | undefined> {
  if (imageKindOf(content) !== "png" || content.length < HEADER_END || height * width > maxPixels) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (view.getUint32(WIDTH) !== width || view.getUint32(HEIGHT) !== height) return undefined;
  const {plain, orientation} = await checkPng(content, path, signal);
  if (!plain || orientation !== 1) return undefined;
  const {rows, samples} = plain;
  return {pixels: unfiltered(rows, height, width * samples, samples), samples};
}

/**
 * Undoes the filters of the rows (section 9.2). @param line How many bytes a row has; `reach` is how many a pixel has.
 */
function unfiltered(rows: Uint8Array, height: number, line: number, reach: number): Uint8Array {
  const pixels = new Uint8Array(height * line);
  for (let y = 0; y < height; y++) {
    const from = y * (line + 1);
    const [filter, at] = [rows[from], y * line];
    for (let i = 0; i < line; i++) {
      const left = i < reach ? 0 : pixels[at + i - reach];
      const above = y === 0 ? 0 : pixels[at + i - line];
      const corner = i < reach || y === 0 ? 0 : pixels[at + i - line - reach];
      pixels[at + i] = rows[from + 1 + i] + predicted(filter, left, above, corner);
    }
  }
  return pixels;
}

/**
 * The number that a filter adds to a byte: nothing, the left one, the one above, their mean, or the one of its
 * neighbours that is nearest to their plane (Paeth).
 */
function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const plane = left + above - corner;
  const [toLeft, toAbove, toCorner] = [Math.abs(plane - left), Math.abs(plane - above), Math.abs(plane - corner)];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
