/**
 * SLIC's k-means. Pixels lie in rows of `stride`, a multiple of four; of colour there are three planes of such rows, f64.
 * A centre is eight f64: y, x, three of colour, its number of pixels, and two of room. Sums and distances run in the order
 * that scikit-image has them, without fused multiply-adds, so that ties fall as they fall there.
 */

const CENTER: usize = 64;
const WINDOW: usize = 16;

/**
 * Gives each pixel the centre nearest in place and colour, among those whose window holds it, and moves the centres to
 * the mean of their pixels, again and again. Of equally near centres the first wins; a pixel in no window keeps its own.
 *
 * Out: nearest [height][stride] i32, zeros before; centers. Scratch: distance [height][stride] f64, across [stride] f64,
 * windows [count][4] i32.
 */
export function cluster(
  height: i32, width: i32, stride: i32, color: usize, centers: usize, count: i32, reachY: i32, reachX: i32,
  placeWeight: f64, nearest: usize, distance: usize, across: usize, windows: usize, iterations: i32,
): void {
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let k = 0; k < count; k++) {
      setWindow(windows + <usize>k * WINDOW, centers + <usize>k * CENTER, height, width, reachY, reachX);
    }
    expect(height, width, stride, color, centers, placeWeight, nearest, distance, windows);
    for (let k = 0; k < count; k++) {
      offer(k, height, stride, color, centers, placeWeight, nearest, distance, across, windows);
    }
    move(height, width, stride, color, centers, count, nearest);
  }
}

/** [top, left, bottom, right) of the pixels that a centre looks at; none for one that has lost all its pixels. */
function setWindow(window: usize, center: usize, height: i32, width: i32, reachY: i32, reachX: i32): void {
  const y = load<f64>(center), x = load<f64>(center, 8);
  if (isNaN(y)) {
    memory.fill(window, 0, WINDOW);
    return;
  }
  store<i32>(window, <i32>max<f64>(y - reachY, 0));
  store<i32>(window, <i32>max<f64>(x - reachX, 0), 4);
  store<i32>(window, <i32>min<f64>(y + reachY + 1, height), 8);
  store<i32>(window, <i32>min<f64>(x + reachX + 1, width), 12);
}

/**
 * Distance of each pixel to the centre that it had, which bounds what the nearest one can be: most others are then
 * seen to be farther by their place alone. Infinity where there is none yet, or its window has left the pixel.
 */
function expect(
  height: i32, width: i32, stride: i32, color: usize, centers: usize, placeWeight: f64,
  nearest: usize, distance: usize, windows: usize,
): void {
  const plane = <usize>(height * stride) << 3, steps = f64x2(0, 1), two = f64x2.splat(2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 4) {
      const p = <usize>(y * stride + x), c = color + (p << 3), to = distance + (p << 3);
      const k = load<i32>(nearest + (p << 2));
      const window = windows + <usize>k * WINDOW, center = centers + <usize>k * CENTER;
      if (
        i32x4.all_true(i32x4.eq(v128.load(nearest + (p << 2)), i32x4.splat(k))) && x >= load<i32>(window, 4) &&
        x + 4 <= load<i32>(window, 12) && y >= load<i32>(window) && y < load<i32>(window, 8)
      ) {
        const dy = load<f64>(center) - y, dy2 = f64x2.splat(dy * dy), weight = f64x2.splat(placeWeight);
        const xA = f64x2.add(f64x2.splat(x), steps), cx = v128.load64_splat(center, 8);
        const dxA = f64x2.sub(cx, xA), dxB = f64x2.sub(cx, f64x2.add(xA, two));
        const placeA = f64x2.mul(f64x2.add(dy2, f64x2.mul(dxA, dxA)), weight);
        const placeB = f64x2.mul(f64x2.add(dy2, f64x2.mul(dxB, dxB)), weight);
        const c0 = v128.load64_splat(center, 16), c1 = v128.load64_splat(center, 24), c2 = v128.load64_splat(center, 32);
        const u = c + plane, v = u + plane;
        v128.store(to, f64x2.add(placeA, squares(v128.load(c), v128.load(u), v128.load(v), c0, c1, c2)));
        v128.store(to, f64x2.add(placeB, squares(v128.load(c, 16), v128.load(u, 16), v128.load(v, 16), c0, c1, c2)), 16);
      } else {
        for (let i = 0; i < 4; i++) {
          expectOne(y, x + i, p + i, plane, color, centers, placeWeight, nearest, distance, windows);
        }
      }
    }
  }
}

function expectOne(
  y: i32, x: i32, p: usize, plane: usize, color: usize, centers: usize, placeWeight: f64,
  nearest: usize, distance: usize, windows: usize,
): void {
  const k = <usize>load<i32>(nearest + (p << 2)), c = color + (p << 3);
  const window = windows + k * WINDOW, center = centers + k * CENTER;
  let d: f64 = Infinity;
  if (y >= load<i32>(window) && x >= load<i32>(window, 4) && y < load<i32>(window, 8) && x < load<i32>(window, 12)) {
    const dy = load<f64>(center) - y, dx = load<f64>(center, 8) - x;
    const d0 = load<f64>(c) - load<f64>(center, 16);
    const d1 = load<f64>(c + plane) - load<f64>(center, 24);
    const d2 = load<f64>(c + 2 * plane) - load<f64>(center, 32);
    d = (dy * dy + dx * dx) * placeWeight + (d0 * d0 + d1 * d1 + d2 * d2);
  }
  store<f64>(distance + (p << 3), d);
}

/** Centre k to every pixel of its window, four at a time; outside it `across` is NaN, which is less than nothing. */
function offer(
  k: i32, height: i32, stride: i32, color: usize, centers: usize, placeWeight: f64,
  nearest: usize, distance: usize, across: usize, windows: usize,
): void {
  const window = windows + <usize>k * WINDOW, center = centers + <usize>k * CENTER;
  const top = load<i32>(window), left = load<i32>(window, 4), bottom = load<i32>(window, 8), right = load<i32>(window, 12);
  const from = left & ~3, to = (right + 3) & ~3;
  const cy = load<f64>(center), cx = load<f64>(center, 8);
  for (let x = from; x < to; x++) {
    store<f64>(across + (<usize>x << 3), x < left || x >= right ? NaN : (cx - x) * (cx - x));
  }
  const c0 = v128.load64_splat(center, 16), c1 = v128.load64_splat(center, 24), c2 = v128.load64_splat(center, 32);
  const weight = f64x2.splat(placeWeight), own = i32x4.splat(k), plane = <usize>(height * stride) << 3;
  for (let y = top; y < bottom; y++) {
    const dy2 = f64x2.splat((cy - y) * (cy - y)), row = <usize>(y * stride);
    const end = across + (<usize>to << 3);
    let best = distance + ((row + from) << 3), c = color + ((row + from) << 3), label = nearest + ((row + from) << 2);
    for (let a = across + (<usize>from << 3); a < end; a += 32, best += 32, c += 32, label += 16) {
      const bestA = v128.load(best), bestB = v128.load(best, 16);
      const placeA = f64x2.mul(f64x2.add(dy2, v128.load(a)), weight);
      const placeB = f64x2.mul(f64x2.add(dy2, v128.load(a, 16)), weight);
      if (!v128.any_true(v128.or(f64x2.le(placeA, bestA), f64x2.le(placeB, bestB)))) continue; // colour only adds
      const u = c + plane, v = u + plane;
      const dA = f64x2.add(placeA, squares(v128.load(c), v128.load(u), v128.load(v), c0, c1, c2));
      const dB = f64x2.add(placeB, squares(v128.load(c, 16), v128.load(u, 16), v128.load(v, 16), c0, c1, c2));
      const labels = v128.load(label);
      const nearer = v128.shuffle<i32>(f64x2.lt(dA, bestA), f64x2.lt(dB, bestB), 0, 2, 4, 6);
      const equal = v128.shuffle<i32>(f64x2.eq(dA, bestA), f64x2.eq(dB, bestB), 0, 2, 4, 6);
      const taken = v128.or(nearer, v128.and(equal, i32x4.lt_s(own, labels)));
      if (!v128.any_true(taken)) continue;
      v128.store(best, f64x2.pmin(bestA, dA));
      v128.store(best, f64x2.pmin(bestB, dB), 16);
      v128.store(label, v128.bitselect(own, labels, taken));
    }
  }
}

// @ts-ignore: decorator
@inline
function squares(a0: v128, a1: v128, a2: v128, b0: v128, b1: v128, b2: v128): v128 {
  const d0 = f64x2.sub(a0, b0), d1 = f64x2.sub(a1, b1), d2 = f64x2.sub(a2, b2);
  return f64x2.add(f64x2.add(f64x2.mul(d0, d0), f64x2.mul(d1, d1)), f64x2.mul(d2, d2));
}

/** Each centre to the mean of its pixels, in place and colour; NaN if it has none. */
function move(
  height: i32, width: i32, stride: i32, color: usize, centers: usize, count: i32, nearest: usize,
): void {
  const plane = <usize>(height * stride) << 3, end = centers + <usize>count * CENTER;
  memory.fill(centers, 0, <usize>count * CENTER);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      let p = <usize>(y * stride + x);
      const k = load<i32>(nearest + (p << 2)), center = centers + <usize>k * CENTER, first = x;
      let s0 = load<f64>(center, 16), s1 = load<f64>(center, 24), s2 = load<f64>(center, 32);
      do {
        const c = color + (p << 3);
        s0 += load<f64>(c);
        s1 += load<f64>(c + plane);
        s2 += load<f64>(c + 2 * plane);
        x++;
        p++;
      } while (x < width && load<i32>(nearest + (p << 2)) == k);
      const run = x - first;
      store<f64>(center, load<f64>(center) + <f64>(y * run)); // places are whole numbers: their sums are exact
      store<f64>(center, load<f64>(center, 8) + 0.5 * <f64>(run * (first + x - 1)), 8);
      store<f64>(center, s0, 16);
      store<f64>(center, s1, 24);
      store<f64>(center, s2, 32);
      store<f64>(center, load<f64>(center, 40) + run, 40);
    }
  }
  for (let center = centers; center < end; center += CENTER) {
    const size = load<f64>(center, 40);
    for (let i: usize = 0; i < 40; i += 8) store<f64>(center + i, load<f64>(center + i) / size);
  }
}
