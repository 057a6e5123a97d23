import {join} from "node:path";
import {cell} from "../../../escape/cell";
import {ownTurn} from "../../../nouns/own-turn";
import type {Images} from "../../../nouns/samples";
import {writeWhole} from "../write-whole";
import {spriteImages, spritePng} from "./sprite";

/** Points for TensorBoard's projector: `values[i * width + j]`, and the facts about each. */
export interface Projection {
  /**
   * The name in the projector's list, such as "epoch 3". It is also the name of the folder, so each name has one
   * folder.
   */
  readonly name: string;
  readonly width: number;
  readonly values: ArrayLike<number>;
  /**
   * One row for each point, escaped by `cell`. It must have at least two columns; otherwise TensorBoard takes the
   * header for a row.
   */
  readonly columns: {readonly [heading: string]: readonly string[]};
  /** One picture for each point, in the same order. */
  readonly images?: Images;
}

const SPRITE = "projector/sprite.png";

/**
 * Writes the files that the projector plugin reads into `folder` (a run's log folder): tensors and metadata in
 * `projector/<n>-<name>/`; one sprite for all projections, because they show the same images; and
 * `projector_config.pbtxt`, which names all of them. It is called after each epoch with all projections so far, and
 * only writes the files of the last one.
 */
export async function writeProjector(folder: string, projections: readonly Projection[]): Promise<void> {
  const embeddings: string[] = [];
  const shown = new Map<Images, Images | undefined>(); // the projections of a run share their images
  for (const [n, projection] of projections.entries()) {
    const {name, width, values, columns, images} = projection;
    const at = `projector/${n}-${name.replace(/[^a-z0-9]+/gi, "-").slice(0, 60)}`;
    const last = n === projections.length - 1;
    if (last) {
      await writeWhole(join(folder, at, "tensors.tsv"), await tensorsInTurns(values, width));
      await writeWhole(join(folder, at, "metadata.tsv"), metadataTsv(columns));
    }
    if (images && !shown.has(images)) shown.set(images, spriteImages(images));
    const sprite = images && shown.get(images);
    const isFirst = !projections.slice(0, n).some((before) => before.images);
    if (last && sprite && isFirst) await writeWhole(join(folder, SPRITE), await spritePng(sprite));
    const lines = [
      "embeddings {",
      `  tensor_name: ${quoted(name)}`,
      `  tensor_path: ${quoted(`${at}/tensors.tsv`)}`,
      `  metadata_path: ${quoted(`${at}/metadata.tsv`)}`,
      ...(sprite
        ? [
            "  sprite {",
            `    image_path: ${quoted(SPRITE)}`,
            `    single_image_dim: ${sprite.shape[1]}`,
            `    single_image_dim: ${sprite.shape[0]}`,
            "  }",
          ]
        : []),
      "}",
    ];
    embeddings.push(lines.join("\n"));
  }
  await writeWhole(join(folder, "projector_config.pbtxt"), `${embeddings.join("\n")}\n`);
}

/**
 * The length of "-123456700000000000000" and of the character after it. From 1e21 on, and below 1e-6, a number has an
 * exponent.
 */
const LONGEST = 23;
const [TAB, LINE_END, MINUS, POINT, ZERO] = Buffer.from("\t\n-.0");

/**
 * One point in each line, with tabs between its numbers and without a header; numbers have 5 significant digits or
 * more. They are written digit by digit into the bytes of the file: a million numbers for each epoch as strings would
 * take ten times as long, and 60 MB.
 *
 * @param from The first point; `to` is the point after the last.
 */
export function tensorsTsv(
  values: ArrayLike<number>,
  width: number,
  from = 0,
  to = Math.floor(values.length / width),
): Uint8Array {
  const bytes = Buffer.allocUnsafe((to - from) * width * LONGEST);
  let at = 0;
  for (let row = from * width; row < to * width; row += width) {
    for (let i = row; i < row + width; i++) {
      if (values[i] === 0) bytes[at++] = ZERO;
      else at = writeNumber(bytes, at, values[i]);
      bytes[at++] = TAB;
    }
    bytes[at - 1] = LINE_END;
  }
  return bytes.subarray(0, at);
}

/** How many points are written between two turns of the event loop. */
const AT_ONCE = 250;

async function tensorsInTurns(values: ArrayLike<number>, width: number): Promise<Uint8Array> {
  const count = Math.floor(values.length / width);
  const parts: Uint8Array[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    parts.push(tensorsTsv(values, width, from, Math.min(count, from + AT_ONCE)));
    await ownTurn();
  }
  return Buffer.concat(parts);
}

/**
 * Writes a number other than 0, with seven decimals; or with seven digits, if that would be too few or too many.
 * @returns The place where it ends.
 */
function writeNumber(bytes: Buffer, at: number, value: number): number {
  if (value < 0) bytes[at++] = MINUS;
  const size = Math.abs(value);
  if (size >= 0.01 && size < 999) {
    const scaled = Math.floor(size * 1e7 + 0.5);
    const whole = Math.floor(scaled / 1e7);
    if (whole >= 100) bytes[at++] = ZERO + ((whole / 100) | 0);
    if (whole >= 10) bytes[at++] = ZERO + (((whole / 10) | 0) % 10);
    bytes[at++] = ZERO + (whole % 10);
    return writeDecimals(bytes, at, 0, scaled - whole * 1e7);
  }
  // a 32-bit float has 24 binary digits, and 1e12 has 28 without its factors of two: their product is exact, and so is
  // its rounding
  if (size >= 1e-6 && size < 0.01 && Math.fround(size) === size) {
    let [zeros, scale] = [2, 1e9];
    for (; size * scale < 1e6; scale *= 10) zeros++;
    const scaled = Math.floor(size * scale + 0.5);
    bytes[at++] = ZERO;
    return scaled < 1e7 ? writeDecimals(bytes, at, zeros, scaled) : writeDecimals(bytes, at, zeros - 1, scaled / 10);
  }
  return at + bytes.write(`${Number(size.toPrecision(7))}`, at, "latin1");
}

/**
 * Writes a decimal point, some zeros, and a number of seven digits, without zeros at the end.
 *
 * @returns The place after the last byte.
 */
function writeDecimals(bytes: Buffer, at: number, zeros: number, seven: number): number {
  if (seven === 0) return at;
  bytes[at++] = POINT;
  for (let n = 0; n < zeros; n++) bytes[at++] = ZERO;
  let rest = seven | 0; // a 32-bit number, which is divided by 10 without a division
  for (let place = at + 6; place >= at; place--) {
    const tenth = (rest / 10) | 0;
    bytes[place] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
  at += 7;
  while (bytes[at - 1] === ZERO) at--;
  return at;
}

/** A header line, then one line for each point. */
export function metadataTsv(columns: {readonly [heading: string]: readonly string[]}): string {
  const headings = Object.keys(columns);
  const rows = columns[headings[0]].map((_, i) => headings.map((heading) => cell(columns[heading][i])).join("\t"));
  return `${[headings.map(cell).join("\t"), ...rows].join("\n")}\n`;
}

/** Writes a string for a protobuf text file. */
function quoted(value: string): string {
  return JSON.stringify(value);
}
