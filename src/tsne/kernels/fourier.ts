/**
 * Computes complex Fourier transforms of length N = 2^a 3^b. Four independent transforms stand in the lanes of a
 * vector. The algorithm is Stockham's self-sorting one (Cochran et al. 1967), with radix 4, 3 and 2. An element
 * is two vectors, real then imaginary: 32 bytes.
 */

// @ts-ignore: decorator
@inline
export function realPart(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f32x4.sub(f32x4.mul(ar, br), f32x4.mul(ai, bi));
}

// @ts-ignore: decorator
@inline
export function imaginaryPart(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f32x4.add(f32x4.mul(ar, bi), f32x4.mul(ai, br));
}

// @ts-ignore: decorator
@inline
function storeProduct(address: usize, ar: v128, ai: v128, br: v128, bi: v128): void {
  v128.store(address, realPart(ar, ai, br, bi));
  v128.store(address, imaginaryPart(ar, ai, br, bi), 16);
}

// @ts-ignore: decorator
@inline
function storePair(address: usize, re: v128, im: v128): void {
  v128.store(address, re);
  v128.store(address, im, 16);
}

/**
 * Computes Σj x[j] exp(−2πi jk/N) for all k.
 *
 * @param x The input; it is overwritten.
 * @param y As much room as x has.
 * @param roots N pairs cos, −sin of 2πj/N.
 * @param radices i32, ended by 0; their product is N.
 * @returns Which of x and y holds the result.
 */
export function fourier(N: i32, x: usize, y: usize, roots: usize, radices: usize): usize {
  let length = N, stride = 1; // the length still to be split; how many sub-transforms are interleaved
  for (let radix = load<i32>(radices); radix != 0; radices += 4, radix = load<i32>(radices)) {
    const part = length / radix;
    const run = <usize>stride << 5, leg = <usize>(stride * part) << 5; // bytes: a run; between a butterfly's inputs
    for (let p = 0; p < part; p++) {
      const root1 = roots + (<usize>(p * stride) << 3);
      const w1r = v128.load32_splat(root1), w1i = v128.load32_splat(root1, 4);
      let a = x + <usize>p * run, o = y + <usize>(radix * p) * run;
      const end = a + run;
      if (radix == 2) {
        for (; a < end; a += 32, o += 32) {
          const ar = v128.load(a), ai = v128.load(a, 16), br = v128.load(a + leg), bi = v128.load(a + leg, 16);
          storePair(o, f32x4.add(ar, br), f32x4.add(ai, bi));
          storeProduct(o + run, f32x4.sub(ar, br), f32x4.sub(ai, bi), w1r, w1i);
        }
        continue;
      }
      const root2 = roots + (<usize>(2 * p * stride) << 3);
      const w2r = v128.load32_splat(root2), w2i = v128.load32_splat(root2, 4);
      if (radix == 3) {
        const half = f32x4.splat(0.5), sine = f32x4.splat(0.8660254); // cos and sin of 60°
        for (; a < end; a += 32, o += 32) {
          const ar = v128.load(a), ai = v128.load(a, 16);
          const br = v128.load(a + leg), bi = v128.load(a + leg, 16);
          const cr = v128.load(a + 2 * leg), ci = v128.load(a + 2 * leg, 16);
          const sr = f32x4.add(br, cr), si = f32x4.add(bi, ci);
          const dr = f32x4.mul(sine, f32x4.sub(br, cr)), di = f32x4.mul(sine, f32x4.sub(bi, ci));
          const mr = f32x4.sub(ar, f32x4.mul(half, sr)), mi = f32x4.sub(ai, f32x4.mul(half, si));
          storePair(o, f32x4.add(ar, sr), f32x4.add(ai, si));
          storeProduct(o + run, f32x4.add(mr, di), f32x4.sub(mi, dr), w1r, w1i);
          storeProduct(o + 2 * run, f32x4.sub(mr, di), f32x4.add(mi, dr), w2r, w2i);
        }
        continue;
      }
      const root3 = roots + (<usize>(3 * p * stride) << 3);
      const w3r = v128.load32_splat(root3), w3i = v128.load32_splat(root3, 4);
      for (; a < end; a += 32, o += 32) {
        const ar = v128.load(a), ai = v128.load(a, 16), br = v128.load(a + leg), bi = v128.load(a + leg, 16);
        const cr = v128.load(a + 2 * leg), ci = v128.load(a + 2 * leg, 16);
        const dr = v128.load(a + 3 * leg), di = v128.load(a + 3 * leg, 16);
        const acr = f32x4.add(ar, cr), aci = f32x4.add(ai, ci), bdr = f32x4.add(br, dr), bdi = f32x4.add(bi, di);
        const aMinusCr = f32x4.sub(ar, cr), aMinusCi = f32x4.sub(ai, ci);
        const bMinusDr = f32x4.sub(br, dr), bMinusDi = f32x4.sub(bi, di);
        storePair(o, f32x4.add(acr, bdr), f32x4.add(aci, bdi));
        storeProduct(o + run, f32x4.add(aMinusCr, bMinusDi), f32x4.sub(aMinusCi, bMinusDr), w1r, w1i);
        storeProduct(o + 2 * run, f32x4.sub(acr, bdr), f32x4.sub(aci, bdi), w2r, w2i);
        storeProduct(o + 3 * run, f32x4.sub(aMinusCr, bMinusDi), f32x4.add(aMinusCi, bMinusDr), w3r, w3i);
      }
    }
    const swap = x;
    x = y;
    y = swap;
    length = part;
    stride *= radix;
  }
  return x;
}
