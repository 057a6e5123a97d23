import type {ImageShape} from "../classifier";
import {type Segmentation, segmentationOf} from "./raster";

/** About `segments` rectangles in rows and columns, as square as the image allows. It does not look at the pixels. */
export function grid([height, width]: ImageShape, segments: number): Segmentation {
  const rows = Math.min(height, Math.max(1, Math.round(Math.sqrt((segments * height) / width))));
  const columns = Math.min(width, Math.max(1, Math.round(segments / rows)));
  return segmentationOf(
    Int32Array.from({length: height * width}, (_, p) => {
      const [y, x] = [Math.floor(p / width), p % width];
      return Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
    }),
  );
}
