import {crc32, deflateSync} from "node:zlib";

/** Frames of one size, each pixel a place in the palette, and how long each is shown. */
export interface Animation {
  readonly width: number;
  readonly height: number;
  /** At most 256 colours, three bytes each. */
  readonly palette: Uint8Array;
  readonly frames: readonly {readonly pixels: Uint8Array; readonly milliseconds: number}[];
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * An animated PNG that repeats for ever (PNG third edition, W3C 2025, section 11.3.6): every browser shows it, and what
 * does not know it shows the first frame.
 */
export function animatedPng({width, height, palette, frames}: Animation): Uint8Array {
  const header = bytes(13, (view) => {
    view.setUint32(0, width);
    view.setUint32(4, height);
    view.setUint8(8, 8); // bits a pixel
    view.setUint8(9, 3); // by palette
  });
  let sequence = 0;
  const chunks = [
    chunk("IHDR", header),
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
      const packed = deflateSync(scanlines(pixels, width, height));
      if (f === 0) return [chunk("fcTL", control), chunk("IDAT", packed)];
      const numbered = new Uint8Array(4 + packed.length);
      new DataView(numbered.buffer).setUint32(0, sequence++);
      numbered.set(packed, 4);
      return [chunk("fcTL", control), chunk("fdAT", numbered)];
    }),
    chunk("IEND", new Uint8Array(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

/** Rows as they are, each behind a filter byte of 0. */
function scanlines(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) out.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return out;
}

/** Length, type, data, and the check sum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(Buffer.from(type, "latin1"), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

function bytes(length: number, fill: (view: DataView) => void): Uint8Array {
  const out = new Uint8Array(length);
  fill(new DataView(out.buffer));
  return out;
}
