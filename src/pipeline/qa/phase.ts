/** The shortest part of a curve that holds half of all that it gained. */
export interface PhaseChange {
  readonly from: number;
  readonly to: number;
  /** The share of the whole gain, in [0.5, 1]. */
  readonly share: number;
}

/**
 * Where a reader suddenly learned: the shortest span of steps in which the curve rose by at least half of the way from its first
 * value to its greatest. Of equal spans the one that rose more, then the earlier.
 *
 * @returns undefined where it never rose by so much that one may speak of it: `least`, of the curve's own unit.
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
      break; // a longer span from here is no shorter
    }
  }
  return best && {from: best.from, to: best.to, share: best.share};
}
