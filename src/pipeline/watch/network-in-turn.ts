import type {LookedAtNetwork} from "../../nouns/network";

/** One network after another, an epoch each, that a run looks at as if it were one. */
export interface NetworkInTurn {
  readonly network: LookedAtNetwork;
  /** From now on this one stands for it. */
  put(network: LookedAtNetwork): void;
}

/** @param classNames As the data have them. */
export function networkInTurn(first: LookedAtNetwork, classNames: readonly string[]): NetworkInTurn {
  let now = first;
  return {
    network: {
      get imageShape() {
        return now.imageShape;
      },
      classNames,
      get noGradient() {
        return now.noGradient;
      },
      predict: (images) => now.predict(images),
      logits: (images) => now.logits(images),
      inputGradient: (images, targets) => now.inputGradient(images, targets),
      features: (images, layer) => now.features(images, layer),
      logitsAndFeatures: (images, layer, into) => now.logitsAndFeatures(images, layer, into),
      getWeights: () => now.getWeights(),
      ...(first.layerAnswers
        ? {layerAnswers: async (images, names) => (await now.layerAnswers?.(images, names)) ?? []}
        : {}),
      ...(first.weightedLayers ? {weightedLayers: () => now.weightedLayers?.() ?? []} : {}),
    } as LookedAtNetwork, // `noGradient` is a getter: undefined where there is a gradient
    put(network) {
      now = network;
    },
  };
}
