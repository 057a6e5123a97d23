import {leastOf} from "./least-of";

/** a · e^(−b x) + c, and how well it fits. */
export interface DecayFit {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** The mean of the squared differences between the curve and the points. */
  readonly error: number;
}

/**
 * The rates that are tried: from a fall that takes ten times the length of the curve to one that takes a hundredth of
 * it.
 */
const [SLOWEST, FASTEST, TRIED] = [0.1, 100, 241];

/**
 * Fits a · e^(−b x) + c with b above 0 by least squares. For each of many rates b, evenly spaced on a logarithmic
 * scale, it computes a and c in closed form; then it refines the best rate.
 *
 * @returns undefined for fewer than four points, or if all points have the same x.
 */
export function decayFit(points: readonly (readonly [x: number, y: number])[]): DecayFit | undefined {
  if (points.length < 4) return undefined;
  const xs = points.map(([x]) => x);
  const [first, length] = [Math.min(...xs), Math.max(...xs) - Math.min(...xs)];
  if (!(length > 0)) return undefined;
  const at = (logRate: number) => fitAt(points, Math.exp(logRate) / length, first);
  const [low, high] = [Math.log(SLOWEST), Math.log(FASTEST)];
  return at(leastOf((logRate) => at(logRate).error, low, high, TRIED));
}

/** The curve as a formula. */
export function decayWords({a, b, c}: DecayFit): string {
  return `${a.toPrecision(2)} e^(−${b.toPrecision(2)} x) ${c < 0 ? "−" : "+"} ${Math.abs(c).toPrecision(2)}`;
}

/** a and c for one rate: a line through (e^(−b x), y). */
function fitAt(points: readonly (readonly [number, number])[], b: number, first: number): DecayFit {
  const rows = points.map(([x, y]) => [Math.exp(-b * (x - first)), y] as const);
  const mean = (f: (row: readonly [number, number]) => number) =>
    rows.reduce((sum, row) => sum + f(row), 0) / rows.length;
  const [meanE, meanY] = [mean(([e]) => e), mean(([, y]) => y)];
  const spread = mean(([e]) => (e - meanE) ** 2);
  const scaled = spread > 0 ? mean(([e, y]) => (e - meanE) * (y - meanY)) / spread : 0;
  const c = meanY - scaled * meanE;
  const error = mean(([e, y]) => (scaled * e + c - y) ** 2);
  return {a: scaled * Math.exp(b * first), b, c, error};
}
