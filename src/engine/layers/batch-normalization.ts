import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, type Parameter, viaContiguous} from "./kind";

export interface BatchNormalizationPlan extends LayerPlan {
  readonly kind: "batchNormalization";
  readonly epsilon: number;
  readonly momentum: number;
  readonly weights: readonly {readonly role: Role; readonly name: string; readonly index: number}[];
}

const ROLES = ["gamma", "beta", "moving_mean", "moving_variance"] as const;
type Role = (typeof ROLES)[number];

/**
 * Batch normalisation of each channel (Ioffe & Szegedy 2015). In training, all groups of a batch must reach the same
 * point before any can continue: twice in the forward pass, twice in the backward pass.
 */
export const batchNormalization: LayerKind<BatchNormalizationPlan> = {
  plan({name, config, input, weights}) {
    const {epsilon, momentum} = config;
    const roles = weights.map((weight) => ({...weight, role: ROLES.find((role) => weight.name.endsWith(`/${role}`))}));
    if (roles.some(({role, shape}) => !role || shape[0] !== input.channels)) {
      return {reason: "normalisation of anything but channels"};
    }
    // none is missing, as checked above
    const known = roles.map(({name, index, role}) => ({name, index, role: role as Role}));
    return {name, input, output: input, relu: false, epsilon, momentum, weights: known};
  },

  parameters({input: {channels}, weights}) {
    return weights.map(({name, index, role}): Parameter => {
      const trainable = role === "gamma" || role === "beta";
      const place = {name, index, shape: [channels], trainable, size: channels, slotted: false};
      return {...place, packed: (i) => i};
    });
  },

  stage({input: {height, width, channels}, epsilon, momentum, weights}, place) {
    const {
      input,
      output,
      outputGradient: dy,
      inputGradient,
      parameters,
      groups,
      shared,
      local,
      zeros,
      constants,
    } = place;
    const of = (role: Role) => parameters[weights.findIndex((weight) => weight.role === role)];
    const [movingMean, movingVariance] = [of("moving_mean").values, of("moving_variance").values];
    const ones = constants(Array.from({length: channels}, () => 0x3f800000)); // the bits of 1 as float32
    const [gamma, beta] = [of("gamma")?.values ?? ones, of("beta")?.values ?? zeros];
    const [mean, variance] = [shared.take(channels * 4), shared.take(channels * 4)];
    const [moments, sums] = [shared.take(groups * channels * 8), shared.take(groups * channels * 8)];
    const dBeta = of("beta")?.gradients ?? shared.take(channels * 4);
    const dGamma = of("gamma")?.gradients ?? shared.take(channels * 4);

    const shape = [height, width, channels] as const;
    const x = [input.at, input.row, input.plane, ...shape] as const;
    const d = [dy.at, dy.row, dy.plane] as const;
    const normalized = (by: readonly [mean: number, variance: number]) =>
      each("groups", "normalize", ...x, ...by, gamma, beta, epsilon, output.at, output.row, output.plane);
    return {
      forward: (training) =>
        training
          ? [
              each("groups", "channelMoments", ...x, moments),
              each("parts", "combineMoments", moments, channels, height * width, mean, variance),
              normalized([mean, variance]),
            ]
          : [normalized([movingMean, movingVariance])],
      parameterGradients: () => [
        each("groups", "normalizationSums", ...x, mean, variance, epsilon, ...d, sums),
        each("parts", "combineSums", sums, channels, dBeta, dGamma),
      ],
      inputGradient: (training) =>
        viaContiguous(inputGradient, local, ({at, row, plane}) =>
          training
            ? [
                each(
                  "groups",
                  "normalizationGradient",
                  ...([...x, mean, variance, gamma, epsilon, dBeta, dGamma, ...d, at, row, plane] as const),
                ),
              ]
            : [each("groups", "normalizationScale", ...d, ...shape, movingVariance, gamma, epsilon, at, row, plane)],
        ),
      batchGradients: () => [],
      update: () => [
        each("parts", "moveAverages", movingMean, mean, channels, 1 - momentum),
        each("parts", "moveAverages", movingVariance, variance, channels, 1 - momentum),
      ],
    };
  },
};
