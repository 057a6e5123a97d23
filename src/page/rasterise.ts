import type {Lesson} from "./lesson";

/** A line that the pen has drawn: points from 0 to 1 across and down the pad. */
export type Stroke = (readonly [x: number, y: number])[];

/** Half of the pen's width, and the width of its soft edge, as shares of MNIST's 28 pixels. */
const [PEN, SOFT] = [1.15 / 28, 0.6 / 28];
/** The share of the picture that the digit fills: 20 of MNIST's 28 pixels. */
const BOX = 20 / 28;
/** A single dot is drawn as if it were this large, as a share of the pad. */
const LEAST = 0.06;

/**
 * Makes a picture like the lesson's from strokes. A digit is placed like MNIST's digits (LeCun et al. 1998), whatever
 * the size at which it was drawn: its longer side takes 20 of 28 pixels, and the centre of mass of its ink is in the
 * middle.
 *
 * @returns Numbers in [0, 1], NHWC.
 */
export function rasterise(strokes: readonly Stroke[], {shape, words, isInk}: Lesson): Float32Array {
  const [height, width, channels] = shape;
  const asDrawn = strokes.map((stroke) => stroke.map(([x, y]) => [x * width, y * height] as const));
  const ink = words.one === "digit" ? placedAsDigit(asDrawn, height, width) : inked(asDrawn, height, width);
  if (channels === 1) return isInk ? ink : ink.map((value) => 1 - value);
  return Float32Array.from({length: height * width * channels}, (_, i) => 1 - ink[Math.floor(i / channels)]);
}

type Line = readonly (readonly [number, number])[];

function placedAsDigit(strokes: readonly Line[], height: number, width: number): Float32Array {
  const side = Math.max(height, width);
  const all = strokes.flat();
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = ((BOX - 2 * PEN) * side) / Math.max(right - left, bottom - top, LEAST * side);
  const placed = (dx: number, dy: number) =>
    strokes.map((stroke) =>
      stroke.map(([x, y]) => {
        const [fromX, fromY] = [x - (left + right) / 2, y - (top + bottom) / 2];
        return [width / 2 + fromX * scale + dx, height / 2 + fromY * scale + dy] as const;
      }),
    );
  const first = inked(placed(0, 0), height, width);
  let [mass, x, y] = [0, 0, 0];
  first.forEach((ink, p) => {
    mass += ink;
    x += ink * ((p % width) + 0.5);
    y += ink * (Math.floor(p / width) + 0.5);
  });
  return inked(placed(width / 2 - x / mass, height / 2 - y / mass), height, width);
}

/** A round pen: full ink near the line, and none a little farther away. */
function inked(strokes: readonly Line[], height: number, width: number): Float32Array {
  const side = Math.max(height, width);
  const [pen, soft] = [PEN * side, SOFT * side];
  const reach = pen + soft + 1;
  const out = new Float32Array(height * width);
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i++) {
      const [[ax, ay], [bx, by]] = [stroke[Math.max(0, i - 1)], stroke[i]];
      const square = (bx - ax) ** 2 + (by - ay) ** 2;
      const [from, to] = [Math.floor(Math.min(ay, by) - reach), Math.ceil(Math.max(ay, by) + reach)];
      for (let y = Math.max(0, from); y < Math.min(height, to); y++) {
        for (let x = 0; x < width; x++) {
          const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
          const along = square ? Math.max(0, Math.min(1, (px * (bx - ax) + py * (by - ay)) / square)) : 0;
          const far = Math.hypot(px - along * (bx - ax), py - along * (by - ay));
          const ink = Math.max(0, Math.min(1, (pen + soft - far) / (2 * soft)));
          if (ink > out[y * width + x]) out[y * width + x] = ink;
        }
      }
    }
  }
  return out;
}
