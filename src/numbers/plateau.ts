/** A curve that falls and levels off: fall · e^(−rate · x) + level. */
export interface Plateau {
  /** The value that it reaches in the end. */
  readonly level: number;
  /** How far it falls from x = 0. */
  readonly fall: number;
  readonly rate: number;
  /** The share of the points' variance that the curve explains. */
  readonly explained: number;
  /** The x at which the curve has fallen by 95 % of its fall. */
  readonly at95: number;
}

/** The rates that are tried, as multiples of 1 / (the length of the curve). */
const [SLOWEST, FASTEST] = [0.05, 2000];
const TRIES = 80;

/**
 * Fits a · e^(−b x) + c by least squares. For a given rate, the other two follow in closed form. The rate is searched
 * on a logarithmic grid and refined by golden section.
 *
 * @returns undefined if there are fewer than 5 points, or if the best curve does not fall and level off.
 */
export function fittedPlateau(xs: readonly number[], ys: readonly number[]): Plateau | undefined {
  if (xs.length < 5) return undefined;
  const length = Math.max(...xs) - Math.min(...xs);
  if (!(length > 0)) return undefined;
  const errorAt = (log: number) => linearFit(xs, ys, Math.exp(log) / length).error;
  const [low, high] = [Math.log(SLOWEST), Math.log(FASTEST)];
  const step = (high - low) / TRIES;
  let best = 0;
  for (let n = 1; n <= TRIES; n++) if (errorAt(low + n * step) < errorAt(low + best * step)) best = n;
  if (best === 0 || best === TRIES) return undefined; // it does not level off, or it has fallen before its second point
  const log = goldenSection(errorAt, low + (best - 1) * step, low + (best + 1) * step);
  const rate = Math.exp(log) / length;
  const {fall, level, error} = linearFit(xs, ys, rate);
  if (!(fall > 0)) return undefined;
  const mean = ys.reduce((a, b) => a + b, 0) / ys.length;
  const all = ys.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  return {level, fall, rate, explained: 1 - error / all, at95: Math.log(20) / rate};
}

/** The best fall and level for a rate, and the sum of squares that remains. */
function linearFit(xs: readonly number[], ys: readonly number[], rate: number) {
  const decays = xs.map((x) => Math.exp(-rate * x));
  const [meanD, meanY] = [decays, ys].map((values) => values.reduce((a, b) => a + b, 0) / values.length);
  let [both, own] = [0, 0];
  decays.forEach((d, n) => {
    both += (d - meanD) * (ys[n] - meanY);
    own += (d - meanD) ** 2;
  });
  const fall = own > 0 ? both / own : 0;
  const level = meanY - fall * meanD;
  const error = ys.reduce((sum, y, n) => sum + (y - level - fall * decays[n]) ** 2, 0);
  return {fall, level, error};
}

/** The place between two bounds at which a function with a single minimum is smallest. */
function goldenSection(of: (x: number) => number, low: number, high: number): number {
  const share = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  for (let step = 0; step < 60; step++) {
    const [c, d] = [b - share * (b - a), a + share * (b - a)];
    if (of(c) < of(d)) b = d;
    else a = c;
  }
  return (a + b) / 2;
}
