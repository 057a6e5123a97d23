import {between, oneOf} from "../../../nouns/options";
import type {Images} from "../../../nouns/samples";
import {gaussLegendre} from "../../../numbers/gauss-legendre";
import {BASELINES, type Baseline, baselinePixels} from "./baseline";
import {copies, inParts} from "./copies";
import type {AttributionMap, GradientMethod} from "./method";
import {channelSum} from "./saliency";

export interface IntegratedGradientsOptions {
  readonly steps: number;
  readonly baseline: Baseline;
}

/**
 * (x − x′) ⊙ ∫₀¹ g(x′ + α (x − x′)) dα (Sundararajan, Taly & Yan 2017, eq. 1), by Gauss–Legendre quadrature as in
 * captum, summed over channels. It is complete: the attributions sum to the difference between the logit and the
 * baseline's logit, except for the error of the quadrature.
 */
export const integratedGradients: GradientMethod<IntegratedGradientsOptions> = {
  name: "integrated-gradients",
  help: "gradients at steps from an empty image to this one; they sum to the difference of the scores (Sundararajan et al. 2017)",
  options: {
    steps: {
      default: 50,
      help: "how many gradients are computed between the empty image and this one",
      check: between(2, 1000),
    },
    baseline: {
      default: "black",
      help: "the empty image: black, white, or mean (its mean colour)",
      check: oneOf(...BASELINES),
    },
  },
  needs: "gradients",
  score: "logit",
  questions: (_, {steps}) => 3 * steps,
  isSigned: true,
  baseline: (image, {baseline}) => baselinePixels(image, baseline),
  async run({classifier, image, targets}, {steps, baseline}) {
    const empty = baselinePixels(image, baseline);
    const {nodes, weights} = gaussLegendre(Math.round(steps));
    const [atImage, atEmpty] = [await classifier.logits(image), await classifier.logits({...image, pixels: empty})];
    const maps: AttributionMap[] = [];
    for (const target of targets) {
      const sum = new Float64Array(image.pixels.length);
      await inParts(nodes.length, async (first, count) => {
        const between: Images = copies(image, count, (v, p, n) => empty[p] + nodes[first + n] * (v - empty[p]));
        const gradients = await classifier.inputGradient(between, new Uint16Array(count).fill(target));
        for (let n = 0; n < count; n++) {
          const start = n * sum.length;
          for (let p = 0; p < sum.length; p++) sum[p] += weights[first + n] * gradients[start + p];
        }
      });
      const parts = image.pixels.map((v, p) => (v - empty[p]) * sum[p]);
      const values = channelSum(parts, image.shape[2]);
      const difference = atImage[target] - atEmpty[target];
      const total = parts.reduce((whole, v) => whole + v, 0);
      maps.push({
        target,
        values,
        parts,
        foretold: values,
        gap: difference === 0 ? Number.NaN : (total - difference) / Math.abs(difference),
      });
    }
    return maps;
  },
};
