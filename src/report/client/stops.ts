/**
 * At most `most` of the places 0 to `last`, as many as fit at even distances, ascending: always the first, the last and
 * those to keep, even if these are more than `most`. A place that is too near to one of these is left out.
 *
 * @param most At least 2.
 */
export function evenStops(last: number, most: number, keep: readonly number[] = []): number[] {
  const kept = [...new Set([0, last, ...keep.filter((stop) => stop >= 0 && stop <= last)])];
  for (let step = Math.max(1, Math.ceil(last / (most - 1))); step <= last; step++) {
    const chosen = new Set(kept);
    for (let stop = 0; stop <= last; stop += step) {
      if (kept.every((other) => other === stop || Math.abs(other - stop) >= step * 0.6)) chosen.add(stop);
    }
    if (chosen.size <= most) return [...chosen].sort((a, b) => a - b);
  }
  return kept.sort((a, b) => a - b);
}

/**
 * The places from 0 to `last` that can have a label if labels must be `apart` from each other: first the places to
 * keep, then the last and the first, then others spread evenly if there is room.
 *
 * @param apart The distance in places, above 0.
 */
export function spacedStops(last: number, apart: number, keep: readonly number[] = []): number[] {
  const step = Math.max(1, Math.ceil(apart));
  const even = Array.from({length: Math.floor(last / step) + 1}, (_, n) => n * step);
  const chosen: number[] = [];
  for (const stop of [...keep, last, 0, ...even]) {
    if (stop >= 0 && stop <= last && chosen.every((other) => Math.abs(other - stop) >= apart)) chosen.push(stop);
  }
  return chosen.sort((a, b) => a - b);
}
