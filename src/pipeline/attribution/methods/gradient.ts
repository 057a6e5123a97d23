import type {DifferentiableClassifier} from "../../../nouns/network";
import {copies} from "./copies";
import type {AttributionMap, AttributionQuestion, GradientMethod} from "./method";
import {channelSum} from "./saliency";

/** g(x): what a brighter pixel does to the class's logit (Simonyan, Vedaldi & Zisserman 2013, eq. 3), summed over channels. */
export const gradient: GradientMethod = {
  name: "gradient",
  help: "how the class's score changes if a pixel gets brighter, with its sign (Simonyan et al. 2013)",
  options: {},
  needs: "gradients",
  score: "logit",
  questions: () => 3,
  isSigned: true,
  run: (question) =>
    mapped(question, (g, x, channels) => ({
      values: channelSum(g, channels),
      parts: g,
      foretold: channelSum(product(g, x), channels),
    })),
};

/** |g(x)|, the greatest over a pixel's channels (Simonyan, Vedaldi & Zisserman 2013, section 3.1). */
export const saliency: GradientMethod = {
  name: "saliency",
  help: "how strongly the class's score depends on a pixel: |gradient|, the greatest over its channels (Simonyan et al. 2013)",
  options: {},
  needs: "gradients",
  score: "logit",
  questions: () => 3,
  isSigned: false,
  run: (question) =>
    mapped(question, (g, x, channels) => {
      const parts = g.map(Math.abs);
      const foretold = channelSum(product(g, x).map(Math.abs), channels);
      return {values: channelMax(parts, channels), parts, foretold};
    }),
};

/** x ⊙ g(x), summed over channels (the name is from Shrikumar, Greenside & Kundaje 2017). */
export const inputXGradient: GradientMethod = {
  name: "input-x-gradient",
  help: "gradient times pixel: what each pixel adds, to first order (Shrikumar et al. 2017)",
  options: {},
  needs: "gradients",
  score: "logit",
  questions: () => 3,
  isSigned: true,
  async run(question) {
    return mapped(question, (g, x, channels) => {
      const parts = product(g, x);
      const values = channelSum(parts, channels);
      return {values, parts, foretold: values};
    });
  },
};

async function mapped(
  {classifier, image, targets}: AttributionQuestion<DifferentiableClassifier>,
  of: (gradient: Float32Array, pixels: Float32Array, channels: number) => Omit<AttributionMap, "target">,
): Promise<AttributionMap[]> {
  const maps: AttributionMap[] = [];
  for (const target of targets) {
    const own = await classifier.inputGradient(copies(image, 1), [target]);
    maps.push({target, ...of(own, image.pixels, image.shape[2])});
  }
  return maps;
}

/** The product, number by number. */
export function product(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((v, i) => v * b[i]);
}

function channelMax(values: Float32Array, channels: number): Float32Array {
  const out = new Float32Array(values.length / channels);
  for (let i = 0; i < values.length; i++) {
    const p = Math.floor(i / channels);
    out[p] = Math.max(out[p], values[i]);
  }
  return out;
}
