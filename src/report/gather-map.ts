import {UserError} from "../pipeline/options";
import {array, type Saved} from "./gather";
import type {Packer} from "./packer";
import type {Packed, ReportFile} from "./report-file";

type Recorded = {readonly saved: Saved; readonly path: string} | null;

/** Figures of merit that the page shows where the run has them. */
const FACTS = ["klDivergence", "trustworthiness", "continuity", "perplexity"] as const;

/**
 * The map's points, all stops in one frame of 16-bit steps, so that epochs can be laid over each other.
 *
 * @throws UserError if a stop maps other images than the first did.
 */
export function gatherMap(stops: readonly Recorded[], pack: Packer): ReportFile["map"] {
  const present = stops.filter((stop) => stop !== null);
  const [first] = present;
  if (!first) return null;
  const indices = Uint32Array.from(array(first.saved.numbers?.indices, `${first.path}: numbers.indices`));
  const points = stops.map((stop) => stop && array(stop.saved.data.points, `${stop.path}: data.points`));
  const dimensions = (points.find((p) => p !== null)?.length ?? 0) / indices.length === 3 ? 3 : 2;
  for (const [s, stop] of stops.entries()) {
    if (!stop) continue;
    const got = array(stop.saved.numbers?.indices, `${stop.path}: numbers.indices`);
    if (!areEqual(indices, got) || points[s]?.length !== dimensions * indices.length) {
      throw new UserError(`${stop.path}: expected the ${indices.length} images of the first map, got others`);
    }
  }
  const frame = commonFrame(
    points.filter((p) => p !== null),
    dimensions,
  );
  const neighbours = stops.map((stop) => packNeighbours(stop, indices.length, pack));
  return {
    indices: pack.add(indices, [indices.length]),
    dimensions,
    points: points.map((p) => p && pack.add(toFrame(p, dimensions, frame), [indices.length, dimensions], 1 / 65535)),
    neighbours: neighbours.some((n) => n !== null) ? neighbours : null,
    facts: stops.map((stop) => {
      if (!stop) return null;
      const numbers = stop.saved.numbers ?? {};
      const known = FACTS.flatMap((name) => (typeof numbers[name] === "number" ? [[name, numbers[name]]] : []));
      return Object.fromEntries(known) as {[name: string]: number};
    }),
  };
}

function packNeighbours(stop: Recorded, count: number, pack: Packer): Packed | null {
  const kept = stop?.saved.numbers?.nearest;
  if (!stop || kept === undefined) return null;
  const list = array(kept, `${stop.path}: numbers.nearest`);
  const values = count <= 65536 ? Uint16Array.from(list) : Uint32Array.from(list);
  return pack.add(values, [count, values.length / count]);
}

/** One scale for all axes and stops: a map's shape is kept. Points that are not finite count for nothing. */
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

function toFrame(
  points: ArrayLike<number>,
  dimensions: number,
  {middle, span}: ReturnType<typeof commonFrame>,
): Uint16Array {
  const steps = new Uint16Array(points.length);
  for (let axis = 0; axis < dimensions; axis++) {
    const center = middle[axis];
    for (let i = axis; i < points.length; i += dimensions) {
      const share = (points[i] - center) / span + 0.5;
      steps[i] = Math.round(65535 * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0.5)));
    }
  }
  return steps;
}

function areEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
