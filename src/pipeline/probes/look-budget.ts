/**
 * How much a look may ask the network, so that looking costs half of what training does: counted in images, so that what a
 * run gives never depends on the clock. A training step counts as three passes, forward, and back to the weights and to
 * what came before them. Half, because a look has other work too: maps, pictures, files.
 *
 * @param looks How often the run looks.
 * @returns Images that one look may ask about.
 */
export function imagesALook(trainImages: number, epochs: number, looks: number): number {
  return Math.floor((1.5 * trainImages * epochs) / Math.max(1, looks));
}

/** A third of a look is LIME of the samples, a third the mistakes; saliency and the rest have the last. */
const SHARE = 1 / 3;
/** Masks of one image that still make an explanation. */
const FEWEST_MASKS = 128;
/** Mistakes that are explained in any case. */
const FEWEST_MISTAKES = 4;

/** How many masks each of `images` is asked about: `wanted`, or fewer if a look may not ask so much. */
export function masksWithin(budget: number | undefined, images: number, wanted: number): number {
  if (budget === undefined || images === 0) return wanted;
  return Math.min(wanted, Math.max(FEWEST_MASKS, Math.floor((SHARE * budget) / images)));
}

/** How many mistakes are explained by the fewest masks that make sense: `wanted`, or fewer. */
export function mistakesWithin(budget: number | undefined, wanted: number): number {
  if (budget === undefined) return wanted;
  return Math.min(wanted, Math.max(FEWEST_MISTAKES, Math.floor((SHARE * budget) / FEWEST_MASKS)));
}
