import {multiplyRow1, multiplyRow2, multiplyRow3, multiplyRow4} from "./generated/tiles";
import {transformBack} from "./winograd-transform-back";
import {placeStride, transformGradient, transformInput, transformOutput} from "./winograd-transforms";

/**
 * Convolves some strips at a time, so that the numbers between the two transforms stay in the cache.
 *
 * It reads 4 · ⌈height / 4⌉ + 2 rows and 4 · ⌈width / 4⌉ + 2 columns of `x`. Everything beyond the convolution's own
 * input must be 0.
 *
 * @param u The weights that `winogradWeights` transformed.
 * @param capacity How many squares the scratch memory holds: a whole number of rows.
 * @param v Scratch, [36][inputs][capacity][4], places `vPlace` bytes apart.
 * @param m Scratch, [36][outputs][capacity][4].
 * @param strip Scratch, [6][4 · across + 2][4].
 */
export function winogradConvolve(
  x: usize, row: usize, plane: usize, inputs: i32, u: usize, bias: usize, outputs: i32,
  out: usize, oRow: usize, oPlane: usize, height: i32, width: i32, relu: i32,
  capacity: i32, v: usize, vPlace: usize, m: usize, strip: usize,
): void {
  const across = (width + 3) >> 2, down = (height + 3) >> 2;
  const rows = capacity / across;
  const channel = <usize>capacity << 4;
  const mPlace = placeStride(channel * outputs);
  for (let first = 0; first < down; first += rows) {
    const here = min(rows, down - first);
    for (let c = 0; c < inputs; c++) {
      for (let ty = 0; ty < here; ty++) {
        const p = x + <usize>c * plane + <usize>(4 * (first + ty)) * row;
        transformInput(p, row, across, strip, v + <usize>c * channel + (<usize>(ty * across) << 4), vPlace);
      }
    }
    multiplyPlaces(v, vPlace, inputs, u, m, outputs, channel, here * across);
    for (let k = 0; k < outputs; k++) {
      const b = bias + (<usize>k << 2);
      for (let ty = 0; ty < here; ty++) {
        const y = 4 * (first + ty);
        const q = m + <usize>k * channel + (<usize>(ty * across) << 4);
        const op = out + <usize>k * oPlane + <usize>y * oRow;
        transformOutput(q, mPlace, across, strip, b, op, oRow, relu, min(4, height - y), width);
      }
    }
  }
}

/** Computes m[k] = Σ_c u[k][c] · v[c] at each place, for the first `squares` squares. */
function multiplyPlaces(
  v: usize, vPlace: usize, inputs: i32, u: usize, m: usize, outputs: i32, channel: usize, squares: i32,
): void {
  const mPlace = placeStride(channel * outputs), uPlace = placeStride(<usize>(inputs * outputs) << 2);
  for (let place = 0; place < 36; place++) {
    let w = u, out = m;
    for (let k = 0; k < outputs; k += 4) {
      switch (outputs - k) {
        case 1: multiplyRow1(v, channel, inputs, w, out, channel, squares); break;
        case 2: multiplyRow2(v, channel, inputs, w, out, channel, squares); break;
        case 3: multiplyRow3(v, channel, inputs, w, out, channel, squares); break;
        default: multiplyRow4(v, channel, inputs, w, out, channel, squares);
      }
      w += <usize>inputs << 4;
      out += channel << 2;
    }
    v += vPlace;
    u += uPlace;
    m += mPlace;
  }
}

/**
 * Computes the gradient with respect to the input. It does the steps of the convolution in reverse order, each of them
 * transposed. It uses the same transformed dy as the weights' gradient, and as many squares as the output has. A
 * convolution over the bordered dy would need as many squares as the input has, which is larger.
 *
 * @param u The weights from outputs to inputs, which `winogradWeights` transformed.
 * @param top Rows of padding before the input's first row. @param left Columns of padding before its first column.
 * @param capacity How many squares the scratch memory holds: a whole number of rows.
 * @param d Scratch, [36][outputs][capacity][4], places `dPlace` bytes apart. @param m Scratch likewise, for the inputs.
 * @param ready Whether `winogradWeightGradient` left the transformed dy in `d`.
 * @param strip As in `winogradConvolve`. @param mask As in `transformBack`.
 */
export function winogradBack(
  dy: usize, dRow: usize, dPlane: usize, outputs: i32, height: i32, width: i32, u: usize, inputs: i32,
  out: usize, oRow: usize, oPlane: usize, inputHeight: i32, inputWidth: i32, mask: usize, mRow: usize, mPlane: usize,
  top: i32, left: i32, capacity: i32, d: usize, dPlace: usize, m: usize, strip: usize, ready: i32,
): void {
  const across = (width + 3) >> 2, down = (height + 3) >> 2;
  const rows = capacity / across;
  const channel = <usize>capacity << 4, place = placeStride(channel * inputs);
  for (let first = 0; first < down; first += rows) {
    const here = min(rows, down - first);
    for (let k = 0; k < outputs && !ready; k++) {
      for (let ty = 0; ty < here; ty++) {
        const p = dy + <usize>k * dPlane + <usize>(4 * (first + ty)) * dRow;
        transformGradient(p, dRow, across, strip, d + <usize>k * channel + (<usize>(ty * across) << 4), dPlace);
      }
    }
    multiplyPlaces(d, dPlace, outputs, u, m, inputs, channel, here * across);
    for (let c = 0; c < inputs; c++) {
      for (let ty = 0; ty < here; ty++) {
        const y = first + ty;
        transformBack(
          m + <usize>c * channel + (<usize>(ty * across) << 4), place, across, strip,
          out + <usize>c * oPlane, oRow, mask ? mask + <usize>c * mPlane : 0, mRow,
          4 * y - top, inputHeight, left, inputWidth, y == 0, y == down - 1,
        );
      }
    }
  }
}
