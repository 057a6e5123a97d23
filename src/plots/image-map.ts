import {classColor, type Rgb} from "./color";
import {type Figure, figure} from "./figure";
import {blend, onPixels, type Pixels} from "./pixels";
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
/** Units drawn at a time: the whole sheet's pixels would be 36 MB once more. */
const BAND = 100;

/** The images themselves where a map has their points: grey ones in their class's ink, the background clear. */
export function imageMap(images: ImageMap): Figure {
  const {title, points, labels, height, width, channels} = images;
  const n = labels.length;
  const {xs, ys} = placed(points, n, {left: 24, top: TOP, side: SIDE});
  const size = Math.max(6, Math.min(64, SIDE * Math.sqrt(FILL / Math.max(1, n))));
  const [w, h] = [(size * width) / Math.max(height, width), (size * height) / Math.max(height, width)];
  return figure(SIDE + 48, TOP + SIDE + 24, (context) => {
    text(context, title, 24, 24, {size: 20, bold: true});
    for (let band = 0; band < SIDE; band += BAND) {
      onPixels(context, {left: 24, top: TOP + band, width: SIDE, height: BAND}, (sheet) => {
        for (let i = 0; i < n; i++) {
          if (ys[i] + h / 2 < TOP + band || ys[i] - h / 2 > TOP + band + BAND) continue;
          const tile = {at: i * width * height * channels, ink: channels === 1 ? classColor(labels[i]) : undefined};
          const [left, top] = [sheet.x(xs[i] - w / 2), sheet.y(ys[i] - h / 2)];
          drawTile(sheet, {left, top, width: w * sheet.scale, height: h * sheet.scale}, tile, images);
        }
      });
    }
  });
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Scales an image into a box by linear interpolation; a grey one is the opacity of its ink. */
function drawTile(
  sheet: Pixels,
  box: Box,
  {at, ink}: {readonly at: number; readonly ink: Rgb | undefined},
  {pixels, height, width, channels}: Pick<ImageMap, "pixels" | "height" | "width" | "channels">,
): void {
  const [left, right] = [Math.max(0, Math.round(box.left)), Math.min(sheet.width, Math.round(box.left + box.width))];
  const [top, bottom] = [Math.max(0, Math.round(box.top)), Math.min(sheet.height, Math.round(box.top + box.height))];
  for (let y = top; y < bottom; y++) {
    const v = Math.min(height - 1, Math.max(0, ((y + 0.5 - box.top) / box.height) * height - 0.5));
    const [y0, down] = [Math.floor(v), v - Math.floor(v)];
    const [row, below] = [at + y0 * width * channels, at + Math.min(height - 1, y0 + 1) * width * channels];
    for (let x = left; x < right; x++) {
      const u = Math.min(width - 1, Math.max(0, ((x + 0.5 - box.left) / box.width) * width - 0.5));
      const [x0, across] = [Math.floor(u), u - Math.floor(u)];
      const [a, b] = [x0 * channels, Math.min(width - 1, x0 + 1) * channels];
      const value = (c: number) => {
        const above = pixels[row + a + c] + (pixels[row + b + c] - pixels[row + a + c]) * across;
        const under = pixels[below + a + c] + (pixels[below + b + c] - pixels[below + a + c]) * across;
        return above + (under - above) * down;
      };
      const to = 4 * (y * sheet.width + x);
      if (ink) blend(sheet.data, to, ink[0], ink[1], ink[2], value(0) / 255);
      else blend(sheet.data, to, value(0), value(1), value(2), 1);
    }
  }
}
