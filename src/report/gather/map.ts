import {UserError} from "../../nouns/options";
import type {Saved} from "../file-memory";
import type {Packer} from "../packer";
import type {ReportFile} from "../report-file";
import {array} from "./saved-values";

/** One epoch's map. */
export interface MapStop {
  readonly path: string;
  /** The places of the points in the test split. */
  readonly indices: ArrayLike<number>;
  readonly points: ArrayLike<number>;
  /** `[points, k]`. */
  readonly nearest: Uint16Array | Uint32Array | null;
  readonly facts: {readonly [name: string]: number};
}

/** Figures of merit that the page shows if the run has them. */
const FACTS = [
  "klDivergence",
  "trustworthiness",
  "trustworthinessFull",
  "components",
  "width",
  "continuity",
  "perplexity",
] as const;

/** @throws UserError if the map has no points, or if their places are missing. */
export function mapStop({data, numbers = {}}: Saved, path: string): MapStop {
  const indices = array(numbers.indices, `${path}: numbers.indices`);
  const points = array(data.points, `${path}: data.points`);
  const near = numbers.nearest === undefined ? null : array(numbers.nearest, `${path}: numbers.nearest`);
  const facts = FACTS.flatMap((name) => (typeof numbers[name] === "number" ? [[name, numbers[name]]] : []));
  return {
    path,
    indices,
    points,
    nearest: near && (indices.length <= 65536 ? Uint16Array.from(near) : Uint32Array.from(near)),
    facts: Object.fromEntries(facts),
  };
}

/**
 * Packs the map's points, with all stops in one frame of 16-bit steps, so that epochs can be laid over each other.
 *
 * @throws UserError if a stop maps different images than the first stop.
 */
export function gatherMap(stops: readonly (MapStop | null)[], pack: Packer): ReportFile["map"] {
  const present = stops.filter((stop) => stop !== null);
  const [first] = present;
  if (!first) return null;
  const indices = Uint32Array.from(first.indices);
  const count = indices.length;
  const dimensions = first.points.length / count === 3 ? 3 : 2;
  for (const stop of present) {
    if (!areEqual(indices, stop.indices) || stop.points.length !== dimensions * count) {
      throw new UserError(`${stop.path}: expected the ${count} images of the first map, got others`);
    }
  }
  const frame = commonFrame(
    present.map(({points}) => points),
    dimensions,
  );
  const neighbours = stops.map((stop) =>
    stop?.nearest ? pack.add(stop.nearest, [count, stop.nearest.length / count]) : null,
  );
  return {
    indices: pack.add(indices, [count]),
    dimensions,
    points: stops.map(
      (stop) => stop && pack.add(toFrame(stop.points, dimensions, frame), [count, dimensions], 1 / 65535),
    ),
    neighbours: neighbours.some((n) => n !== null) ? neighbours : null,
    facts: stops.map((stop) => stop?.facts ?? null),
  };
}

/** One scale for all axes and stops, so that a map keeps its shape. Points that are not finite are ignored. */
function commonFrame(stops: readonly ArrayLike<number>[], dimensions: number): {middle: number[]; span: number} {
  const low = Array<number>(dimensions).fill(Infinity);
  const high = Array<number>(dimensions).fill(-Infinity);
  for (const points of stops) {
    for (let axis = 0; axis < dimensions; axis++) {
      let [least, most] = [low[axis], high[axis]];
      for (let i = axis; i < points.length; i += dimensions) {
        const place = points[i];
        if (place < least && place !== -Infinity) least = place;
        if (place > most && place !== Infinity) most = place;
      }
      [low[axis], high[axis]] = [least, most];
    }
  }
  const span = Math.max(...high.map((h, j) => h - low[j]));
  return {middle: low.map((l, j) => (l + high[j]) / 2), span: span > 0 ? span : 1};
}

/** Screens count downwards, so y is inverted; then the page shows a map in the same way as the pictures. */
function toFrame(
  points: ArrayLike<number>,
  dimensions: number,
  {middle, span}: ReturnType<typeof commonFrame>,
): Uint16Array {
  const steps = new Uint16Array(points.length);
  for (let axis = 0; axis < dimensions; axis++) {
    const center = middle[axis];
    const whole = axis === 1 ? -span : span;
    for (let i = axis; i < points.length; i += dimensions) {
      const share = (points[i] - center) / whole + 0.5;
      // Math.floor, as in mapTiles
      steps[i] = Math.floor(65535 * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0.5)) + 0.5);
    }
  }
  return steps;
}

function areEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
