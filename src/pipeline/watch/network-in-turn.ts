import type {LookedAtNetwork} from "../../nouns/network";

/** One network after another, one for each epoch, at which a run looks as if they were one network. */
export interface NetworkInTurn {
  readonly network: LookedAtNetwork;
  /** From now on, this network is the current one. */
  put(network: LookedAtNetwork): void;
}

/** @param classNames The class names of the data. */
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
