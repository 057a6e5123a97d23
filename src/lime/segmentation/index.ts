import {type FelzenszwalbSettings, felzenszwalb} from "./felzenszwalb";
import {grid} from "./grid";
import {type QuickshiftSettings, quickshift} from "./quickshift";
import type {Raster, Segmentation} from "./raster";
import {type SlicSettings, slic} from "./slic";

/** A way to segment, with its settings. */
export type Segmenter =
  | ({readonly method: "slic"} & SlicSettings)
  | ({readonly method: "quickshift"} & QuickshiftSettings)
  | ({readonly method: "felzenszwalb"} & FelzenszwalbSettings)
  | {readonly method: "grid"; readonly segments: number};

export type SegmentationMethod = Segmenter["method"];

/** Divides one image into superpixels. */
export function segment(raster: Raster, segmenter: Segmenter): Segmentation {
  const {method} = segmenter;
  switch (method) {
    case "slic":
      return slic(raster, segmenter);
    case "quickshift":
      return quickshift(raster, segmenter);
    case "felzenszwalb":
      return felzenszwalb(raster, segmenter);
    case "grid":
      return grid(raster.shape, segmenter.segments);
    default:
      throw new Error(`segmentation: expected a known method, got ${method satisfies never}`);
  }
}

/**
 * Settings that suit an image's size, measured on MNIST digits (28 × 28) and on photos (224 × 224). The settings of the
 * published tools are made for photos: on digits, lime's quickshift finds a median of 2 segments. A photo gets about 40
 * segments and not 100, because both halves of 1,000 masks then name the same five strongest, and R² is no smaller.
 */
export function suitedSegmenter(method: SegmentationMethod, [height, width]: Raster["shape"]): Segmenter {
  const small = Math.max(height, width) <= 64;
  switch (method) {
    case "slic":
      return small
        ? {method, segments: 50, compactness: 1, sigma: 1}
        : {method, segments: 50, compactness: 10, sigma: 1};
    case "quickshift":
      return small
        ? {method, kernelSize: 2, maxDistance: 4, ratio: 0.2}
        : {method, kernelSize: 4, maxDistance: 200, ratio: 0.2};
    case "felzenszwalb":
      return small ? {method, scale: 10, sigma: 0.5, smallest: 4} : {method, scale: 300, sigma: 0.8, smallest: 20};
    case "grid":
      return {method, segments: 49};
    default:
      throw new Error(`segmentation: expected a known method, got ${method satisfies never}`);
  }
}
