/**
 * A weight for each class that makes all classes count equally: images / (classes · images of the class), as in
 * scikit-learn's `class_weight="balanced"` (after King & Zeng 2001). Their mean over all images is 1. A class without
 * images gets 0, and is not counted among the classes.
 */
export function balancedWeights(labels: ArrayLike<number>, classes: number): Float32Array {
  const counts = countsOf(labels, classes);
  const present = counts.filter((count) => count > 0).length;
  return Float32Array.from(counts, (count) => (count > 0 ? labels.length / (present * count) : 0));
}

/**
 * The note appears from this ratio of the commonest class's images to the rarest one's. Below it, weights change
 * little.
 */
const UNEQUAL = 4;

/** A note for the user if classes are very unequal and all images count equally; else undefined. */
export function unequalNote(labels: ArrayLike<number>, classNames: readonly string[]): string | undefined {
  const counts = countsOf(labels, classNames.length);
  const present = counts.filter((count) => count > 0);
  const [most, least] = [Math.max(...present), Math.min(...present)];
  if (!(most >= UNEQUAL * least)) return undefined;
  const told = (count: number) => `${classNames[counts.indexOf(count)]} ${count.toLocaleString("en")}`;
  return `classes are unequal: ${told(most)} images, ${told(least)}; --class-weights balanced makes all classes count alike`;
}

function countsOf(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let n = 0; n < labels.length; n++) counts[labels[n]]++;
  return counts;
}
