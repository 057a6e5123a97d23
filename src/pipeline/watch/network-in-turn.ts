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
      forward: (images, layers, into) => now.forward(images, layers, into),
      getWeights: () => now.getWeights(),
      get shownLayers() {
        return now.shownLayers;
      },
      ...(first.weightedLayers ? {weightedLayers: () => now.weightedLayers?.() ?? []} : {}),
    } as LookedAtNetwork, // getters: undefined if the network has none
    put(network) {
      now = network;
    },
  };
}
