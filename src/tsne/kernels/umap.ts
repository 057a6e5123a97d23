/** @file Moves UMAP's points along sampled edges, and away from points that are drawn at random. */
import {at, sumLanes} from "./vector";

/** How many points one task moves. */
const PART: i32 = 64;
/**
 * The bits of the table's least and greatest squared distance (umap/curve.ts): 2^-20 and 2^20, 128 to each doubling.
 */
const LEAST: i32 = 107 << 23;
const MOST: i32 = 147 << 23;
/** When a point has moved as the head of an edge, it moves as the tail of the edge that comes so many later. */
const APART: i32 = 7;
/** No coordinate moves farther than this by one force, as in umap-learn. */
const LONGEST: f32 = 4;

// @ts-ignore: decorator
@inline
function pointAt(points: usize, i: i32, size: i32): v128 {
  const point = points + <usize>i * <usize>size;
  return size == 8 ? v128.load64_zero(point) : v128.load(point);
}

/**
 * Returns the factor for the difference of two points: that of attraction if `column` is 0, of repulsion if it is 1.
 */
// @ts-ignore: decorator
@inline
function factor(table: usize, squared: f32, column: i32): f32 {
  const bits = max(LEAST, min(MOST - 1, reinterpret<i32>(squared)));
  const entry = at(table, ((bits - LEAST) >> 16 << 1) + column);
  const low = load<f32>(entry), high = load<f32>(entry, 8);
  return low + (high - low) * (<f32>(bits & 0xffff) * <f32>(1 / 65536));
}

// @ts-ignore: decorator
@inline
function step(difference: v128, by: f32, rate: f32): v128 {
  const move = f32x4.mul(difference, f32x4.splat(by));
  const kept = f32x4.max(f32x4.min(move, f32x4.splat(LONGEST)), f32x4.splat(-LONGEST));
  return f32x4.mul(kept, f32x4.splat(rate));
}

// @ts-ignore: decorator
@inline
function pulled(point: v128, other: v128, table: usize, speed: f32): v128 {
  const d = f32x4.sub(point, other);
  return f32x4.add(point, step(d, factor(table, sumLanes(f32x4.mul(d, d)), 0), speed));
}

/** Mixes three numbers to a random state, which is not 0 (the end of MurmurHash3, A. Appleby 2011). */
function mixed(seed: i32, epoch: i32, place: i32): u32 {
  let h = <u32>seed ^ (<u32>epoch * 0x9e3779b1) ^ (<u32>place * 0x85ebca77);
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  h ^= h >> 16;
  return h == 0 ? 1 : h;
}

/**
 * Moves the points of one group: those at the places group, group + groups, … Each goes along its edges one after
 * another, and sees all other points where they were when the group's turn began, so that the order of the tasks does
 * not matter. An edge counts in as many of the epochs as its rate says (rate · epochs), spread evenly. Each time, the
 * point moves along it as its head; `draws` random points push the point away; and then the point moves as the tail of
 * another of its edges, because a second pull along the same edge would only keep it there.
 *
 * A point has `size` bytes: 8 in the plane, 16 in space. `edges` has the [rows + 1] starts of the points' edges; `ends`
 * and `rates` have a number for each edge. Writes the group's places of `moved`. A task has 64 points of the group. A
 * thread needs scratch memory for as many ends as a point has edges.
 */
export function moveGroup(
  task: i32, thread: i32, rows: i32, size: i32, group: i32, groups: i32, edges: usize, ends: usize, rates: usize,
  points: usize, moved: usize, table: usize, epoch: i32, speed: f32, draws: i32, seed: i32, scratch: usize,
  scratchSize: i32,
): void {
  const others = scratch + <usize>thread * <usize>scratchSize;
  const count = (rows - group + groups - 1) / groups;
  const now = <f32>epoch, before = <f32>(epoch - 1);
  for (let q = task * PART, to = min(count, q + PART); q < to; q++) {
    const i = group + q * groups;
    let counted = 0;
    for (let e = load<i32>(at(edges, i)), end = load<i32>(at(edges, i + 1)); e < end; e++) {
      const rate = load<f32>(at(rates, e));
      if (floor(now * rate) == floor(before * rate)) continue;
      store<i32>(at(others, counted++), load<i32>(at(ends, e)));
    }
    let point = pointAt(points, i, size);
    let state = mixed(seed, epoch, i);
    for (let e = 0; e < counted; e++) {
      point = pulled(point, pointAt(points, load<i32>(at(others, e)), size), table, speed);
      for (let draw = 0; draw < draws; draw++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5; // xorshift32 (Marsaglia 2003)
        const drawn = <i32>((<u64>state * <u64>rows) >> 32);
        if (drawn == i) continue;
        const d = f32x4.sub(point, pointAt(points, drawn, size));
        point = f32x4.add(point, step(d, factor(table, sumLanes(f32x4.mul(d, d)), 1), speed));
      }
      point = pulled(point, pointAt(points, load<i32>(at(others, (e + APART) % counted)), size), table, speed);
    }
    const out = moved + <usize>i * <usize>size;
    if (size == 8) v128.store64_lane(out, point, 0);
    else v128.store(out, point);
  }
}
