import type {Raster} from "./raster";
import {openWorkspace} from "./workspace";

/** sRGB to XYZ under D65 (ITU-R BT.709 primaries), as rounded in scikit-image's `xyz_from_rgb`. */
const XYZ_OF_RGB = [0.412453, 0.35758, 0.180423, 0.212671, 0.71516, 0.072169, 0.019334, 0.119193, 0.950227];
/** The white point D65 for the 2° observer. */
const WHITE = [0.95047, 1, 1.08883];

/**
 * The image in CIE L*a*b*, three numbers a pixel, L in [0, 100], where Euclidean distance is roughly a difference that
 * eyes see. A grey image is taken as equal red, green and blue.
 */
export function labOf({shape: [height, width, channels], pixels}: Raster): Float64Array {
  const count = height * width * 3;
  const {respond, doubles} = openWorkspace(8 * (count + 1));
  const xyz = doubles(count + 1).fill(0, count);
  const step = channels >= 3 ? 1 : 0;
  const remembered = rememberedLinear();
  for (let p = 0; p < height * width; p++) {
    const r = remembered(pixels[p * channels]);
    const g = step ? remembered(pixels[p * channels + 1]) : r;
    const b = step ? remembered(pixels[p * channels + 2]) : r;
    xyz[3 * p] = (r * XYZ_OF_RGB[0] + g * XYZ_OF_RGB[1] + b * XYZ_OF_RGB[2]) / WHITE[0];
    xyz[3 * p + 1] = (r * XYZ_OF_RGB[3] + g * XYZ_OF_RGB[4] + b * XYZ_OF_RGB[5]) / WHITE[1];
    xyz[3 * p + 2] = (r * XYZ_OF_RGB[6] + g * XYZ_OF_RGB[7] + b * XYZ_OF_RGB[8]) / WHITE[2];
  }
  respond(xyz, count);
  const lab = new Float64Array(count);
  for (let i = 0; i < count; i += 3) {
    lab[i] = 116 * xyz[i + 1] - 16;
    lab[i + 1] = 500 * (xyz[i] - xyz[i + 1]);
    lab[i + 2] = 200 * (xyz[i + 1] - xyz[i + 2]);
  }
  return lab;
}

/**
 * The function `linear`, computed only once for each of the 256 intensities of an 8-bit image: powers are half the cost
 * of Lab.
 */
function rememberedLinear(): (v: number) => number {
  const known = new Float64Array(256).fill(Number.NaN);
  const answers = new Float64Array(256);
  return (v) => {
    const slot = (v * 255 + 0.5) & 255;
    if (known[slot] !== v) {
      known[slot] = v;
      answers[slot] = linear(v);
    }
    return answers[slot];
  };
}

/** Undoes the gamma of sRGB (IEC 61966-2-1). */
function linear(v: number): number {
  return v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92;
}
