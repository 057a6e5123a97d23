/** Two heads look alike if the correlation of their maps is above this. */
const ALIKE = 0.95;

/**
 * Which heads of a layer look alike: those whose maps have a correlation (Pearson's, over all images and patches) above
 * 0.95; a head that looks like one head of a group belongs to the group.
 *
 * @param received `[images, heads, tokens]`: how much attention each token gets from all tokens.
 * @returns Groups of two or more heads, counted from 0, ascending. A head whose map is the same everywhere is like no
 * other.
 */
export function alikeHeads(received: ArrayLike<number>, heads: number, tokens: number): number[][] {
  const group = Array.from({length: heads}, (_, h) => h);
  for (let a = 0; a < heads; a++) {
    for (let b = a + 1; b < heads; b++) {
      if (!(correlation(received, heads, tokens, a, b) > ALIKE)) continue;
      const [keep, drop] = [group[a], group[b]].sort((x, y) => x - y);
      for (let h = 0; h < heads; h++) if (group[h] === drop) group[h] = keep;
    }
  }
  const groups = group.map((_, first) => group.flatMap((own, h) => (own === first ? [h] : [])));
  return groups.filter((own) => own.length > 1);
}

/** The correlation of two heads' maps; NaN if one of them is the same everywhere. */
function correlation(received: ArrayLike<number>, heads: number, tokens: number, a: number, b: number): number {
  // each map sums to 1, so its mean is 1 / tokens
  const even = 1 / tokens;
  let [both, first, second] = [0, 0, 0];
  for (let image = 0; image < received.length; image += heads * tokens) {
    for (let t = 0; t < tokens; t++) {
      const [x, y] = [received[image + a * tokens + t] - even, received[image + b * tokens + t] - even];
      both += x * y;
      first += x * x;
      second += y * y;
    }
  }
  return both / Math.sqrt(first * second);
}
