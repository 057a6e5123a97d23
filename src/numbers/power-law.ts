import {leastOf} from "./least-of";

/** a · n^(−b) + c: how an error falls with the number of examples (Cortes et al. 1994, "Learning curves"). */
export interface PowerLaw {
  readonly a: number;
  /** Above 0. It is the slope of the curve in a chart with two logarithmic axes. */
  readonly b: number;
  /** The error that no number of examples removes, 0 or more. */
  readonly c: number;
  /** The mean of the squared differences between the curve and the points. */
  readonly error: number;
}

/** The rates that are tried, as values of b times ln(most / least examples). */
const [SLOWEST, FASTEST, TRIED] = [0.01, 100, 401];
/** How many different numbers of examples a, b and c need. If there is one fewer, c is taken to be 0. */
const SIZES = 4;

/**
 * Fits a · n^(−b) + c by least squares, with a above 0, b above 0 and c 0 or more. For each of many rates b, a and c
 * are known in closed form; then the best rate is refined.
 *
 * @param points Examples, 1 or more, and error.
 * @returns undefined for fewer than three different numbers of examples, or if the error does not fall.
 */
export function powerLaw(points: readonly (readonly [examples: number, error: number])[]): PowerLaw | undefined {
  const sizes = new Set(points.map(([n]) => n));
  if (sizes.size < SIZES - 1) return undefined;
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const length = Math.log(most / least);
  const hasFloor = sizes.size >= SIZES;
  const at = (logRate: number) => lawAt(points, Math.exp(logRate) / length, least, hasFloor);
  const best = at(leastOf((logRate) => at(logRate).error, Math.log(SLOWEST), Math.log(FASTEST), TRIED));
  return best.a > 0 ? best : undefined;
}

/** a and c for one rate: a line through (n^(−b), error), or one through the origin if it would go below. */
function lawAt(points: readonly (readonly [number, number])[], b: number, least: number, hasFloor: boolean): PowerLaw {
  const rows = points.map(([n, y]) => [(n / least) ** -b, y] as const);
  const mean = (f: (row: readonly [number, number]) => number) =>
    rows.reduce((sum, row) => sum + f(row), 0) / rows.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const slope = mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2);
  const above = meanY - slope * meanX;
  const [a, c] = hasFloor && above >= 0 ? [slope, above] : [mean(([x, y]) => x * y) / mean(([x]) => x * x), 0];
  return {a: a * least ** b, b, c, error: mean(([x, y]) => (a * x + c - y) ** 2)};
}

/** The law as a formula. */
export function powerWords({a, b, c}: PowerLaw): string {
  return `${a.toPrecision(3)} · n^(−${b.toPrecision(2)})${c > 0 ? ` + ${c.toPrecision(2)}` : ""}`;
}
