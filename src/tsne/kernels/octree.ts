import {CHUNK} from "./affinities";
import {at, sumLanes} from "./vector";

/**
 * @file Computes the repulsion of many points of space by an octree (Barnes & Hut 1986), which is walked once for each
 * group of near points (Barnes 1990). Points are [n][4] (x, y, z, 0). In the tree they stand sorted by their cells, as
 * xs, ys and zs, [n] each.
 *
 * A node is 32 bytes: the mean x, y and z of its points and their number (f32); the square of its side (f32); its first
 * child or, in a leaf, its first point; the number of its children, 0 in a leaf; and the place after its last point
 * (i32).
 */

/** How many bits a cell's place has in each direction, and the most points in a leaf that can still be divided. */
const LEVELS: i32 = 10;
const LEAF: i32 = 8;
/** How many points walk the tree together, and how many a task has. */
const GROUP: i32 = 32;
const PART: i32 = 64;
/** How many nodes and points are collected before they are summed. */
const LIST: i32 = 1024;

/** Spreads 10 bits so that two zeros follow each bit. */
// @ts-ignore: decorator
@inline
function apart(bits: i32): i32 {
  bits = (bits | (bits << 16)) & 0x030000ff;
  bits = (bits | (bits << 8)) & 0x0300f00f;
  bits = (bits | (bits << 4)) & 0x030c30c3;
  return (bits | (bits << 2)) & 0x09249249;
}

/**
 * Computes the code of each point's cell. There are 2^10 cells on a side, counted from the corner; the bits of the
 * three directions take turns in the code. A task has 256 points.
 */
export function cellCodes(
  task: i32, thread: i32, n: i32, points: usize, left: f32, top: f32, front: f32, perUnit: f32, codes: usize,
): void {
  const most: f32 = <f32>((1 << LEVELS) - 1);
  for (let i = task * CHUNK, to = min(n, i + CHUNK); i < to; i++) {
    const p = points + (<usize>i << 4);
    const x = <i32>max<f32>(0, min<f32>(most, (load<f32>(p) - left) * perUnit));
    const y = <i32>max<f32>(0, min<f32>(most, (load<f32>(p, 4) - top) * perUnit));
    const z = <i32>max<f32>(0, min<f32>(most, (load<f32>(p, 8) - front) * perUnit));
    store<i32>(at(codes, i), apart(x) | (apart(y) << 1) | (apart(z) << 2));
  }
}

/**
 * Sorts codes, and the points by their codes, ten bits at a time. If codes are equal, the lower point comes first.
 * Writes the sorted codes and points to `codes2` and `order2`. `counts` is [1024]. One task does it all.
 */
export function sortCodes(
  task: i32, thread: i32, n: i32, codes: usize, order: usize, codes2: usize, order2: usize, counts: usize,
): void {
  for (let i = 0; i < n; i++) store<i32>(at(order, i), i);
  for (let shift = 0; shift < 30; shift += 10) {
    memory.fill(counts, 0, 4096);
    for (let i = 0; i < n; i++) {
      const count = at(counts, (load<i32>(at(codes, i)) >> shift) & 1023);
      store<i32>(count, load<i32>(count) + 1);
    }
    let start = 0;
    for (let c = 0; c < 1024; c++) {
      const count = load<i32>(at(counts, c));
      store<i32>(at(counts, c), start);
      start += count;
    }
    for (let i = 0; i < n; i++) {
      const code = load<i32>(at(codes, i)), next = at(counts, (code >> shift) & 1023), place = load<i32>(next);
      store<i32>(next, place + 1);
      store<i32>(at(codes2, place), code);
      store<i32>(at(order2, place), load<i32>(at(order, i)));
    }
    const c = codes, o = order;
    codes = codes2; order = order2; // after three passes, the result is in what was codes2 and order2
    codes2 = c; order2 = o;
  }
}

/** Copies the points into the order of the tree. A task has 256 places. */
export function sortPoints(
  task: i32, thread: i32, n: i32, points: usize, order: usize, xs: usize, ys: usize, zs: usize,
): void {
  for (let i = task * CHUNK, to = min(n, i + CHUNK); i < to; i++) {
    const p = points + (<usize>load<i32>(at(order, i)) << 4);
    store<f32>(at(xs, i), load<f32>(p));
    store<f32>(at(ys, i), load<f32>(p, 4));
    store<f32>(at(zs, i), load<f32>(p, 8));
  }
}

/** Returns the first place from `from` on whose code is not below `code`; or `to` if there is none before it. */
function firstFrom(codes: usize, from: i32, to: i32, code: i32): i32 {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (load<i32>(at(codes, middle)) < code) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * Builds the tree, parents before their children. A node has two children or more, so there are fewer than 2n nodes.
 * `levels` is [2n] of scratch memory. One task does it all.
 */
export function growTree(
  task: i32, thread: i32, n: i32, codes: usize, xs: usize, ys: usize, zs: usize, side: f32, nodes: usize, levels: usize,
): void {
  store<i32>(nodes, 0, 20);
  store<i32>(nodes, n, 28);
  store<i32>(levels, 0);
  let count = 1;
  for (let i = 0; i < count; i++) {
    const node = nodes + (<usize>i << 5), from = load<i32>(node, 20), to = load<i32>(node, 28);
    const low = load<i32>(at(codes, from)), high = load<i32>(at(codes, to - 1));
    let level = load<i32>(at(levels, i));
    while (level < LEVELS && low >> (27 - 3 * level) == high >> (27 - 3 * level)) level++; // all in one child
    const width: f32 = side / <f32>(1 << level);
    store<f32>(node, width * width, 16);
    store<i32>(node, 0, 24);
    if (to - from <= LEAF || level == LEVELS) continue;
    const shift = 27 - 3 * level, first = count;
    const base = (low >> (shift + 3)) << (shift + 3);
    for (let c = 0, begin = from; c < 8 && begin < to; c++) {
      const end = c == 7 ? to : firstFrom(codes, begin, to, base + ((c + 1) << shift));
      if (end == begin) continue;
      const child = nodes + (<usize>count << 5);
      store<i32>(child, begin, 20);
      store<i32>(child, end, 28);
      store<i32>(at(levels, count), level + 1);
      count++;
      begin = end;
    }
    store<i32>(node, first, 20);
    store<i32>(node, count - first, 24);
  }
  for (let i = count - 1; i >= 0; i--) {
    const node = nodes + (<usize>i << 5), first = load<i32>(node, 20), children = load<i32>(node, 24);
    let x: f64 = 0, y: f64 = 0, z: f64 = 0, mass: f64 = 0;
    if (children == 0) {
      const to = load<i32>(node, 28);
      for (let p = first; p < to; p++) {
        x += <f64>load<f32>(at(xs, p)); y += <f64>load<f32>(at(ys, p)); z += <f64>load<f32>(at(zs, p));
      }
      mass = <f64>(to - first);
    } else {
      for (let c = 0; c < children; c++) {
        const child = nodes + (<usize>(first + c) << 5), m = <f64>load<f32>(child, 12);
        x += m * <f64>load<f32>(child); y += m * <f64>load<f32>(child, 4); z += m * <f64>load<f32>(child, 8);
        mass += m;
      }
    }
    store<f32>(node, <f32>(x / mass));
    store<f32>(node, <f32>(y / mass), 4);
    store<f32>(node, <f32>(z / mass), 8);
    store<f32>(node, <f32>mass, 12);
  }
}

/**
 * Adds the forces and potentials of the list's entries to those of each point of a group. It fills the list up to a
 * multiple of four with entries of mass 0.
 */
function addList(from: i32, to: i32, xs: usize, ys: usize, zs: usize, list: usize, count: i32, sums: usize): void {
  const ly = list + 4 * LIST, lz = ly + 4 * LIST, lm = lz + 4 * LIST, one = f32x4.splat(1);
  for (; count & 3; count++) {
    store<f32>(at(list, count), 0); store<f32>(at(ly, count), 0); store<f32>(at(lz, count), 0);
    store<f32>(at(lm, count), 0);
  }
  const end = <usize>count << 2;
  for (let i = from; i < to; i++, sums += 64) {
    const x = v128.load32_splat(at(xs, i)), y = v128.load32_splat(at(ys, i)), z = v128.load32_splat(at(zs, i));
    let fx = v128.load(sums), fy = v128.load(sums, 16), fz = v128.load(sums, 32), sum = v128.load(sums, 48);
    for (let o: usize = 0; o < end; o += 16) {
      const dx = f32x4.sub(x, v128.load(list + o)), dy = f32x4.sub(y, v128.load(ly + o));
      const dz = f32x4.sub(z, v128.load(lz + o));
      const u = f32x4.add(f32x4.add(one, f32x4.mul(dx, dx)), f32x4.add(f32x4.mul(dy, dy), f32x4.mul(dz, dz)));
      const w = f32x4.div(one, u), mw = f32x4.mul(v128.load(lm + o), w), mw2 = f32x4.mul(mw, w);
      sum = f32x4.add(sum, mw);
      fx = f32x4.add(fx, f32x4.mul(mw2, dx));
      fy = f32x4.add(fy, f32x4.mul(mw2, dy));
      fz = f32x4.add(fz, f32x4.mul(mw2, dz));
    }
    v128.store(sums, fx); v128.store(sums, fy, 16); v128.store(sums, fz, 32); v128.store(sums, sum, 48);
  }
}

/**
 * Computes the repulsion Σj (yi − yj) / (1 + |yi − yj|²)² and the sum Σ 1 / (1 + |yi − yj|²) over the other points. A
 * node counts as one point of its mass if its side is less than `angle` times its distance from the box around the
 * group. Writes forces like points, and [tasks] f64. A task has 64 places of the tree. A thread needs 16 · 1024 + 64 ·
 * 32 + 4096 bytes of scratch memory.
 */
export function repelTree(
  task: i32, thread: i32, n: i32, nodes: usize, order: usize, xs: usize, ys: usize, zs: usize, angle: f32, out: usize,
  totals: usize, scratch: usize, scratchSize: i32,
): void {
  const list = scratch + <usize>thread * <usize>scratchSize;
  const ly = list + 4 * LIST, lz = ly + 4 * LIST, lm = lz + 4 * LIST, sums = lm + 4 * LIST, stack = sums + 64 * GROUP;
  const square = angle * angle, last = min(n, (task + 1) * PART);
  let total: f64 = 0;
  for (let from = task * PART; from < last; from += GROUP) {
    const to = min(last, from + GROUP);
    let x0: f32 = Infinity, y0 = x0, z0 = x0, x1: f32 = -Infinity, y1 = x1, z1 = x1;
    for (let i = from; i < to; i++) {
      const x = load<f32>(at(xs, i)), y = load<f32>(at(ys, i)), z = load<f32>(at(zs, i));
      x0 = min(x0, x); x1 = max(x1, x); y0 = min(y0, y); y1 = max(y1, y); z0 = min(z0, z); z1 = max(z1, z);
    }
    memory.fill(sums, 0, 64 * GROUP);
    store<i32>(stack, 0);
    let depth = 1, count = 0;
    while (depth > 0) {
      const node = nodes + (<usize>load<i32>(at(stack, --depth)) << 5);
      const x = load<f32>(node), y = load<f32>(node, 4), z = load<f32>(node, 8);
      const dx = max(max(x0 - x, x - x1), <f32>0), dy = max(max(y0 - y, y - y1), <f32>0);
      const dz = max(max(z0 - z, z - z1), <f32>0);
      const first = load<i32>(node, 20), children = load<i32>(node, 24);
      if (load<f32>(node, 16) < square * (dx * dx + dy * dy + dz * dz)) {
        store<f32>(at(list, count), x); store<f32>(at(ly, count), y); store<f32>(at(lz, count), z);
        store<f32>(at(lm, count++), load<f32>(node, 12));
      } else if (children) {
        for (let c = 0; c < children; c++) store<i32>(at(stack, depth++), first + c);
      } else {
        for (let p = first, end = load<i32>(node, 28); p < end; p++) {
          store<f32>(at(list, count), load<f32>(at(xs, p))); store<f32>(at(ly, count), load<f32>(at(ys, p)));
          store<f32>(at(lz, count), load<f32>(at(zs, p))); store<f32>(at(lm, count++), 1);
          if (count == LIST) {
            addList(from, to, xs, ys, zs, list, count, sums);
            count = 0;
          }
        }
      }
      if (count == LIST) {
        addList(from, to, xs, ys, zs, list, count, sums);
        count = 0;
      }
    }
    addList(from, to, xs, ys, zs, list, count, sums);
    for (let i = from, s = sums; i < to; i++, s += 64) {
      const force = out + (<usize>load<i32>(at(order, i)) << 4);
      store<f32>(force, sumLanes(v128.load(s)));
      store<f32>(force, sumLanes(v128.load(s, 16)), 4);
      store<f32>(force, sumLanes(v128.load(s, 32)), 8);
      store<f32>(force, 0, 12); // or the fourth number would start to move
      total += <f64>sumLanes(v128.load(s, 48)) - 1; // less the point itself
    }
  }
  store<f64>(totals + (<usize>task << 3), total);
}
