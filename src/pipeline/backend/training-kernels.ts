import * as tf from "@tensorflow/tfjs";

/**
 * @file What the wasm backend of tfjs 4.22 lacks to train a convolutional network, or has only as slow scalar loops,
 * written as compositions of the kernels it has (slice, pad, transpose, matmul, convolution). Conv2DBackpropFilter is
 * absent (tensorflow/tfjs#8474); Conv2DBackpropInput and MaxPoolGrad are there, but many times slower.
 */

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** Registers the kernels with the wasm backend, in place of what is there. */
export function registerTrainingKernels(): void {
  replace("Conv2DBackpropFilter", ({x, dy}, attributes) => {
    const {filterShape} = attributes as unknown as {filterShape: [number, number, number, number]};
    return convFilterGradient(
      x as tf.Tensor4D,
      dy as tf.Tensor4D,
      filterShape,
      attributes as unknown as ConvAttributes,
    );
  });
  replace("Conv2DBackpropInput", ({dy, filter}, attributes) => {
    const {inputShape} = attributes as unknown as {inputShape: [number, number, number, number]};
    return convInputGradient(
      dy as tf.Tensor4D,
      filter as tf.Tensor4D,
      inputShape,
      attributes as unknown as ConvAttributes,
    );
  });
  replace("MaxPoolGrad", ({dy, input, output}, attributes) =>
    maxPoolGradient(
      dy as tf.Tensor4D,
      input as tf.Tensor4D,
      output as tf.Tensor4D,
      attributes as unknown as PoolAttributes,
    ),
  );
}

interface PoolAttributes extends ConvAttributes {
  readonly filterSize: number | [number, number];
}

function replace(
  kernelName: string,
  f: (inputs: {[name: string]: tf.Tensor}, attributes: tf.NamedAttrMap) => tf.Tensor,
): void {
  if (tf.getKernel(kernelName, "wasm")) tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({
    kernelName,
    backendName: "wasm",
    kernelFunc: ({inputs, attrs}) => tf.tidy(() => f(inputs as {[name: string]: tf.Tensor}, attrs ?? {})),
  });
}

/**
 * dW[i, j, c, k] = Σ over images and outputs (y, x) of X[y·s + i, x·s + j, c] · dY[y, x, k]: for each tap (i, j) the
 * strided window of X that it meets, all taps side by side, times dY in one matrix product.
 */
function convFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: [number, number, number, number],
  attributes: ConvAttributes,
): tf.Tensor {
  const [kernelHeight, kernelWidth, channels, filters] = filterShape;
  const info = convInfo(x.shape, filterShape, attributes);
  const padded = pad(x, info.padInfo);
  const [batch, height, width] = dy.shape;
  const windows: tf.Tensor[] = [];
  for (let i = 0; i < kernelHeight; i++) {
    for (let j = 0; j < kernelWidth; j++) {
      windows.push(window(padded, i, j, height, width, info.strideHeight, info.strideWidth).reshape([-1, channels]));
    }
  }
  const columns = windows.length === 1 ? windows[0] : tf.concat(windows, 1); // [batch·height·width, taps·channels]
  return tf.matMul(columns, dy.reshape([batch * height * width, filters]), true).reshape(filterShape);
}

/**
 * dX is dY, its pixels spread apart by the stride and with a border of kernel − 1 − padding, convolved with the kernel
 * turned by 180° and its channels exchanged (Dumoulin & Visin 2016, "A guide to convolution arithmetic", section 4).
 */
function convInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: [number, number, number, number],
  attributes: ConvAttributes,
): tf.Tensor {
  const [kernelHeight, kernelWidth] = filter.shape;
  const {strideHeight, strideWidth, padInfo} = convInfo(inputShape, filter.shape, attributes);
  const spread = dilate(dy, strideHeight, strideWidth);
  // The input may end in pixels that no window reached: the border below and to the right makes up for them.
  const top = kernelHeight - 1 - padInfo.top;
  const left = kernelWidth - 1 - padInfo.left;
  const bottom = inputShape[1] + kernelHeight - 1 - spread.shape[1] - top;
  const right = inputShape[2] + kernelWidth - 1 - spread.shape[2] - left;
  const bordered = crop(
    pad(spread, {top: positive(top), bottom: positive(bottom), left: positive(left), right: positive(right)}),
    positive(-top),
    positive(-left),
    inputShape[1] + kernelHeight - 1,
    inputShape[2] + kernelWidth - 1,
  );
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
  return tf.conv2d(bordered, turned, 1, "valid");
}

/**
 * Each output's gradient goes to its window's maximum; to the first of equals, in reading order, as the cpu backend
 * and TensorFlow do: taps are gone through in that order, and a window that has found its maximum is closed.
 */
function maxPoolGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  y: tf.Tensor4D,
  {filterSize, strides, pad: padding, dimRoundingMode}: PoolAttributes,
): tf.Tensor {
  const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, padding, dimRoundingMode);
  const {strideHeight, strideWidth, filterHeight, filterWidth, padInfo} = info;
  const padded = pad(x, padInfo, Number.NEGATIVE_INFINITY);
  const [, height, width] = y.shape;
  let open: tf.Tensor = tf.onesLike(y);
  let total: tf.Tensor | undefined;
  for (let i = 0; i < filterHeight; i++) {
    for (let j = 0; j < filterWidth; j++) {
      const meets = window(padded, i, j, height, width, strideHeight, strideWidth);
      const hit = tf.equal(meets, y).toFloat().mul(open) as tf.Tensor4D;
      open = open.sub(hit);
      const share = dilate(dy.mul(hit) as tf.Tensor4D, strideHeight, strideWidth);
      const placed = pad(share, {
        top: i,
        left: j,
        bottom: positive(padded.shape[1] - i - share.shape[1]),
        right: positive(padded.shape[2] - j - share.shape[2]),
      });
      const cut = crop(placed, 0, 0, padded.shape[1], padded.shape[2]);
      total = total ? total.add(cut) : cut;
    }
  }
  return crop(total as tf.Tensor4D, padInfo.top, padInfo.left, x.shape[1], x.shape[2]);
}

/** What tap (i, j) of a kernel meets: every stride-th pixel from (i, j), `height` × `width` of them. */
function window(
  x: tf.Tensor4D,
  i: number,
  j: number,
  height: number,
  width: number,
  strideHeight: number,
  strideWidth: number,
): tf.Tensor4D {
  const [batch, , , channels] = x.shape;
  if (strideHeight === 1 && strideWidth === 1) return tf.slice(x, [0, i, j, 0], [batch, height, width, channels]);
  const end = [batch, i + (height - 1) * strideHeight + 1, j + (width - 1) * strideWidth + 1, channels];
  return tf.stridedSlice(x, [0, i, j, 0], end, [1, strideHeight, strideWidth, 1]) as tf.Tensor4D;
}

/** Puts stride − 1 zeros after each pixel but the last of each row and column. */
function dilate(x: tf.Tensor4D, strideHeight: number, strideWidth: number): tf.Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const wide = tf.pad(x.reshape([batch, height, 1, width, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, strideHeight - 1],
    [0, 0],
    [0, strideWidth - 1],
    [0, 0],
  ]);
  const spread = wide.reshape([batch, height * strideHeight, width * strideWidth, channels]) as tf.Tensor4D;
  return crop(spread, 0, 0, (height - 1) * strideHeight + 1, (width - 1) * strideWidth + 1);
}

interface Border {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function pad(x: tf.Tensor4D, {top, bottom, left, right}: Border, value = 0): tf.Tensor4D {
  if (top + bottom + left + right === 0) return x;
  return tf.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}

function crop(x: tf.Tensor4D, top: number, left: number, height: number, width: number): tf.Tensor4D {
  if (top === 0 && left === 0 && x.shape[1] === height && x.shape[2] === width) return x;
  return tf.slice(x, [0, top, left, 0], [x.shape[0], height, width, x.shape[3]]);
}

function convInfo(
  xShape: number[],
  filterShape: number[],
  {strides, pad: padding, dataFormat, dimRoundingMode}: ConvAttributes,
) {
  if (dataFormat && dataFormat !== "NHWC")
    throw new Error(`convolution on wasm: expected dataFormat NHWC, got ${dataFormat}`);
  return tf.backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    padding,
    dimRoundingMode,
  );
}

function positive(value: number): number {
  return Math.max(0, value);
}
