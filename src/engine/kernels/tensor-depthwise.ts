/**
 * @file Gradients of depthwise convolutions. Images are [batch][height][width][channels]. Each channel has `multiplier`
 * filters, [kernelHeight][kernelWidth][channels][multiplier]. Outputs are [batch][outHeight][outWidth][channels]
 * [multiplier]. Tap (ky, kx) of output (oy, ox) reads the pixel at (oy·strideY + ky − top, ox·strideX + kx − left), if
 * the image has this pixel.
 */

/** Returns the first output o ≥ 0 whose pixel, o·stride + offset, is not before the image's first pixel. */
// @ts-ignore: decorator
@inline
function firstInside(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
}

/** Returns one past the last output o < count whose pixel, o·stride + offset, is before `size`. */
// @ts-ignore: decorator
@inline
function endInside(offset: i32, stride: i32, size: i32, count: i32): i32 {
  return offset >= size ? 0 : min<i32>(count, (size - 1 - offset) / stride + 1);
}

/** Computes the input's gradient: an output adds its gradient, times the weight, to each pixel that it was made of. */
export function depthwiseInputGradient(
  dy: usize, filter: usize, dx: usize, batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  outHeight: i32, outWidth: i32, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2, wide = pixel * <usize>multiplier;
  const whole = multiplier == 1 ? pixel & ~15 : 0;
  memory.fill(dx, 0, <usize>batch * <usize>height * <usize>width * pixel);
  for (let n = 0; n < batch; n++) {
    for (let ky = 0; ky < kernelHeight; ky++) {
      const y0 = ky - top, endY = endInside(y0, strideY, height, outHeight);
      for (let oy = firstInside(y0, strideY); oy < endY; oy++) {
        const to = dx + <usize>((n * height + oy * strideY + y0) * width) * pixel;
        const from = dy + <usize>((n * outHeight + oy) * outWidth) * wide;
        for (let kx = 0; kx < kernelWidth; kx++) {
          const x0 = kx - left, endX = endInside(x0, strideX, width, outWidth);
          const w = filter + <usize>(ky * kernelWidth + kx) * wide;
          for (let ox = firstInside(x0, strideX); ox < endX; ox++) {
            const p = to + <usize>(ox * strideX + x0) * pixel, g = from + <usize>ox * wide;
            let c: usize = 0;
            for (; c < whole; c += 16) {
              v128.store(p + c, f32x4.add(v128.load(p + c), f32x4.mul(v128.load(g + c), v128.load(w + c))));
            }
            for (let o = c; c < pixel; c += 4) {
              let sum = load<f32>(p + c);
              for (let q = 0; q < multiplier; q++, o += 4) sum += load<f32>(g + o) * load<f32>(w + o);
              store<f32>(p + c, sum);
            }
          }
        }
      }
    }
  }
}

/**
 * Computes the filters' gradient. It sums within each row, then over the rows of an image, then over the images. So the
 * rounding error grows with the sum of these three counts, and not with their product.
 */
export function depthwiseFilterGradient(
  x: usize, dy: usize, dw: usize, batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  outHeight: i32, outWidth: i32, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2, wide = pixel * <usize>multiplier, step = pixel * <usize>strideX;
  const whole = multiplier == 1 ? pixel & ~15 : 0;
  memory.fill(dw, 0, <usize>(kernelHeight * kernelWidth) * wide);
  for (let n = 0; n < batch; n++) {
    for (let ky = 0; ky < kernelHeight; ky++) {
      const y0 = ky - top, startY = firstInside(y0, strideY), endY = endInside(y0, strideY, height, outHeight);
      for (let kx = 0; kx < kernelWidth; kx++) {
        const x0 = kx - left, startX = firstInside(x0, strideX), endX = endInside(x0, strideX, width, outWidth);
        const to = dw + <usize>(ky * kernelWidth + kx) * wide;
        let o: usize = 0;
        for (; o < whole; o += 16) {
          let image = f32x4.splat(0);
          for (let oy = startY; oy < endY; oy++) {
            let p = x + <usize>((n * height + oy * strideY + y0) * width + startX * strideX + x0) * pixel + o;
            let g = dy + <usize>((n * outHeight + oy) * outWidth + startX) * wide + o;
            let line = f32x4.splat(0);
            for (let ox = startX; ox < endX; ox++) {
              line = f32x4.add(line, f32x4.mul(v128.load(p), v128.load(g)));
              p += step;
              g += wide;
            }
            image = f32x4.add(image, line);
          }
          v128.store(to + o, f32x4.add(v128.load(to + o), image));
        }
        for (; o < wide; o += 4) {
          const c = ((o >> 2) / <usize>multiplier) << 2;
          let image: f32 = 0;
          for (let oy = startY; oy < endY; oy++) {
            let p = x + <usize>((n * height + oy * strideY + y0) * width + startX * strideX + x0) * pixel + c;
            let g = dy + <usize>((n * outHeight + oy) * outWidth + startX) * wide + o;
            let line: f32 = 0;
            for (let ox = startX; ox < endX; ox++) {
              line += load<f32>(p) * load<f32>(g);
              p += step;
              g += wide;
            }
            image += line;
          }
          store<f32>(to + o, load<f32>(to + o) + image);
        }
      }
    }
  }
}
