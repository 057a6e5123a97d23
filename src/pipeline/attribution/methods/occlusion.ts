import {oneOf, UserError, wholeNumber} from "../../../nouns/options";
import {BASELINES, type Baseline, baselinePixels} from "./baseline";
import {copies, inParts} from "./copies";
import type {OutsideMethod} from "./method";

export interface OcclusionOptions {
  readonly window: number;
  readonly stride: number;
  readonly baseline: Baseline;
}

/**
 * How much the class's probability falls when a window is covered (Zeiler & Fergus 2014, section 4.2). A pixel gets the
 * mean over the windows that cover it, as in captum. The last window of a row or column is cut off at the border.
 */
export const occlusion: OutsideMethod<OcclusionOptions> = {
  name: "occlusion",
  help: "how far the class's probability falls when a window is covered; works with every model (Zeiler & Fergus 2014)",
  options: {
    window: {
      default: 0,
      help: "side of the window in pixels; 0: an eighth of the image's shorter side",
      check: wholeNumber,
    },
    stride: {default: 0, help: "pixels from one window to the next; 0: half a window", check: wholeNumber},
    baseline: {
      default: "black",
      help: "colour of the window: black, white, or mean (the image's mean colour)",
      check: oneOf(...BASELINES),
    },
  },
  needs: "answers",
  score: "probability",
  isSigned: true,
  questions: ([height, width], options) => {
    const {side, step} = sizesOf(height, width, options);
    return starts(height, side, step).length * starts(width, side, step).length;
  },
  baseline: (image, {baseline}) => baselinePixels(image, baseline),
  async run({classifier, image, targets}, options) {
    const [height, width, channels] = image.shape;
    const {side, step} = sizesOf(height, width, options);
    const windows = starts(height, side, step).flatMap((top) => starts(width, side, step).map((left) => ({top, left})));
    const cover = baselinePixels(image, options.baseline);
    const classes = classifier.classNames.length;
    const whole = await classifier.predict(image);
    const sums = targets.map(() => new Float64Array(height * width));
    const covered = new Uint32Array(height * width);
    await inParts(windows.length, async (first, count) => {
      const asked = copies(image, count);
      for (let n = 0; n < count; n++) {
        for (const p of placesOf(windows[first + n], side, height, width)) {
          for (let c = 0; c < channels; c++)
            asked.pixels[n * cover.length + p * channels + c] = cover[p * channels + c];
        }
      }
      const answers = await classifier.predict(asked);
      for (let n = 0; n < count; n++) {
        for (const p of placesOf(windows[first + n], side, height, width)) {
          covered[p]++;
          for (const [t, target] of targets.entries()) sums[t][p] += whole[target] - answers[n * classes + target];
        }
      }
    });
    return targets.map((target, t) => {
      const values = Float32Array.from(sums[t], (sum, p) => sum / covered[p]);
      return {target, values, foretold: values};
    });
  },
};

/** The side of the window and the step to the next one. @throws UserError if they do not fit the image. */
function sizesOf(height: number, width: number, {window, stride}: OcclusionOptions) {
  const side = window || Math.max(1, Math.round(Math.min(height, width) / 8));
  const step = stride || Math.max(1, Math.floor(side / 2));
  if (!(side <= Math.min(height, width))) {
    throw new UserError(
      `--occlusion.window: expected at most ${Math.min(height, width)}, the image's side, got ${side}`,
    );
  }
  if (!(step <= side)) throw new UserError(`--occlusion.stride: expected at most ${side}, the window, got ${step}`);
  return {side, step};
}

/** The places where windows begin, as many as it takes until one reaches the border. */
function starts(length: number, side: number, step: number): number[] {
  return Array.from({length: Math.ceil((length - side) / step) + 1}, (_, i) => i * step);
}

function* placesOf(
  {top, left}: {readonly top: number; readonly left: number},
  side: number,
  height: number,
  width: number,
) {
  for (let y = top; y < Math.min(height, top + side); y++) {
    for (let x = left; x < Math.min(width, left + side); x++) yield y * width + x;
  }
}
