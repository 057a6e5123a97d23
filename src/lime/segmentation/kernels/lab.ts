/**
 * Computes the response of CIE L*a*b*, in place: the cube root of each of `count` non-negative f64, replaced by a line
 * near black (CIE 15:2004, with the usual rounded constants). There must be room for one number more.
 */
export function respond(values: usize, count: i32): void {
  const end = values + (<usize>count << 3);
  for (let p = values; p < end; p += 16) {
    const t = v128.load(p);
    const line = f64x2.add(f64x2.mul(t, f64x2.splat(7.787)), f64x2.splat(16.0 / 116.0));
    v128.store(p, v128.bitselect(cubeRoot(t), line, f64x2.gt(t, f64x2.splat(0.008856))));
  }
}

/**
 * Computes the cube roots of two positive numbers. A third of the bits of a float, read as a whole number, plus a
 * constant, gives the bits of its cube root within 3.5 % (Kahan). Each step of Halley's iteration turns an error e into
 * 2/3 e³: 3e-5, then 2e-14. After the last step, only rounding is left.
 */
// @ts-ignore: decorator
@inline
function cubeRoot(t: v128): v128 {
  const bits = f32x4.convert_i32x4_s(f32x4.demote_f64x2_zero(t));
  const third = f32x4.add(f32x4.mul(bits, f32x4.splat(1.0 / 3.0)), f32x4.splat(709921077));
  const guess = f64x2.promote_low_f32x4(i32x4.trunc_sat_f32x4_s(third));
  return halley(halley(halley(guess, t), t), t);
}

// @ts-ignore: decorator
@inline
function halley(y: v128, t: v128): v128 {
  const cube = f64x2.mul(f64x2.mul(y, y), y), twice = f64x2.add(t, t);
  return f64x2.mul(y, f64x2.div(f64x2.add(cube, twice), f64x2.add(f64x2.add(cube, cube), t)));
}
