import * as tf from "@tensorflow/tfjs";

import {addressOf, before, kernelsOn} from "./heap";

/**
 * @file Kernels that one pass over the wasm backend's memory does better than the backend: the gradient of the usual
 * max pool; a bias' gradient (a sum over all axes but the last, which it transposes first); a bias added; and matrix
 * products with one side transposed, as the gradients of dense layers are (a plain one it does well). It also copies a
 * tensor without any pass: tensors never change, so two of them may share the same numbers, as the backend's own
 * reshaped tensors do.
 */

/** Registers the kernels with the wasm backend, so that they are tried before the existing ones. */
export function registerTensorKernels(): void {
  before("Identity", ({x}) => {
    if (x.dtype === "string") return;
    return (heap) => {
      heap.incRef(x.dataId);
      return {dataId: x.dataId, shape: x.shape, dtype: x.dtype};
    };
  });
  before("MaxPoolGrad", ({dy, input, output}, {filterSize, strides, pad}) => {
    if (pad !== "valid" || ![filterSize, strides].every(isTwo)) return;
    return (heap) => {
      const dx = heap.makeOutput(input.shape, "float32");
      const [x, y, gradient, out] = [input, output, dy, dx].map((tensor) => addressOf(heap, tensor));
      const [batch, height, width, channels] = input.shape;
      kernelsOn(heap).squareMaximumGradient(x, y, gradient, out, batch, height, width, channels);
      return dx;
    };
  });
  before("Sum", ({x}, {axis, keepDims}) => {
    const axes = [axis].flat() as number[];
    const all = x.shape.slice(0, -1).every((_, i) => axes.includes(i) || axes.includes(i - x.shape.length));
    const last = axes.includes(-1) || axes.includes(x.shape.length - 1);
    if (x.dtype !== "float32" || x.shape.length < 2 || keepDims || !all || last) return;
    return (heap) => {
      const [rows, width] = rowsOf(x);
      const sums = heap.makeOutput([width], "float32");
      kernelsOn(heap).columnSums(addressOf(heap, x), rows, width, addressOf(heap, sums));
      return sums;
    };
  });
  before("Add", ({a, b}) => {
    const [rows, width] = rowsOf(a);
    const [rowsB, widthB] = rowsOf(b);
    const oneRow = rowsB === 1 && widthB === width && a.shape.length >= Math.max(2, b.shape.length);
    if (a.dtype !== "float32" || b.dtype !== "float32" || !oneRow) return;
    return (heap) => {
      const sum = heap.makeOutput(a.shape, "float32");
      kernelsOn(heap).addToRows(addressOf(heap, a), addressOf(heap, b), rows, width, addressOf(heap, sum));
      return sum;
    };
  });
  before("BatchMatMul", ({a, b}, {transposeA, transposeB}) => {
    const one = [a, b].every(({shape, dtype}) => dtype === "float32" && shape.slice(0, -2).every((n) => n === 1));
    if (!one || (!transposeA && !transposeB)) return;
    return (heap) => {
      const [[rowsA, columnsA], [rowsB, columnsB]] = [a, b].map(({shape}) => shape.slice(-2));
      const [m, depth] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
      const n = transposeB ? rowsB : columnsB;
      const product = heap.makeOutput(
        [...(a.shape.length < b.shape.length ? b : a).shape.slice(0, -2), m, n],
        "float32",
      );
      const right = transposeB ? heap.makeOutput([columnsB, rowsB], "float32") : b;
      const kernels = kernelsOn(heap);
      if (transposeB) kernels.transpose(addressOf(heap, b), rowsB, columnsB, addressOf(heap, right));
      const [down, along] = transposeA ? [4, 4 * columnsA] : [4 * columnsA, 4];
      const [left, to] = [addressOf(heap, a), addressOf(heap, product)];
      kernels.matrixProduct(left, down, along, addressOf(heap, right), to, m, n, depth);
      if (transposeB) heap.disposeData(right.dataId);
      return product;
    };
  });
}

function isTwo(size: unknown): boolean {
  return [size].flat().every((n) => n === 2);
}

/** A tensor as rows of its last dimension. */
function rowsOf({shape}: tf.TensorInfo): [rows: number, width: number] {
  return [tf.util.sizeFromShape(shape.slice(0, -1)), shape[shape.length - 1]];
}
