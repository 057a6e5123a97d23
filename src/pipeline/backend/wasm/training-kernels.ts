import * as tf from "@tensorflow/tfjs";

/**
 * @file The kernels that a convolutional network needs for training and that the wasm backend of tfjs 4.22 lacks, or
 * has only as slow scalar loops. They are composed of the kernels that it has (slice, pad, transpose, matmul,
 * convolution). Conv2DBackpropFilter is absent (tensorflow/tfjs#8474); Conv2DBackpropInput and MaxPoolGrad are there,
 * but many times slower. The file is long because it is one list, which is registered together.
 */

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** Registers the kernels with the wasm backend, in place of the existing ones. */
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
 * strided window of X that it meets, with all taps one below the other, times dY, in one matrix product. Channels go
 * first, so that windows are runs of pixels, and the product's left side needs no transposing (the backend's is ten
 * times slower).
 */
function convFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: [number, number, number, number],
  attributes: ConvAttributes,
): tf.Tensor {
  const [kernelHeight, kernelWidth, channels, filters] = filterShape;
  const info = convInfo(x.shape, filterShape, attributes);
  const planes = tf.transpose(pad(x, info.padInfo), [3, 0, 1, 2]) as tf.Tensor4D; // [channel, image, y, x]
  const [batch, height, width] = dy.shape;
  const windows: tf.Tensor[] = [];
  for (let i = 0; i < kernelHeight; i++) {
    for (let j = 0; j < kernelWidth; j++) {
      windows.push(window(planes, i, j, height, width, info.strideHeight, info.strideWidth).reshape([channels, -1]));
    }
  }
  const columns = windows.length === 1 ? windows[0] : tf.concat(windows, 0); // [tap · channel, image · output]
  return tf.matMul(columns, dy.reshape([batch * height * width, filters])).reshape(filterShape);
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
  // The input may end in pixels that no window reached; the border at the bottom and on the right is made wider for
  // them.
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
 * Each output's gradient goes to its window's maximum; if several are equal, to the first in reading order, as in the
 * cpu backend and TensorFlow. It is a plain loop over the backend's memory; composed of the backend's kernels it would
 * be thirty small kernels, and 20 times slower.
 */
function maxPoolGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  y: tf.Tensor4D,
  {filterSize, strides, pad: padding, dimRoundingMode}: PoolAttributes,
): tf.Tensor {
  const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, padding, dimRoundingMode);
  const {strideHeight, strideWidth, filterHeight, filterWidth, padInfo} = info;
  const [batch, height, width, channels] = x.shape;
  const [inputs, outputs, gradients] = [x, y, dy].map((tensor) => tensor.dataSync());
  const dx = new Float32Array(inputs.length);
  let window = 0;
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < y.shape[1]; row++) {
      const top = row * strideHeight - padInfo.top;
      const [firstRow, endRow] = [Math.max(0, top), Math.min(height, top + filterHeight)];
      for (let column = 0; column < y.shape[2]; column++) {
        const left = column * strideWidth - padInfo.left;
        const [firstColumn, endColumn] = [Math.max(0, left), Math.min(width, left + filterWidth)];
        for (let c = 0; c < channels; c++, window++) {
          let at = -1;
          for (let i = firstRow; at < 0 && i < endRow; i++) {
            for (let j = firstColumn; j < endColumn; j++) {
              const place = ((n * height + i) * width + j) * channels + c;
              if (inputs[place] !== outputs[window]) continue;
              at = place;
              break;
            }
          }
          if (at >= 0) dx[at] += gradients[window]; // there is no place only if the window contains NaN
        }
      }
    }
  }
  return tf.tensor(dx, x.shape);
}

/**
 * The pixels of planes [channel, image, y, x] that weight (i, j) of a kernel is multiplied by: every stride-th pixel
 * from (i, j) on, `height` × `width` of them. It cuts the rows into groups as long as the stride and takes the first
 * pixel of each; this is several times as fast as the backend's stridedSlice.
 */
function window(
  planes: tf.Tensor4D,
  i: number,
  j: number,
  height: number,
  width: number,
  strideHeight: number,
  strideWidth: number,
): tf.Tensor4D {
  const [channels, batch, wholeHeight, wholeWidth] = planes.shape;
  if (strideHeight === 1 && strideWidth === 1) return tf.slice(planes, [0, 0, i, j], [channels, batch, height, width]);
  const [rows, columns] = [height * strideHeight, width * strideWidth];
  const bottom = positive(i + rows - wholeHeight);
  const right = positive(j + columns - wholeWidth);
  const roomy =
    bottom + right === 0
      ? planes
      : tf.pad(planes, [
          [0, 0],
          [0, 0],
          [0, bottom],
          [0, right],
        ]);
  const groups = [channels * batch * height, strideHeight, width, strideWidth] as const;
  const cut = tf.slice(roomy, [0, 0, i, j], [channels, batch, rows, columns]).reshape([...groups]);
  return tf.slice(cut, [0, 0, 0, 0], [groups[0], 1, width, 1]).reshape([channels, batch, height, width]);
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
