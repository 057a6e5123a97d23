import {fork} from "../nouns/random";
import type {Split} from "../nouns/samples";

/** Gives a share of the pictures another label. The seed decides which pictures, and which labels they get. */
export function withWrongLabels(split: Split, share: number, classes: number, seed: number): Split {
  if (share === 0 || classes < 2) return split;
  const chance = fork(seed, "label noise");
  const shift = Uint8Array.from({length: split.count}, () =>
    chance() < share ? 1 + Math.floor(chance() * (classes - 1)) : 0,
  );
  return {
    count: split.count,
    async read(indices, into) {
      const images = await split.read(indices, into);
      return {...images, labels: images.labels.map((label, i) => (label + shift[indices[i]]) % classes)};
    },
  };
}
