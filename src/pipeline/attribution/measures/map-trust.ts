import {unchanging} from "../../../lime/unchanging";
import type {DifferentiableClassifier} from "../../../nouns/network";
import type {RandomSource} from "../../../nouns/random";
import type {Images} from "../../../nouns/samples";

/**
 * How far a map of one image can be trusted: infidelity and max-sensitivity (Yeh, Hsieh, Suggala, Inouye & Ravikumar
 * 2019, "On the (In)fidelity and Sensitivity of Explanations", definitions 2.1 and 3.1). All are 0 for the gradient of a
 * network that is linear.
 */
export interface MapTrust {
  /**
   * The mean over squares I of the image ("square removal") of (I · map − (logit − logit without I))², in logits². NaN
   * if removing squares changes nothing, as for an empty image: then no map can predict this well or badly.
   */
  readonly infidelity: number;
  /**
   * The infidelity divided by that of a map of zeros: 0 if the map predicts the effect of removing squares, above 1 if
   * it predicts worse than no map. NaN if removing squares changes nothing.
   */
  readonly relativeInfidelity: number;
  /**
   * The largest change of the map among near images that were drawn, divided by the map's own length. It is not finite
   * for a map of zeros.
   */
  readonly maxSensitivity: number;
}

/** How many squares are removed; each is a quarter of the image's shorter side wide. */
const SQUARES = 50;
/** How many near images are drawn. Their pixels differ by up to RADIUS, drawn evenly; both are captum's defaults. */
const NEIGHBOURS = 10;
const RADIUS = 0.02;

/** @param map The gradient of the target's logit at the image, laid out as the image's pixels. */
export async function mapTrust(
  classifier: DifferentiableClassifier,
  image: Images,
  target: number,
  map: Float32Array,
  random: RandomSource,
): Promise<MapTrust> {
  const squares = randomSquares(image, SQUARES, random);
  const without = repeated(image, 1 + SQUARES, (v, i, n) => v - (n === 0 ? 0 : squares[n - 1][i])); // first, the whole
  const logits = await classifier.logits(without);
  const logit = (n: number) => logits[n * classifier.classNames.length + target];
  let [errors, changes] = [0, 0];
  squares.forEach((square, n) => {
    const change = logit(0) - logit(n + 1);
    errors += (dot(square, map) - change) ** 2;
    changes += change ** 2;
  });

  const near = repeated(image, NEIGHBOURS, (v) => v + RADIUS * (2 * random() - 1));
  const maps = await classifier.inputGradient(near, new Uint16Array(NEIGHBOURS).fill(target));
  let farthest = 0;
  for (let n = 0; n < NEIGHBOURS; n++) {
    const change = maps.subarray(n * map.length, (n + 1) * map.length).map((v, i) => v - map[i]);
    farthest = Math.max(farthest, dot(change, change));
  }
  const still = unchanging(Float64Array.from({length: 1 + SQUARES}, (_, n) => logit(n)));
  return {
    infidelity: still ? Number.NaN : errors / SQUARES,
    relativeInfidelity: still ? Number.NaN : errors / changes,
    maxSensitivity: Math.sqrt(farthest / dot(map, map)),
  };
}

/** Makes images that have the image's own pixels in a random square, and 0 around it. */
function randomSquares({shape: [height, width, channels], pixels}: Images, count: number, random: RandomSource) {
  const side = Math.max(1, Math.round(Math.min(height, width) / 4));
  return Array.from({length: count}, () => {
    const square = new Float32Array(pixels.length);
    const [top, left] = [height, width].map((length) => Math.floor(random() * (length - side + 1)));
    for (let y = top; y < top + side; y++) {
      const [from, to] = [(y * width + left) * channels, (y * width + left + side) * channels];
      square.set(pixels.subarray(from, to), from);
    }
    return square;
  });
}

/** Makes `count` copies of one image. `change` changes each pixel, by its place and the number of its copy. */
function repeated(
  {shape, pixels}: Images,
  count: number,
  change: (value: number, place: number, copy: number) => number,
): Images {
  const copies = new Float32Array(count * pixels.length);
  for (let i = 0; i < copies.length; i++) {
    const place = i % pixels.length;
    copies[i] = change(pixels[place], place, Math.floor(i / pixels.length));
  }
  return {count, shape, pixels: copies};
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
