/**
 * The inner loop of SLIC's k-means. Pixels lie in rows of `stride`, a multiple of eight. The colour of every four
 * pixels is twelve f64: four of each channel. A centre is eight f64: y, x, three of colour, its number of pixels, and
 * two that are not used. The window of a centre is four i32, top, left, bottom and right: the centre looks at
 * [top, bottom) × [left, right). Sums and distances are computed in the order of scikit-image, without fused
 * multiply-adds, so that ties fall as they do there.
 */

const CENTER: usize = 64;
const WINDOW: usize = 16;
/** How many rows are finished together, and how many columns are skipped together. */
const TILE: i32 = 8;

/**
 * Makes one round of k-means. Each pixel takes the centre that is nearest in place and colour among those whose window
 * holds the pixel; of equally near centres, it takes the first. A pixel in no window keeps its centre. `sums` receives
 * the sum of (y, x, colour, 1) over the pixels of each centre. Eight rows are finished before the next eight begin, so
 * that they stay in the nearest cache.
 *
 * Scratch: bounds [8][stride] f64, highest [stride / 8] f64, across [stride] f64.
 */
export function assign(
  height: i32, width: i32, stride: i32, color: usize, centers: usize, windows: usize, count: i32, placeWeight: f64,
  nearest: usize, sums: usize, bounds: usize, highest: usize, across: usize,
): void {
  memory.fill(sums, 0, <usize>count * CENTER);
  for (let top = 0; top < height; top += TILE) {
    const bottom = min(height, top + TILE), p = <usize>(top * stride), colors = color + 24 * p, labels = nearest + 4 * p;
    bound(top, bottom, width, stride, colors, centers, windows, placeWeight, labels, bounds, highest);
    for (let k = 0; k < count; k++) {
      const window = windows + <usize>k * WINDOW;
      if (load<i32>(window) >= bottom || load<i32>(window, 8) <= top) continue;
      offer(k, top, bottom, stride, colors, centers, windows, placeWeight, labels, bounds, highest, across);
    }
    gather(top, bottom, width, stride, colors, labels, sums);
  }
}

/**
 * Computes a bound of each pixel's distance to its nearest centre. Pixels are handled in fours. The bound is just above
 * the distance to the centre that the first or the last of the four had before, whichever is nearer; it is Infinity if
 * the windows of these centres do not hold the four. `highest` receives the highest bound of eight columns: a centre
 * farther from them by place alone is the nearest of none of their pixels.
 */
export function bound(
  top: i32, bottom: i32, width: i32, stride: i32, colors: usize, centers: usize, windows: usize,
  placeWeight: f64, labels: usize, bounds: usize, highest: usize,
): void {
  const one = i64x2.splat(1);
  for (let left = 0; left < stride; left += TILE) {
    let most = f64x2.splat(0);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < min(width, left + TILE); x += 4) {
        const p = <usize>((y - top) * stride + x), c = colors + 24 * p, to = bounds + 8 * p;
        const first = load<i32>(labels + 4 * p), last = load<i32>(labels + 4 * p, 12);
        let a = f64x2.splat(Infinity), b = a;
        if (holds(windows, first, y, x, width)) {
          const center = centers + <usize>first * CENTER;
          a = i64x2.add(distances(center, y, x, c, placeWeight), one); // the next number up
          b = i64x2.add(distances(center, y, x + 2, c + 16, placeWeight), one);
        }
        if (first != last && holds(windows, last, y, x, width)) {
          const center = centers + <usize>last * CENTER;
          a = f64x2.pmin(a, i64x2.add(distances(center, y, x, c, placeWeight), one));
          b = f64x2.pmin(b, i64x2.add(distances(center, y, x + 2, c + 16, placeWeight), one));
        }
        v128.store(to, a);
        v128.store(to, b, 16);
        most = f64x2.max(most, f64x2.max(a, b));
      }
    }
    store<f64>(highest + left, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
  }
}

/** Whether a centre's window holds all those of four pixels that lie in the image. */
// @ts-ignore: decorator
@inline
function holds(windows: usize, k: i32, y: i32, x: i32, width: i32): bool {
  const window = windows + <usize>k * WINDOW;
  return y >= load<i32>(window) && x >= load<i32>(window, 4) && y < load<i32>(window, 8) &&
    min(x + 4, width) <= load<i32>(window, 12);
}

/** Computes the distances from a centre to pixels x and x + 1 of row y. */
// @ts-ignore: decorator
@inline
function distances(center: usize, y: i32, x: i32, color: usize, placeWeight: f64): v128 {
  const dy = load<f64>(center) - y, dx = f64x2.sub(f64x2.splat(load<f64>(center, 8) - x), f64x2(0, 1));
  const place = f64x2.mul(f64x2.add(f64x2.splat(dy * dy), f64x2.mul(dx, dx)), f64x2.splat(placeWeight));
  const c0 = v128.load64_splat(center, 16), c1 = v128.load64_splat(center, 24), c2 = v128.load64_splat(center, 32);
  return f64x2.add(place, squares(color, c0, c1, c2));
}

/**
 * Offers centre k to the pixels of its window. A pixel takes the centre if it is nearer than the pixel's bound; the
 * bound then becomes this distance.
 */
export function offer(
  k: i32, top: i32, bottom: i32, stride: i32, colors: usize, centers: usize, windows: usize,
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
  for (let x = from; x < left; x++) store<f64>(across + (<usize>x << 3), NaN); // no pixel here takes the centre
  for (let x = right; x < to; x++) store<f64>(across + (<usize>x << 3), NaN);
  const c0 = v128.load64_splat(center, 16), c1 = v128.load64_splat(center, 24), c2 = v128.load64_splat(center, 32);
  const weight = f64x2.splat(placeWeight), own = i32x4.splat(k), dyLeast = outside(cy, top);
  for (let tile = from; tile < to; tile += TILE) {
    const dxLeast = outside(cx, tile);
    if ((dyLeast * dyLeast + dxLeast * dxLeast) * placeWeight > load<f64>(highest + tile)) continue; // colour only adds
    const x = across + (<usize>tile << 3);
    for (let y = first; y < end; y++) {
      const dy2 = f64x2.splat((cy - y) * (cy - y)), p = <usize>((y - top) * stride + tile);
      const c = colors + 24 * p, best = bounds + 8 * p, label = labels + 4 * p;
      offerFour(x, dy2, weight, c, c0, c1, c2, best, label, own);
      offerFour(x + 32, dy2, weight, c + 96, c0, c1, c2, best + 32, label + 16, own);
    }
  }
}

// @ts-ignore: decorator
@inline
function offerFour(
  across: usize, dy2: v128, weight: v128, color: usize, c0: v128, c1: v128, c2: v128, best: usize, label: usize, own: v128,
): void {
  const bestA = v128.load(best), bestB = v128.load(best, 16);
  const placeA = f64x2.mul(f64x2.add(dy2, v128.load(across)), weight);
  const placeB = f64x2.mul(f64x2.add(dy2, v128.load(across, 16)), weight);
  const dA = f64x2.add(placeA, squares(color, c0, c1, c2)), dB = f64x2.add(placeB, squares(color + 16, c0, c1, c2));
  const nearerA = f64x2.lt(dA, bestA), nearerB = f64x2.lt(dB, bestB);
  if (v128.any_true(v128.or(nearerA, nearerB))) {
    v128.store(best, f64x2.pmin(bestA, dA));
    v128.store(best, f64x2.pmin(bestB, dB), 16);
    v128.store(label, v128.bitselect(own, v128.load(label), v128.shuffle<i32>(nearerA, nearerB, 0, 2, 4, 6)));
  }
}

/** How far a coordinate is from those of the tile that begins at `start`. */
// @ts-ignore: decorator
@inline
function outside(center: f64, start: i32): f64 {
  return max<f64>(0, max<f64>(start - center, center - (start + TILE - 1)));
}

/** Computes the squared differences of two pixels' colours from a centre's colour. */
// @ts-ignore: decorator
@inline
function squares(color: usize, c0: v128, c1: v128, c2: v128): v128 {
  const d0 = f64x2.sub(v128.load(color), c0);
  const d1 = f64x2.sub(v128.load(color, 32), c1);
  const d2 = f64x2.sub(v128.load(color, 64), c2);
  return f64x2.add(f64x2.add(f64x2.mul(d0, d0), f64x2.mul(d1, d1)), f64x2.mul(d2, d2));
}

/** Adds each pixel to the sums of its centre. Neighbours in a row that have the same centre are added together. */
export function gather(
  top: i32, bottom: i32, width: i32, stride: i32, colors: usize, labels: usize, sums: usize,
): void {
  for (let y = top; y < bottom; y++) {
    const row = <usize>((y - top) * stride);
    for (let x = 0; x < width; ) {
      const k = load<i32>(labels + 4 * (row + x)), sum = sums + <usize>k * CENTER, first = x;
      let s0 = load<f64>(sum, 16), s1 = load<f64>(sum, 24), s2 = load<f64>(sum, 32);
      do {
        const c = colors + 24 * (row + (x & ~3)) + 8 * (x & 3);
        s0 += load<f64>(c);
        s1 += load<f64>(c, 32);
        s2 += load<f64>(c, 64);
        x++;
      } while (x < width && load<i32>(labels + 4 * (row + x)) == k);
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
