import {at, before} from "./heap";

/**
 * @file Two kernels that plain loops over the wasm backend's memory do better than the backend: the gradient of the usual
 * max pool, and a sum over all axes but the last (a bias' gradient), which it transposes first.
 */

/** Registers the kernels with the wasm backend, before those that are there. */
export function registerLoopKernels(): void {
  before("MaxPoolGrad", ({dy, input, output}, {filterSize, strides, pad}) => {
    if (pad !== "valid" || ![filterSize, strides].every(isTwo)) return;
    return (heap) => {
      const dx = heap.makeOutput(input.shape, "float32");
      const [x, y, gradient, out] = [input, output, dy, dx].map((tensor) => at(heap, tensor));
      squareMaximumGradient(x, y, gradient, out, input.shape as [number, number, number, number]);
      return dx;
    };
  });
  before("Sum", ({x}, {axis, keepDims}) => {
    const axes = [axis].flat() as number[];
    const all = x.shape.slice(0, -1).every((_, i) => axes.includes(i) || axes.includes(i - x.shape.length));
    const last = axes.includes(-1) || axes.includes(x.shape.length - 1);
    if (x.dtype !== "float32" || x.shape.length < 3 || keepDims || !all || last) return;
    return (heap) => {
      const width = x.shape[x.shape.length - 1];
      const sums = heap.makeOutput([width], "float32");
      columnSums(at(heap, x), at(heap, sums));
      return sums;
    };
  });
}

function isTwo(size: unknown): boolean {
  return [size].flat().every((n) => n === 2);
}

/** The gradient of each 2 x 2 square goes to its first maximum; a row or column left over gets none. */
function squareMaximumGradient(
  x: Float32Array,
  y: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  [batch, height, width, channels]: [number, number, number, number],
): void {
  dx.fill(0);
  const row = width * channels;
  let square = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i + 1 < height; i += 2) {
      for (let j = 0; j + 1 < width; j += 2) {
        let p = ((n * height + i) * width + j) * channels;
        for (let c = 0; c < channels; c++, p++, square++) {
          const greatest = y[square];
          if (x[p] === greatest) dx[p] = dy[square];
          else if (x[p + channels] === greatest) dx[p + channels] = dy[square];
          else if (x[p + row] === greatest) dx[p + row] = dy[square];
          else if (x[p + row + channels] === greatest) dx[p + row + channels] = dy[square];
        }
      }
    }
  }
}

/** In double precision: the sums are long. */
function columnSums(x: Float32Array, sums: Float32Array): void {
  const exact = new Float64Array(sums.length);
  for (let i = 0; i < x.length; ) for (let k = 0; k < exact.length; k++, i++) exact[k] += x[i];
  sums.set(exact);
}
