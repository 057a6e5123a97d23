/** The shortest part of a curve that has half of its whole gain. */
export interface PhaseChange {
  readonly from: number;
  readonly to: number;
  /** The share of the whole gain, in [0.5, 1]. */
  readonly share: number;
}

/**
 * Finds where a reader suddenly learned: the shortest span of steps in which the curve rose by at least half of the way
 * from its first value to its greatest. If spans are equally long, it takes the one that rose more, and then the
 * earlier one.
 *
 * @returns undefined if the curve rose by less than `least` (in the curve's unit).
 */
export function phaseChange(
  curve: readonly {readonly step: number; readonly value: number}[],
  least = 0.1,
): PhaseChange | undefined {
  if (curve.length < 2) return undefined;
  const gain = Math.max(...curve.map(({value}) => value)) - curve[0].value;
  if (gain < least) return undefined;
  let best: (PhaseChange & {readonly length: number}) | undefined;
  for (let i = 0; i < curve.length; i++) {
    for (let j = i + 1; j < curve.length; j++) {
      const share = (curve[j].value - curve[i].value) / gain;
      if (share < 0.5) continue;
      const length = curve[j].step - curve[i].step;
      if (!best || length < best.length || (length === best.length && share > best.share)) {
        best = {from: curve[i].step, to: curve[j].step, share, length};
      }
      break; // later ends only make the span longer
    }
  }
  return best && {from: best.from, to: best.to, share: best.share};
}
