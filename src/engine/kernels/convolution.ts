import {sumOfLanes} from "./simd";
import {
  convolveRow1, convolveRow2, convolveRow3, convolveRow4,
  gradientTile1x1, gradientTile1x2, gradientTile1x3, gradientTile2x1, gradientTile2x2, gradientTile2x3,
} from "./generated/tiles";

/**
 * Convolves four images at once: out[k][y][x] = epilogue(bias[k] + Σ_tap x[y · stride, x · stride + tap] · w[k][tap]).
 * It also computes the gradient with respect to a convolution's input: this is the same sum, over the output's gradient
 * with a border, with flipped weights (Dumoulin & Visin 2016, section 4).
 *
 * @param taps The byte offset of each tap from the window's first input, u32 [tapCount].
 * @param w Packed by four output channels, f32 [channels / 4][tapCount][4]; the channels left over stand at the end,
 *   [tapCount][channels % 4].
 * @param epilogue 0: none. 1: relu. 2: relu's derivative: the output is 0 where `mask` is not above 0.
 */
export function convolve(
  x: usize, xRow: usize, xStep: usize, taps: usize, tapCount: i32, w: usize, bias: usize, channels: i32,
  out: usize, oRow: usize, oPlane: usize, height: i32, width: i32,
  mask: usize, mRow: usize, mPlane: usize, epilogue: i32,
): void {
  const end = taps + (<usize>tapCount << 2);
  for (let k = 0; k < channels; k += 4) {
    for (let y = 0; y < height; y++) {
      const xp = x + <usize>y * xRow, op = out + <usize>y * oRow, mp = mask + <usize>y * mRow;
      switch (channels - k) {
        case 1: convolveRow1(xp, xStep, taps, end, w, bias, op, oPlane, mp, mPlane, epilogue, width); break;
        case 2: convolveRow2(xp, xStep, taps, end, w, bias, op, oPlane, mp, mPlane, epilogue, width); break;
        case 3: convolveRow3(xp, xStep, taps, end, w, bias, op, oPlane, mp, mPlane, epilogue, width); break;
        default: convolveRow4(xp, xStep, taps, end, w, bias, op, oPlane, mp, mPlane, epilogue, width);
      }
    }
    w += <usize>tapCount << 4;
    bias += 16;
    out += oPlane << 2;
    mask += mPlane << 2;
  }
}

/**
 * Adds this group's gradient with respect to the weights to its slot: g[k][tap] += Σ_yx dy[k][y][x] · x[y, x + tap].
 * The lanes, one for each image, are summed at the end.
 *
 * @param g Packed like the weights. Each slot begins `slotStride` bytes after the slot before it.
 */
export function convolutionWeightGradient(
  x: usize, xRow: usize, xPlane: usize, channelsIn: i32, kernelHeight: i32, kernelWidth: i32,
  dy: usize, dRow: usize, dPlane: usize, height: i32, width: i32, channels: i32,
  g: usize, slots: i32, slotStride: usize, group: i32, groups: i32, job: usize,
): void {
  g += <usize>(group % slots) * slotStride;
  const tapCount = channelsIn * kernelHeight * kernelWidth;
  const whole = channels & ~3;
  for (let c = 0; c < channelsIn; c++) {
    for (let i = 0; i < kernelHeight; i++) {
      for (let j = 0; j < kernelWidth; j += 3) {
        const run = min(3, kernelWidth - j);
        const tap = (c * kernelHeight + i) * kernelWidth + j;
        const xp = x + <usize>c * xPlane + <usize>i * xRow + (<usize>j << 4);
        for (let k = 0; k < channels; ) {
          const lanes = k < whole ? 4 : channels - whole;
          const gp = g + (<usize>((k & ~3) * tapCount + tap * lanes + (k & 3)) << 2);
          const dp = dy + <usize>k * dPlane;
          const next = <usize>lanes << 2;
          const pair = k + 1 < channels;
          if (pair) {
            if (run == 3) gradientTile2x3(xp, xRow, dp, dRow, dPlane, height, width, gp, next);
            else if (run == 2) gradientTile2x2(xp, xRow, dp, dRow, dPlane, height, width, gp, next);
            else gradientTile2x1(xp, xRow, dp, dRow, dPlane, height, width, gp, next);
          } else {
            if (run == 3) gradientTile1x3(xp, xRow, dp, dRow, dPlane, height, width, gp, next);
            else if (run == 2) gradientTile1x2(xp, xRow, dp, dRow, dPlane, height, width, gp, next);
            else gradientTile1x1(xp, xRow, dp, dRow, dPlane, height, width, gp, next);
          }
          k += pair ? 2 : 1;
        }
      }
    }
  }
}

/** Adds this group's gradient with respect to the biases to its slot: g[k] += Σ_yx dy[k][y][x]. */
export function convolutionBiasGradient(
  dy: usize, dRow: usize, dPlane: usize, height: i32, width: i32, channels: i32,
  g: usize, slots: i32, slotStride: usize, group: i32, groups: i32, job: usize,
): void {
  g += <usize>(group % slots) * slotStride;
  for (let k = 0; k < channels; k++) {
    // Four separate sums, so that the processor can work on several additions at once.
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (let y = 0; y < height; y++) {
      let p = dy + <usize>k * dPlane + <usize>y * dRow;
      const end = p + (<usize>width << 4);
      for (; p + 48 < end; p += 64) {
        a0 = f32x4.add(a0, v128.load(p));
        a1 = f32x4.add(a1, v128.load(p, 16));
        a2 = f32x4.add(a2, v128.load(p, 32));
        a3 = f32x4.add(a3, v128.load(p, 48));
      }
      for (; p < end; p += 16) a0 = f32x4.add(a0, v128.load(p));
    }
    const q = g + (<usize>k << 2);
    store<f32>(q, load<f32>(q) + sumOfLanes(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3))));
  }
}
