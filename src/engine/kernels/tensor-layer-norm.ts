/**
 * @file Layer normalisation over the last axis (Ba, Kiros & Hinton 2016, "Layer normalization", eq. 3 and 4), of any
 * width. A variance is a sum divided by the width, as in TensorFlow and PyTorch.
 */
import {madd, sumOfLanes} from "./simd";

/**
 * Computes y = (x − mean) / √(variance + ε) · gain + bias, row by row.
 *
 * @param stats Receives [row][2]: the mean, and 1 / √(variance + ε). The gradient needs them.
 */
export function layerNorm(
  x: usize, gain: usize, bias: usize, y: usize, stats: usize, rows: i32, width: i32, epsilon: f32,
): void {
  const row = <usize>width << 2;
  const whole = row & ~15;
  for (let r = 0; r < rows; r++) {
    let sums = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) sums = f32x4.add(sums, v128.load(x + at));
    let sum = sumOfLanes(sums);
    for (let at = whole; at < row; at += 4) sum += load<f32>(x + at);
    const mean = sum / <f32>width;
    const m = f32x4.splat(mean);
    let squares = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const d = f32x4.sub(v128.load(x + at), m);
      squares = madd(squares, d, d);
    }
    let square = sumOfLanes(squares);
    for (let at = whole; at < row; at += 4) {
      const d = load<f32>(x + at) - mean;
      square += d * d;
    }
    const inverse = <f32>(1 / Math.sqrt(<f64>(square / <f32>width + epsilon)));
    const i = f32x4.splat(inverse);
    for (let at: usize = 0; at < whole; at += 16) {
      const hat = f32x4.mul(f32x4.sub(v128.load(x + at), m), i);
      v128.store(y + at, madd(v128.load(bias + at), hat, v128.load(gain + at)));
    }
    for (let at = whole; at < row; at += 4) {
      store<f32>(y + at, load<f32>(bias + at) + (load<f32>(x + at) - mean) * inverse * load<f32>(gain + at));
    }
    store<f32>(stats, mean);
    store<f32>(stats, inverse, 4);
    stats += 8;
    x += row;
    y += row;
  }
}

/**
 * Computes the gradients. With h = (x − mean) · inverse and g = dy · gain: dx = inverse · (g − mean of g − h · mean of
 * g h), dGain = Σ over rows of dy h, dBias = Σ over rows of dy.
 */
export function layerNormGradient(
  x: usize, gain: usize, stats: usize, dy: usize, dx: usize, dGain: usize, dBias: usize, rows: i32, width: i32,
): void {
  const row = <usize>width << 2;
  const whole = row & ~15;
  memory.fill(dGain, 0, row);
  memory.fill(dBias, 0, row);
  for (let r = 0; r < rows; r++) {
    const mean = load<f32>(stats);
    const inverse = load<f32>(stats, 4);
    const m = f32x4.splat(mean);
    const i = f32x4.splat(inverse);
    let sumsG = f32x4.splat(0);
    let sumsGH = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const d = v128.load(dy + at);
      const h = f32x4.mul(f32x4.sub(v128.load(x + at), m), i);
      const g = f32x4.mul(d, v128.load(gain + at));
      sumsG = f32x4.add(sumsG, g);
      sumsGH = madd(sumsGH, g, h);
      v128.store(dBias + at, f32x4.add(v128.load(dBias + at), d));
      v128.store(dGain + at, madd(v128.load(dGain + at), d, h));
    }
    let sumG = sumOfLanes(sumsG);
    let sumGH = sumOfLanes(sumsGH);
    for (let at = whole; at < row; at += 4) {
      const d = load<f32>(dy + at);
      const h = (load<f32>(x + at) - mean) * inverse;
      const g = d * load<f32>(gain + at);
      sumG += g;
      sumGH += g * h;
      store<f32>(dBias + at, load<f32>(dBias + at) + d);
      store<f32>(dGain + at, load<f32>(dGain + at) + d * h);
    }
    const meanG = sumG / <f32>width;
    const meanGH = sumGH / <f32>width;
    const a = f32x4.splat(meanG);
    const b = f32x4.splat(meanGH);
    for (let at: usize = 0; at < whole; at += 16) {
      const h = f32x4.mul(f32x4.sub(v128.load(x + at), m), i);
      const g = f32x4.mul(v128.load(dy + at), v128.load(gain + at));
      v128.store(dx + at, f32x4.mul(i, f32x4.sub(f32x4.sub(g, a), f32x4.mul(h, b))));
    }
    for (let at = whole; at < row; at += 4) {
      const h = (load<f32>(x + at) - mean) * inverse;
      store<f32>(dx + at, inverse * (load<f32>(dy + at) * load<f32>(gain + at) - meanG - h * meanGH));
    }
    stats += 8;
    x += row;
    dy += row;
    dx += row;
  }
}
