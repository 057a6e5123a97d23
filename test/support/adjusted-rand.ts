/**
 * Adjusted Rand index of two partitions of the same pixels (Hubert & Arabie 1985, eq. 5): 1 for equal partitions
 * whatever their labels, 0 on average for unrelated ones.
 */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [pairs, left, right] = [new Map<string, number>(), new Map<number, number>(), new Map<number, number>()];
  for (let i = 0; i < a.length; i++) {
    const both = `${a[i]},${b[i]}`;
    pairs.set(both, (pairs.get(both) ?? 0) + 1);
    left.set(a[i], (left.get(a[i]) ?? 0) + 1);
    right.set(b[i], (right.get(b[i]) ?? 0) + 1);
  }
  const choose2 = (counts: Map<unknown, number>) => [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const [together, inA, inB] = [choose2(pairs), choose2(left), choose2(right)];
  const byChance = (inA * inB) / ((a.length * (a.length - 1)) / 2);
  return inA + inB === 2 * byChance ? 1 : (together - byChance) / ((inA + inB) / 2 - byChance);
}
