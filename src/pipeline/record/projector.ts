import {join} from "node:path";
import {createCanvas} from "@napi-rs/canvas";
import type {Images} from "../types";
import {writeDecimal} from "./decimal";
import {writeWhole} from "./write-whole";

/** Points for TensorBoard's projector: `values[i * width + j]`, and what is known of each. */
export interface Projection {
  /** Shown in the projector's list, e.g. "epoch 3". Also names the folder, so one name, one folder. */
  readonly name: string;
  readonly width: number;
  readonly values: ArrayLike<number>;
  /** One row a point; "\t" and line ends become spaces. At least two columns, or TensorBoard takes the header for a row. */
  readonly columns: {readonly [heading: string]: readonly string[]};
  /** One picture a point, in the same order. */
  readonly images?: Images;
}

const SPRITE = "projector/sprite.png";

/** The largest sprite that browsers draw in one piece, pixels a side. */
const SPRITE_SIDE = 8192;

/**
 * Writes what the projector plugin reads, into `folder` (a run's log folder): tensors and metadata in
 * `projector/<n>-<name>/`, one sprite for all, as they show the same images, and `projector_config.pbtxt` naming all of
 * them. Called again with all projections so far after each epoch; only the last one's files are written anew.
 */
export async function writeProjector(folder: string, projections: readonly Projection[]): Promise<void> {
  const embeddings: string[] = [];
  for (const [n, projection] of projections.entries()) {
    const {name, width, values, columns, images} = projection;
    const at = `projector/${n}-${name.replace(/[^a-z0-9]+/gi, "-").slice(0, 60)}`;
    const last = n === projections.length - 1;
    if (last) {
      await writeWhole(join(folder, at, "tensors.tsv"), tensorsTsv(values, width));
      await writeWhole(join(folder, at, "metadata.tsv"), metadataTsv(columns));
    }
    const fits = images && spriteSide(images) <= SPRITE_SIDE;
    const isFirst = !projections.slice(0, n).some((before) => before.images);
    if (last && fits && isFirst) await writeWhole(join(folder, SPRITE), spritePng(images));
    const lines = [
      "embeddings {",
      `  tensor_name: ${quoted(name)}`,
      `  tensor_path: ${quoted(`${at}/tensors.tsv`)}`,
      `  metadata_path: ${quoted(`${at}/metadata.tsv`)}`,
      ...(fits
        ? [
            "  sprite {",
            `    image_path: ${quoted(SPRITE)}`,
            `    single_image_dim: ${images.shape[1]}`,
            `    single_image_dim: ${images.shape[0]}`,
            "  }",
          ]
        : []),
      "}",
    ];
    embeddings.push(lines.join("\n"));
  }
  await writeWhole(join(folder, "projector_config.pbtxt"), `${embeddings.join("\n")}\n`);
}

/** "-123456700000000000000" and what parts it from the next. */
const LONGEST = 23;
const [TAB, LINE_END] = Buffer.from("\t\n");

/**
 * One point a line, tab between numbers, no header; numbers to 5 significant digits or more. Written digit by digit into
 * the bytes of the file: a million numbers an epoch as strings would take five times as long, and 60 MB.
 */
export function tensorsTsv(values: ArrayLike<number>, width: number): Uint8Array {
  const count = Math.floor(values.length / width) * width;
  const bytes = Buffer.alloc(count * LONGEST);
  let at = 0;
  for (let i = 0; i < count; i++) {
    at = writeNumber(bytes, at, values[i]);
    bytes[at++] = (i + 1) % width === 0 ? LINE_END : TAB;
  }
  return bytes.subarray(0, at);
}

/** To seven decimals, or to seven digits where that would be too few or too many. @returns Where it ends. */
function writeNumber(bytes: Buffer, at: number, value: number): number {
  const size = Math.abs(value);
  if (value !== 0 && !(size >= 0.01 && size < 999)) {
    return at + bytes.write(`${Number(value.toPrecision(7))}`, at, "latin1");
  }
  return writeDecimal(bytes, at, value < 0, Math.round(size * 1e7), 7);
}

/** A header line, then one point a line. */
export function metadataTsv(columns: {readonly [heading: string]: readonly string[]}): string {
  const clean = (cell: string) => cell.replace(/[\t\r\n]+/g, " ");
  const headings = Object.keys(columns);
  const rows = columns[headings[0]].map((_, i) => headings.map((heading) => clean(columns[heading][i])).join("\t"));
  return `${[headings.map(clean).join("\t"), ...rows].join("\n")}\n`;
}

function spriteSide({count, shape: [height, width]}: Images): number {
  return Math.ceil(Math.sqrt(count)) * Math.max(height, width);
}

/** All images in one square, row by row, as dark ink on white where they are grey. */
export function spritePng({count, shape: [height, width, channels], pixels}: Images): Buffer {
  const side = Math.ceil(Math.sqrt(count));
  const canvas = createCanvas(side * width, side * height);
  const context = canvas.getContext("2d");
  const sheet = context.createImageData(side * width, side * height);
  for (let n = 0; n < count; n++) {
    const [left, top] = [(n % side) * width, Math.floor(n / side) * height];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = ((n * height + y) * width + x) * channels;
        const to = 4 * ((top + y) * side * width + left + x);
        for (let c = 0; c < 3; c++) {
          sheet.data[to + c] = Math.round(255 * (channels === 1 ? 1 - pixels[from] : pixels[from + c]));
        }
        sheet.data[to + 3] = 255;
      }
    }
  }
  context.putImageData(sheet, 0, 0);
  return canvas.encodeSync("png");
}

/** A string of a protobuf text file. */
function quoted(value: string): string {
  return JSON.stringify(value);
}
