/**
 * The inner loops of SLIC's k-means. Pixels lie in rows of `stride`, a multiple of eight; of colour there are three planes
 * of such rows, f64. A centre is eight f64: y, x, three of colour, its number of pixels, and two of room. The window of a
 * centre is four i32: it looks at [top, bottom) × [left, right). Sums and distances run in the order that scikit-image
 * has them, without fused multiply-adds, so that ties fall as they fall there.
 */

const CENTER: usize = 64;
const WINDOW: usize = 16;
/** Pixels of a tile's side. */
const TILE: i32 = 8;

/**
 * One round: every pixel takes the centre nearest in place and colour among those whose window holds it, of equally near
 * ones the first; a pixel in no window keeps its own. Sums gathers (y, x, colour, 1) of each centre's pixels. Eight rows
 * are finished before the next are begun, so that they stay in the nearest cache.
 *
 * Scratch: bounds [8][stride] f64, highest [stride / 8] f64, across [stride] f64.
 */
export function assign(
  height: i32, width: i32, stride: i32, color: usize, centers: usize, windows: usize, count: i32, placeWeight: f64,
  nearest: usize, sums: usize, bounds: usize, highest: usize, across: usize,
): void {
  const plane = <usize>(height * stride) << 3;
  memory.fill(sums, 0, <usize>count * CENTER);
  for (let top = 0; top < height; top += TILE) {
    const bottom = min(height, top + TILE), p = <usize>(top * stride);
    const colors = color + (p << 3), labels = nearest + (p << 2);
    bound(top, bottom, width, stride, plane, colors, centers, windows, placeWeight, labels, bounds, highest);
    for (let k = 0; k < count; k++) {
      const window = windows + <usize>k * WINDOW;
      if (load<i32>(window) >= bottom || load<i32>(window, 8) <= top) continue;
      offer(k, top, bottom, stride, plane, colors, centers, windows, placeWeight, labels, bounds, highest, across);
    }
    gather(top, bottom, width, stride, plane, colors, labels, sums);
  }
}

/**
 * A bound of every pixel's distance to its nearest centre: just above the distance to the centre that it had before,
 * Infinity if that one's window has left it. And the highest bound of eight columns: a centre farther from them by place
 * alone is nobody's nearest there.
 */
export function bound(
  top: i32, bottom: i32, width: i32, stride: i32, plane: usize, colors: usize, centers: usize, windows: usize,
  placeWeight: f64, labels: usize, bounds: usize, highest: usize,
): void {
  const steps = f64x2(0, 1), two = f64x2.splat(2), weight = f64x2.splat(placeWeight), one = i64x2.splat(1);
  for (let left = 0; left < stride; left += TILE) {
    let most = f64x2.splat(0);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < left + TILE; x += 4) {
        const p = <usize>((y - top) * stride + x), k = load<i32>(labels + (p << 2)), to = bounds + (p << 3);
        const c = colors + (p << 3), window = windows + <usize>k * WINDOW, center = centers + <usize>k * CENTER;
        const alike = i32x4.all_true(i32x4.eq(v128.load(labels + (p << 2)), i32x4.splat(k)));
        if (alike && holds(window, y, x) && holds(window, y, x + 3)) {
          const dy = load<f64>(center) - y, dy2 = f64x2.splat(dy * dy), cx = v128.load64_splat(center, 8);
          const dxA = f64x2.sub(cx, f64x2.add(f64x2.splat(x), steps)), dxB = f64x2.sub(dxA, two);
          const c0 = v128.load64_splat(center, 16), c1 = v128.load64_splat(center, 24), c2 = v128.load64_splat(center, 32);
          const placeA = f64x2.mul(f64x2.add(dy2, f64x2.mul(dxA, dxA)), weight), u = c + plane, v = u + plane;
          const placeB = f64x2.mul(f64x2.add(dy2, f64x2.mul(dxB, dxB)), weight);
          const dA = f64x2.add(placeA, squares(v128.load(c), v128.load(u), v128.load(v), c0, c1, c2));
          const dB = f64x2.add(placeB, squares(v128.load(c, 16), v128.load(u, 16), v128.load(v, 16), c0, c1, c2));
          v128.store(to, i64x2.add(dA, one)); // the next number up
          v128.store(to, i64x2.add(dB, one), 16);
        } else {
          for (let i = 0; i < 4; i++) {
            const own = <usize>load<i32>(labels + (p << 2) + (<usize>i << 2));
            let d: f64 = x + i < width ? Infinity : 0;
            if (x + i < width && holds(windows + own * WINDOW, y, x + i)) {
              d = distance(centers + own * CENTER, y, x + i, c + (<usize>i << 3), plane, placeWeight);
              d = reinterpret<f64>(reinterpret<i64>(d) + 1);
            }
            store<f64>(to + (<usize>i << 3), d);
          }
        }
        most = f64x2.max(most, f64x2.max(v128.load(to), v128.load(to, 16)));
      }
    }
    store<f64>(highest + left, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
  }
}

// @ts-ignore: decorator
@inline
function holds(window: usize, y: i32, x: i32): bool {
  return y >= load<i32>(window) && x >= load<i32>(window, 4) && y < load<i32>(window, 8) && x < load<i32>(window, 12);
}

function distance(center: usize, y: i32, x: i32, color: usize, plane: usize, placeWeight: f64): f64 {
  const dy = load<f64>(center) - y, dx = load<f64>(center, 8) - x;
  const d0 = load<f64>(color) - load<f64>(center, 16);
  const d1 = load<f64>(color + plane) - load<f64>(center, 24);
  const d2 = load<f64>(color + 2 * plane) - load<f64>(center, 32);
  return (dy * dy + dx * dx) * placeWeight + (d0 * d0 + d1 * d1 + d2 * d2);
}

/** Centre k to the pixels of its window, four at a time: those to whom it is nearer than any before take it. */
export function offer(
  k: i32, top: i32, bottom: i32, stride: i32, plane: usize, colors: usize, centers: usize, windows: usize,
  placeWeight: f64, labels: usize, bounds: usize, highest: usize, across: usize,
): void {
  const window = windows + <usize>k * WINDOW, center = centers + <usize>k * CENTER;
  const first = max(top, load<i32>(window)), end = min(bottom, load<i32>(window, 8));
  const left = load<i32>(window, 4), right = load<i32>(window, 12);
  const from = left & -TILE, to = (right + TILE - 1) & -TILE;
  const cy = load<f64>(center), cx = load<f64>(center, 8);
  for (let x = from; x < to; x += 2) {
    const dx = f64x2.sub(f64x2.splat(cx - x), f64x2(0, 1));
    v128.store(across + (<usize>x << 3), f64x2.mul(dx, dx));
  }
  for (let x = from; x < left; x++) store<f64>(across + (<usize>x << 3), NaN); // nearer than nothing
  for (let x = right; x < to; x++) store<f64>(across + (<usize>x << 3), NaN);
  const c0 = v128.load64_splat(center, 16), c1 = v128.load64_splat(center, 24), c2 = v128.load64_splat(center, 32);
  const weight = f64x2.splat(placeWeight), own = i32x4.splat(k), dyLeast = outside(cy, top);
  for (let tile = from; tile < to; tile += TILE) {
    const dxLeast = outside(cx, tile);
    if ((dyLeast * dyLeast + dxLeast * dxLeast) * placeWeight > load<f64>(highest + tile)) continue; // colour only adds
    for (let y = first; y < end; y++) {
      const dy2 = f64x2.splat((cy - y) * (cy - y)), p = <usize>((y - top) * stride + tile);
      for (let i: usize = 0; i < <usize>TILE; i += 4) {
        const best = bounds + ((p + i) << 3), c = colors + ((p + i) << 3), u = c + plane, v = u + plane;
        const bestA = v128.load(best), bestB = v128.load(best, 16), x = across + ((<usize>tile + i) << 3);
        const placeA = f64x2.mul(f64x2.add(dy2, v128.load(x)), weight);
        const placeB = f64x2.mul(f64x2.add(dy2, v128.load(x, 16)), weight);
        const dA = f64x2.add(placeA, squares(v128.load(c), v128.load(u), v128.load(v), c0, c1, c2));
        const dB = f64x2.add(placeB, squares(v128.load(c, 16), v128.load(u, 16), v128.load(v, 16), c0, c1, c2));
        const nearerA = f64x2.lt(dA, bestA), nearerB = f64x2.lt(dB, bestB);
        if (!v128.any_true(v128.or(nearerA, nearerB))) continue;
        const label = labels + ((p + i) << 2);
        v128.store(best, f64x2.pmin(bestA, dA));
        v128.store(best, f64x2.pmin(bestB, dB), 16);
        v128.store(label, v128.bitselect(own, v128.load(label), v128.shuffle<i32>(nearerA, nearerB, 0, 2, 4, 6)));
      }
    }
  }
}

/** How far a coordinate is from those of the tile that begins at `start`. */
// @ts-ignore: decorator
@inline
function outside(center: f64, start: i32): f64 {
  return max<f64>(0, max<f64>(start - center, center - (start + TILE - 1)));
}

// @ts-ignore: decorator
@inline
function squares(a0: v128, a1: v128, a2: v128, b0: v128, b1: v128, b2: v128): v128 {
  const d0 = f64x2.sub(a0, b0), d1 = f64x2.sub(a1, b1), d2 = f64x2.sub(a2, b2);
  return f64x2.add(f64x2.add(f64x2.mul(d0, d0), f64x2.mul(d1, d1)), f64x2.mul(d2, d2));
}

/** Adds each pixel to its centre's sums, a run of one centre's at a time. */
export function gather(
  top: i32, bottom: i32, width: i32, stride: i32, plane: usize, colors: usize, labels: usize, sums: usize,
): void {
  for (let y = top; y < bottom; y++) {
    for (let x = 0; x < width; ) {
      let p = <usize>((y - top) * stride + x);
      const k = load<i32>(labels + (p << 2)), sum = sums + <usize>k * CENTER, first = x;
      let s0 = load<f64>(sum, 16), s1 = load<f64>(sum, 24), s2 = load<f64>(sum, 32);
      do {
        const c = colors + (p << 3);
        s0 += load<f64>(c);
        s1 += load<f64>(c + plane);
        s2 += load<f64>(c + 2 * plane);
        x++;
        p++;
      } while (x < width && load<i32>(labels + (p << 2)) == k);
      const run = x - first;
      store<f64>(sum, load<f64>(sum) + <f64>(y * run)); // places are whole numbers: their sums are exact
      store<f64>(sum, load<f64>(sum, 8) + 0.5 * <f64>(run * (first + x - 1)), 8);
      store<f64>(sum, s0, 16);
      store<f64>(sum, s1, 24);
      store<f64>(sum, s2, 32);
      store<f64>(sum, load<f64>(sum, 40) + run, 40);
    }
  }
}
