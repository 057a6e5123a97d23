import type {Dataset, ImageShape, LabelledImages, Split} from "../../nouns/samples";
import {resampler} from "../data/images/resize";

/**
 * Makes a data set's images fit a network: cut in the middle to its proportions, resampled, and in grey or in colour.
 *
 * @returns The data set itself if it fits.
 */
export function fittedData(data: Dataset, shape: ImageShape): Dataset {
  if (`${data.imageShape}` === `${shape}`) return data;
  const scaledSplit = ({readBytes: _, ...split}: Split): Split => ({
    ...split,
    read: async (indices) => fitted(await split.read(indices), shape),
  });
  return {
    ...data,
    imageShape: shape,
    train: scaledSplit(data.train),
    validation: scaledSplit(data.validation),
    test: scaledSplit(data.test),
  };
}

function fitted(images: LabelledImages, shape: ImageShape): LabelledImages {
  const {count, shape: from} = images;
  const size = shape[0] * shape[1] * shape[2];
  const own = from[0] * from[1] * from[2];
  const pixels = new Float32Array(count * size);
  for (let n = 0; n < count; n++) {
    const scaled = resized(images.pixels.subarray(n * own, (n + 1) * own), from, shape);
    pixels.set(recoloured(scaled, from[2], shape[2]), n * size);
  }
  return {...images, shape, pixels};
}

function resized(
  pixels: Float32Array,
  [height, width, channels]: ImageShape,
  [toHeight, toWidth]: ImageShape,
): Float32Array {
  if (height === toHeight && width === toWidth) return pixels;
  const cropHeight = Math.max(1, Math.min(height, Math.round((width * toHeight) / toWidth)));
  const cropWidth = Math.max(1, Math.min(width, Math.round((height * toWidth) / toHeight)));
  const [top, left] = [Math.floor((height - cropHeight) / 2), Math.floor((width - cropWidth) / 2)];
  const scaled = resampler([cropHeight, cropWidth, channels], [toHeight, toWidth]);
  for (let y = top; y < top + cropHeight; y++) {
    const start = (y * width + left) * channels;
    scaled.add(pixels.subarray(start, start + cropWidth * channels));
  }
  return scaled.values;
}

/** Puts grey into all three channels; or turns colours into grey by ITU-R BT.601, as Pillow's mode "L" does. */
function recoloured(pixels: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return pixels;
  if (to === 3) return Float32Array.from({length: 3 * pixels.length}, (_, i) => pixels[Math.floor(i / 3)]);
  return Float32Array.from({length: pixels.length / 3}, (_, p) => {
    return 0.299 * pixels[3 * p] + 0.587 * pixels[3 * p + 1] + 0.114 * pixels[3 * p + 2];
  });
}
