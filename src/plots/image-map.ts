import {createCanvas} from "@napi-rs/canvas";
import {classColor, type Rgb} from "./color";
import {type Figure, figure} from "./figure";
import {placed} from "./placed";
import {text} from "./text";

export interface ImageMap {
  readonly title: string;
  /** `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  readonly labels: Uint16Array;
  /** Bytes, `pixels[((i * height + y) * width + x) * channels + c]`, 0 the background. */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const SIDE = 1500;
const TOP = 44;
/** Images next to each other would fill about this share of the sheet. */
const FILL = 0.55;

/** The images themselves where a map has their points: grey ones in their class's ink, the background clear. */
export function imageMap({title, points, labels, pixels, height, width, channels}: ImageMap): Figure {
  const n = labels.length;
  const {xs, ys} = placed(points, n, {left: 24, top: TOP, side: SIDE});
  const size = Math.max(6, Math.min(64, SIDE * Math.sqrt(FILL / Math.max(1, n))));
  const [w, h] = [(size * width) / Math.max(height, width), (size * height) / Math.max(height, width)];
  const tile = createCanvas(width, height);
  const tileContext = tile.getContext("2d");
  const data = tileContext.createImageData(width, height);
  return figure(SIDE + 48, TOP + SIDE + 24, (context) => {
    text(context, title, 24, 24, {size: 20, bold: true});
    for (let i = 0; i < n; i++) {
      const ink = classColor(labels[i]);
      for (let p = 0; p < width * height; p++) {
        const from = (i * width * height + p) * channels;
        const rgb: Rgb = channels === 1 ? ink : [pixels[from], pixels[from + 1], pixels[from + 2]];
        for (let c = 0; c < 3; c++) data.data[4 * p + c] = Math.round(rgb[c]);
        data.data[4 * p + 3] = channels === 1 ? pixels[from] : 255;
      }
      tileContext.putImageData(data, 0, 0);
      context.drawImage(tile, xs[i] - w / 2, ys[i] - h / 2, w, h);
    }
  });
}
