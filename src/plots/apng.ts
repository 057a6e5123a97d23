import {deflateSync} from "node:zlib";
import {chunk, headerChunk, LEVEL, pngFile} from "./png";

/** Frames of one size, each pixel a place in the palette, and how long each is shown. */
export interface Animation {
  readonly width: number;
  readonly height: number;
  /** At most 256 colours, three bytes each. */
  readonly palette: Uint8Array;
  readonly frames: readonly {readonly pixels: Uint8Array; readonly milliseconds: number}[];
}

/**
 * An animated PNG that repeats for ever (PNG third edition, W3C 2025, section 11.3.6): every browser shows it, and what
 * does not know it shows the first frame.
 */
export function animatedPng({width, height, palette, frames}: Animation): Uint8Array {
  let sequence = 0;
  const chunks = [
    headerChunk(width, height, "palette"),
    chunk("PLTE", palette),
    chunk(
      "acTL",
      bytes(8, (view) => view.setUint32(0, frames.length)),
    ),
    ...frames.flatMap(({pixels, milliseconds}, f) => {
      const control = bytes(26, (view) => {
        view.setUint32(0, sequence++);
        view.setUint32(4, width);
        view.setUint32(8, height);
        view.setUint16(20, milliseconds);
        view.setUint16(22, 1000);
      });
      const packed = deflateSync(scanlines(pixels, width, height), {level: LEVEL});
      if (f === 0) return [chunk("fcTL", control), chunk("IDAT", packed)];
      const numbered = new Uint8Array(4 + packed.length);
      new DataView(numbered.buffer).setUint32(0, sequence++);
      numbered.set(packed, 4);
      return [chunk("fcTL", control), chunk("fdAT", numbered)];
    }),
  ];
  return pngFile(...chunks);
}

/** Rows as they are, each behind a filter byte of 0. */
function scanlines(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) out.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return out;
}

function bytes(length: number, fill: (view: DataView) => void): Uint8Array {
  const out = new Uint8Array(length);
  fill(new DataView(out.buffer));
  return out;
}
