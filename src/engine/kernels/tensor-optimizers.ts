/**
 * Does one step of Adam (Kingma & Ba 2015, algorithm 1) with the operations of tfjs in the order of tfjs, so that the
 * results are the same to the last bit: m' = m·b1 + g·(1 − b1), v' = v·b2 + g²·(1 − b2),
 * p' = (m'/c1) / (√(v'/c2) + epsilon) · (−rate) + p, where c1 = 1 − b1ᵗ and c2 = 1 − b2ᵗ.
 *
 * @param rest1 1 − b1, rounded once from double precision, as tfjs passes it. `rest2` is 1 − b2, rounded likewise.
 */
export function adamStep(
  p: usize, g: usize, m: usize, v: usize, newP: usize, newM: usize, newV: usize, n: i32,
  b1: f32, rest1: f32, c1: f32, b2: f32, rest2: f32, c2: f32, epsilon: f32, minusRate: f32,
): void {
  const b1s = f32x4.splat(b1), rest1s = f32x4.splat(rest1), c1s = f32x4.splat(c1);
  const b2s = f32x4.splat(b2), rest2s = f32x4.splat(rest2), c2s = f32x4.splat(c2);
  const epsilons = f32x4.splat(epsilon), minusRates = f32x4.splat(minusRate);
  const end = <usize>n << 2;
  const whole = end & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const d = v128.load(g + i);
    const first = f32x4.add(f32x4.mul(v128.load(m + i), b1s), f32x4.mul(d, rest1s));
    const second = f32x4.add(f32x4.mul(v128.load(v + i), b2s), f32x4.mul(f32x4.mul(d, d), rest2s));
    v128.store(newM + i, first);
    v128.store(newV + i, second);
    const root = f32x4.add(f32x4.sqrt(f32x4.div(second, c2s)), epsilons);
    v128.store(newP + i, f32x4.add(f32x4.mul(f32x4.div(f32x4.div(first, c1s), root), minusRates), v128.load(p + i)));
  }
  for (; i < end; i += 4) {
    const d = load<f32>(g + i);
    const first = load<f32>(m + i) * b1 + d * rest1;
    const second = load<f32>(v + i) * b2 + d * d * rest2;
    store<f32>(newM + i, first);
    store<f32>(newV + i, second);
    store<f32>(newP + i, (first / c1 / (sqrt<f32>(second / c2) + epsilon)) * minusRate + load<f32>(p + i));
  }
}

/** One step of gradient descent with momentum (Polyak 1964), as tfjs does it: m' = decay·m + g, p' = (−rate)·m' + p. */
export function momentumStep(
  p: usize, g: usize, m: usize, newP: usize, newM: usize, n: i32, decay: f32, minusRate: f32,
): void {
  const decays = f32x4.splat(decay), minusRates = f32x4.splat(minusRate);
  const end = <usize>n << 2;
  const whole = end & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const velocity = f32x4.add(f32x4.mul(decays, v128.load(m + i)), v128.load(g + i));
    v128.store(newM + i, velocity);
    v128.store(newP + i, f32x4.add(f32x4.mul(minusRates, velocity), v128.load(p + i)));
  }
  for (; i < end; i += 4) {
    const velocity = decay * load<f32>(m + i) + load<f32>(g + i);
    store<f32>(newM + i, velocity);
    store<f32>(newP + i, minusRate * velocity + load<f32>(p + i));
  }
}
