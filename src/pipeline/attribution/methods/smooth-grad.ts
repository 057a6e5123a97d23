import {between, positiveInteger} from "../../../nouns/options";
import {normal} from "../../../nouns/random";
import {copies, inParts} from "./copies";
import {product} from "./gradient";
import type {AttributionMap, GradientMethod} from "./method";
import {channelSum} from "./saliency";

export interface SmoothGradOptions {
  readonly samples: number;
  readonly noise: number;
}

/**
 * The mean gradient of noisy copies of the image (Smilkov, Thorat, Kim, Viégas & Wattenberg 2017, eq. 2), with its sign, summed
 * over channels. The noise is normal; its deviation is a share of the image's range. Every class has the same copies.
 */
export const smoothGrad: GradientMethod<SmoothGradOptions> = {
  name: "smooth-grad",
  help: "the mean gradient of noisy copies of the image, which is smoother (Smilkov et al. 2017)",
  options: {
    samples: {default: 25, help: "how many noisy copies", check: positiveInteger},
    noise: {
      default: 0.15,
      help: "the noise's standard deviation, as a share of the image's range",
      check: between(0, 1),
    },
  },
  needs: "gradients",
  score: "logit",
  questions: (_, {samples}) => 3 * samples,
  isSigned: true,
  async run({classifier, image, targets, random}, {samples, noise}) {
    const {pixels, shape} = image;
    const deviation =
      noise * (pixels.reduce((a, v) => Math.max(a, v), -Infinity) - pixels.reduce((a, v) => Math.min(a, v), Infinity));
    const sums = targets.map(() => new Float64Array(pixels.length));
    await inParts(samples, async (_, count) => {
      const noisy = copies(image, count, (v) => v + deviation * normal(random));
      for (const [t, target] of targets.entries()) {
        const gradients = await classifier.inputGradient(noisy, new Uint16Array(count).fill(target));
        for (let i = 0; i < gradients.length; i++) sums[t][i % pixels.length] += gradients[i];
      }
    });
    return targets.map((target, t): AttributionMap => {
      const mean = Float32Array.from(sums[t], (sum) => sum / samples);
      return {
        ...{target, values: channelSum(mean, shape[2]), parts: mean},
        foretold: channelSum(product(mean, pixels), shape[2]),
      };
    });
  },
};
