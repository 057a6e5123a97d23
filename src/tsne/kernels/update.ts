import {CHUNK} from "./affinities";
import {at} from "./vector";

/**
 * A gain grows by GAIN_STEP where the step goes on in its direction, and shrinks to GAIN_SHARE of itself where the step
 * turns (Jacobs 1988).
 */
const GAIN_STEP: f32 = 0.2;
const GAIN_SHARE: f32 = 0.8;
const GAIN_LEAST: f32 = 0.01;
/**
 * The bytes of a task's report: least and greatest coordinates (16 bytes each, by lane), and the gradient's sum of
 * squares (f64).
 */
const REPORT: usize = 48;

/**
 * Computes the gradient 4 (exaggeration · attraction − repulsion / Z), where repulsion is the sum of two parts. Then
 * applies gains, momentum and the step, as van der Maaten (2008, section 3.4). Arrays are flat: a vector holds two
 * points of the plane, or one point in three dimensions. Writes the points, and [tasks] reports. A task has 256 points.
 */
export function update(
  task: i32, thread: i32, n: i32, dimensions: i32, points: usize, attraction: usize, repulsion: usize,
  shortRange: usize, velocity: usize, gains: usize, exaggeration: f32, z: f32, rate: f32, momentum: f32,
  reports: usize,
): void {
  const bytes: i32 = dimensions == 2 ? 3 : 4; // log2 of a point's size
  const pull = f32x4.splat(4 * exaggeration), push = f32x4.splat(4 / z), zero = f32x4.splat(0);
  const m = f32x4.splat(momentum), r = f32x4.splat(rate);
  let low = f32x4.splat(Infinity), high = f32x4.splat(-Infinity), squares = zero;
  const to = <usize>min(n, (task + 1) * CHUNK) << bytes;
  for (let o = <usize>(task * CHUNK) << bytes; o < to; o += 16) {
    const repel = f32x4.add(v128.load(repulsion + o), v128.load(shortRange + o));
    const g = f32x4.sub(f32x4.mul(pull, v128.load(attraction + o)), f32x4.mul(push, repel));
    let v = v128.load(velocity + o), gain = v128.load(gains + o);
    const goesOn = f32x4.lt(f32x4.mul(v, g), zero); // the step is against the gradient
    gain = v128.bitselect(f32x4.add(gain, f32x4.splat(GAIN_STEP)), f32x4.mul(gain, f32x4.splat(GAIN_SHARE)), goesOn);
    gain = f32x4.max(gain, f32x4.splat(GAIN_LEAST));
    v128.store(gains + o, gain);
    v = f32x4.sub(f32x4.mul(m, v), f32x4.mul(r, f32x4.mul(gain, g)));
    let p = f32x4.add(v128.load(points + o), v), g2 = f32x4.mul(g, g);
    if (o + 8 == to) { // the last of an odd number of points in the plane: the other half belongs to no point
      v128.store64_lane(velocity + o, v, 0);
      v128.store64_lane(points + o, p, 0);
      p = v128.shuffle<f32>(p, p, 0, 1, 0, 1);
      g2 = v128.shuffle<f32>(g2, zero, 0, 1, 4, 5);
    } else {
      v128.store(velocity + o, v);
      v128.store(points + o, p);
    }
    low = f32x4.min(low, p);
    high = f32x4.max(high, p);
    squares = f32x4.add(squares, g2);
  }
  const report = reports + <usize>task * REPORT;
  v128.store(report, low);
  v128.store(report, high, 16);
  const upper = v128.shuffle<f32>(squares, squares, 2, 3, 2, 3);
  const s = f64x2.add(f64x2.promote_low_f32x4(squares), f64x2.promote_low_f32x4(upper));
  store<f64>(report, f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1), 32);
}
