/**
 * At most `most` of the places 0 to `last`, evenly apart and ascending: always the first, the last and those to keep.
 * A place too near to one of these to have room of its own is left out.
 */
export function evenStops(last: number, most: number, keep: readonly number[] = []): number[] {
  const step = Math.max(1, Math.ceil((last + 1) / Math.max(2, most)));
  const kept = [...new Set([0, last, ...keep.filter((stop) => stop >= 0 && stop <= last)])];
  const chosen = new Set(kept);
  for (let stop = 0; stop <= last; stop += step) {
    if (kept.every((other) => other === stop || Math.abs(other - stop) >= step * 0.6)) chosen.add(stop);
  }
  return [...chosen].sort((a, b) => a - b);
}
