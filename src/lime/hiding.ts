import type {Images, RandomSource} from "./classifier";
import {gaussianBlur} from "./segmentation/gaussian-blur";
import {type Segmentation, segmentSizes} from "./segmentation/raster";
import type {Hiding} from "./settings";

/**
 * The image as it looks with all segments hidden. A masked image takes each segment from here or from the image.
 *
 * @param image  One image.
 * @param random Used for "noise" only. The noise is drawn once, so that a hidden segment always looks the same.
 * @returns Laid out as the image's pixels.
 */
export function hiddenLook(
  image: Images,
  segmentation: Segmentation,
  hiding: Hiding,
  random: RandomSource,
): Float32Array {
  const {
    pixels,
    shape: [height, width, channels],
  } = image;
  if (hiding === "mean" || hiding === "fill") {
    const means = segmentMeans(image, segmentation);
    return painted(hiding === "mean" ? means : opposites(means, inkOf(image)), segmentation, channels);
  }
  if (hiding === "blur")
    return Float32Array.from(gaussianBlur(pixels, height, width, channels, Math.max(height, width) / 14));
  if (hiding === "noise") return pixels.map(() => random());
  if (hiding.length !== 1 && hiding.length !== channels) {
    throw new RangeError(`hiding: expected 1 or ${channels} numbers for a colour, got ${hiding.length}`);
  }
  return pixels.map((_, i) => hiding[(i % channels) % hiding.length]);
}

/** An image in which every pixel has the colour of its segment, `colors[segment * channels + c]`. */
function painted(colors: Float64Array, {labels}: Segmentation, channels: number): Float32Array {
  const pixels = new Float32Array(labels.length * channels);
  for (let p = 0, i = 0; p < labels.length; p++) {
    for (let c = 0; c < channels; c++) pixels[i++] = colors[labels[p] * channels + c];
  }
  return pixels;
}

/** The mean colour of each segment, `out[segment * channels + c]`. */
function segmentMeans({pixels, shape: [, , channels]}: Images, segmentation: Segmentation): Float64Array {
  const {labels, count} = segmentation;
  const sizes = segmentSizes(segmentation);
  const means = new Float64Array(count * channels);
  for (let p = 0, i = 0; p < labels.length; p++) {
    for (let c = 0; c < channels; c++) means[labels[p] * channels + c] += pixels[i++];
  }
  for (let i = 0; i < means.length; i++) means[i] /= sizes[Math.floor(i / channels)];
  return means;
}

/**
 * The intensity of full ink in each channel: the 95th percentile of the intensities that are not background; 1 for a
 * blank image.
 */
function inkOf({pixels, shape: [, , channels]}: Images): Float64Array {
  return Float64Array.from({length: channels}, (_, c) => {
    const inked = pixels.filter((v, i) => i % channels === c && v > 0.05).sort();
    return inked.length ? inked[Math.floor(0.95 * (inked.length - 1))] : 1;
  });
}

/** Gives ink to a segment that is emptier than half ink, and background to one that is fuller. */
function opposites(means: Float64Array, ink: Float64Array): Float64Array {
  const channels = ink.length;
  return means.map((_, i) => {
    const segment = Math.floor(i / channels) * channels;
    let [mean, full] = [0, 0];
    for (let c = 0; c < channels; c++) {
      mean += means[segment + c];
      full += ink[c];
    }
    return mean >= full / 2 ? 0 : ink[i % channels];
  });
}
