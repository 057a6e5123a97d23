/**
 * @file Decides how much smaller pictures and maps are made, so that a page of photographs is not larger than one of
 * digits.
 */

import {deflateRawSync} from "node:zlib";

/** The most bytes of pixels that a page carries: a test split of 10,000 MNIST digits is 7.8 MB. */
const PIXEL_BYTES = 16e6;
/** The most bytes of pixels after packing: digits shrink to a fifth, photographs hardly at all. */
const PACKED_PIXEL_BYTES = 2.4e6;
/** The most bytes of all saliency maps together, and of all activations, before packing. */
const SALIENCY_BYTES = 2e6;
const ACTIVATION_BYTES = 2.5e6;
/** The smallest number of pixels on a side to which maps are reduced; maps of digits stay as they are. */
const LEAST_SIDE = 16;
/** How many bytes, from all over the images, are packed to see how well the images pack. */
const TRIED = 1 << 18;

/**
 * The side, in pixels, of the squares that are averaged into one pixel, so that all images fit into the page; 1 for
 * MNIST.
 *
 * @param pixels `[count, height, width, channels]`. If they are not known, they are assumed to shrink as much as
 * digits.
 * @returns The smallest whole number that is enough.
 */
export function reduction(count: number, height: number, width: number, channels: number, pixels?: Uint8Array): number {
  const packs = pixels?.length ? packedShare(pixels) : 0;
  for (let step = 1; ; step++) {
    const bytes = count * Math.ceil(height / step) * Math.ceil(width / step) * channels;
    if (bytes <= PIXEL_BYTES && bytes * packs <= PACKED_PIXEL_BYTES) return step;
    if (step > Math.max(height, width)) return step;
  }
}

/** The share of their size that bytes keep after compression, estimated from a sample. */
export function packedShare(bytes: Uint8Array): number {
  const pieces = 16;
  const size = Math.ceil(Math.min(TRIED, bytes.length) / pieces);
  const sample = new Uint8Array(size * pieces);
  for (let p = 0; p < pieces; p++) {
    const from = Math.floor(((bytes.length - size) * p) / (pieces - 1));
    sample.set(bytes.subarray(from, from + size), p * size);
  }
  return Math.min(1, deflateRawSync(sample, {level: 4}).length / sample.length);
}

/** The same side for all maps. @param bytes How many bytes all maps of all epochs have before. */
export function mapReduction(bytes: number, height: number, width: number): number {
  return stepFor(bytes, SALIENCY_BYTES, Math.min(height, width));
}

/**
 * The same for activations, where each layer has its own side. @param bytes How many bytes all layers, images and
 * epochs have.
 */
export function activationReduction(bytes: number, height: number, width: number): number {
  return stepFor(bytes, ACTIVATION_BYTES, Math.min(height, width));
}

function stepFor(bytes: number, most: number, side: number): number {
  let step = 1;
  while (bytes / step ** 2 > most && side / (step + 1) >= LEAST_SIDE) step++;
  return step;
}

/**
 * Reduces maps by blocks of `step` × `step` pixels (smaller at the right and lower edge). Each block becomes the value
 * that is farthest from 0, so that an important spot is not averaged away.
 *
 * @param maps `[count, height, width, channels]`.
 * @returns `[count, ⌈height / step⌉, ⌈width / step⌉, channels]`.
 */
export function coarser<T extends Uint8Array | Int8Array>(
  maps: T,
  [count, height, width, channels]: readonly [number, number, number, number],
  step: number,
): T {
  if (step === 1) return maps;
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const small = new (maps.constructor as new (length: number) => T)(count * rows * columns * channels);
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = ((n * height + y) * width + x) * channels;
        const to = ((n * rows + Math.floor(y / step)) * columns + Math.floor(x / step)) * channels;
        for (let c = 0; c < channels; c++) {
          if (Math.abs(maps[from + c]) > Math.abs(small[to + c])) small[to + c] = maps[from + c];
        }
      }
    }
  }
  return small;
}
