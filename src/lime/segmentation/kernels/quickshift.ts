/**
 * Adds to the density of each pixel the weight of the pixel that is (dy, dx) away from it,
 * exp(exponent · (squared difference of colour + squared difference of place)). It adds the same weight to the density
 * of that other pixel, so that each pair is measured once. dy ≥ 0.
 *
 * The colour is three planes [height][width] f64, `plane` bytes apart. The density is read and written, [height][width]
 * f64. Both are followed by room for one number more.
 */
export function addPairs(
  dy: i32, dx: i32, height: i32, width: i32, color: usize, plane: usize, exponent: f64, density: usize,
): void {
  const left = max(0, -dx), right = width - max(0, dx), across = <usize>(dy * width + dx) << 3;
  const place = f64x2.splat(dy * dy + dx * dx), factor = f64x2.splat(exponent);
  for (let y = 0; y + dy < height; y++) {
    for (let x = left; x < right; x += 2) {
      const at = <usize>(y * width + x) << 3, p = color + at, q = p + across;
      const d0 = f64x2.sub(v128.load(p), v128.load(q));
      const d1 = f64x2.sub(v128.load(p + plane), v128.load(q + plane));
      const d2 = f64x2.sub(v128.load(p + 2 * plane), v128.load(q + 2 * plane));
      const squares = f64x2.add(f64x2.add(f64x2.mul(d0, d0), f64x2.mul(d1, d1)), f64x2.mul(d2, d2));
      const power = f64x2.mul(f64x2.add(squares, place), factor);
      if (!v128.any_true(f64x2.gt(power, f64x2.splat(NOTHING)))) continue;
      let weight = exp2(power);
      if (x + 1 == right) weight = f64x2.replace_lane(weight, 1, 0);
      const a = density + at, b = a + across;
      v128.store(a, f64x2.add(v128.load(a), weight));
      v128.store(b, f64x2.add(v128.load(b), weight)); // read after the first is written: both may hold one pixel
    }
  }
}

/** e^−40 is 4e-18. Added to a density, which is 1 or more, it changes no bit. */
const NOTHING: f64 = -40;
/** This, added to a number below 2^51, rounds the number to a whole one, which then stands in the lowest bits. */
const ROUNDER: f64 = 6755399441055744; // 1.5 · 2^52

/**
 * Computes exp of two numbers that are at most 0; numbers below −64 count as −64. The result is 2^n · e^r with
 * |r| ≤ ln 2 / 2, where e^r is its Taylor series to r¹³: the relative error is below 3e-16. ln 2 is subtracted in two
 * parts, and n times the first part is exact.
 */
// @ts-ignore: decorator
@inline
function exp2(x: v128): v128 {
  const power = f64x2.max(x, f64x2.splat(-64));
  const shifted = f64x2.add(f64x2.mul(power, f64x2.splat(1.4426950408889634)), f64x2.splat(ROUNDER));
  const n = f64x2.sub(shifted, f64x2.splat(ROUNDER));
  const rough = f64x2.sub(power, f64x2.mul(n, f64x2.splat(6.93147180369123816490e-01)));
  const r = f64x2.sub(rough, f64x2.mul(n, f64x2.splat(1.90821492927058770002e-10)));
  let series = f64x2.splat(1 / 6227020800.0); // 1 / 13!
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 479001600.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 39916800.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 3628800.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 362880.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 40320.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 5040.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 720.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 120.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 24.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1 / 6.0));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(0.5));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1));
  series = f64x2.add(f64x2.mul(series, r), f64x2.splat(1));
  return i64x2.add(series, i64x2.shl(shifted, 52)); // adds n to the exponent
}
