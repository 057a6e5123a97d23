import {type Content, chunk, deflated, headerChunk, pngFile} from "./png";

/** Frames of one size, in which each pixel is a place in the palette. */
export interface Animation {
  readonly width: number;
  readonly height: number;
  /** At most 256 colours, three bytes each. */
  readonly palette: Uint8Array;
  readonly content: Content;
  /** Each frame is packed before the next is asked for, so all frames may be drawn into the same array. */
  readonly frames: Iterable<AnimationFrame>;
}

export interface AnimationFrame {
  /** `rows[y * (width + 1) + 1 + x]`, with a filter byte of 0 at the beginning of each row. */
  readonly rows: Uint8Array;
  /** How long the frame is shown. */
  readonly milliseconds: number;
}

/**
 * An animated PNG that repeats for ever (PNG third edition, W3C 2025, section 11.3.6): every browser shows it, and
 * programs that do not support it show the first frame.
 *
 * @param turn A function that is awaited after every frame.
 */
export async function animatedPng(
  {width, height, palette, content, frames}: Animation,
  turn: () => Promise<void>,
): Promise<Uint8Array> {
  let sequence = 0;
  let count = 0;
  const chunks: Uint8Array[] = [];
  for (const {rows, milliseconds} of frames) {
    const control = bytes(26, (view) => {
      view.setUint32(0, sequence++);
      view.setUint32(4, width);
      view.setUint32(8, height);
      view.setUint16(20, milliseconds);
      view.setUint16(22, 1000);
    });
    chunks.push(chunk("fcTL", control));
    const packed = deflated(rows, content);
    await turn();
    if (count++ === 0) {
      chunks.push(chunk("IDAT", packed));
      continue;
    }
    const numbered = new Uint8Array(4 + packed.length);
    new DataView(numbered.buffer).setUint32(0, sequence++);
    numbered.set(packed, 4);
    chunks.push(chunk("fdAT", numbered));
  }
  const control = bytes(8, (view) => view.setUint32(0, count));
  return pngFile(headerChunk(width, height, "palette"), chunk("PLTE", palette), chunk("acTL", control), ...chunks);
}

function bytes(length: number, fill: (view: DataView) => void): Uint8Array {
  const out = new Uint8Array(length);
  fill(new DataView(out.buffer));
  return out;
}
