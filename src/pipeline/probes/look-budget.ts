/**
 * How much a look may ask the network, so that looking costs half as much as training. It is counted in images, so that
 * a run's results never depend on the clock. A training step counts as three passes: one forward, one back to the
 * weights, and one back to the layers before. It is half, because a look has other work, too: maps, pictures, files.
 *
 * @param looks How many looks the run makes.
 * @returns How many images one look may ask about.
 */
export function imagesALook(trainImages: number, epochs: number, looks: number): number {
  return Math.floor((1.5 * trainImages * epochs) / Math.max(1, looks));
}

/**
 * A third of a look is for LIME of the samples, a third for the mistakes; the last third is for saliency and the rest.
 */
const SHARE = 1 / 3;
/** The fewest masks of one image that are enough for an explanation. */
const FEWEST_MASKS = 128;
/** How many mistakes are explained in any case. */
const FEWEST_MISTAKES = 4;

/** How many masks are asked about for each of `images` images: `wanted`, or fewer if a look may not ask so much. */
export function masksWithin(budget: number | undefined, images: number, wanted: number): number {
  if (budget === undefined || images === 0) return wanted;
  return Math.min(wanted, Math.max(FEWEST_MASKS, Math.floor((SHARE * budget) / images)));
}

/** How many mistakes can be explained with the fewest masks that make sense: `wanted`, or fewer. */
export function mistakesWithin(budget: number | undefined, wanted: number): number {
  if (budget === undefined) return wanted;
  return Math.min(wanted, Math.max(FEWEST_MISTAKES, Math.floor((SHARE * budget) / FEWEST_MASKS)));
}
