/**
 * The place at which a function of one number is least. The function is tried at even steps, and the best step is then
 * refined between its neighbours by golden section (Kiefer 1953).
 *
 * @param tried How many steps, 2 or more; enough that no minimum is missed between two steps.
 */
export function leastOf(value: (x: number) => number, low: number, high: number, tried: number): number {
  const step = (high - low) / (tried - 1);
  const values = Array.from({length: tried}, (_, n) => value(low + n * step));
  const best = values.reduce((least, v, n) => (v < values[least] ? n : least), 0);
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [low + Math.max(0, best - 1) * step, low + Math.min(tried - 1, best + 1) * step];
  for (let i = 0; i < 60; i++) {
    const [inner, outer] = [right - ratio * (right - left), left + ratio * (right - left)];
    if (value(inner) < value(outer)) right = outer;
    else left = inner;
  }
  return (left + right) / 2;
}
