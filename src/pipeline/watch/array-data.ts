import {UserError} from "../../nouns/options";
import type {Dataset, ImageShape, Split} from "../../nouns/samples";
import type {NpyRows} from "../data/tables/npy";
import {channelsLast} from "../model/load/onnx-layers";

/** A split without images: a network that was trained elsewhere is not asked about images from which it learnt. */
export function noImages(shape: ImageShape): Split {
  return {
    count: 0,
    async read(indices) {
      if (indices.length > 0) throw new RangeError(`image index: expected none, got ${indices[0]}`);
      return {count: 0, shape, pixels: new Float32Array(0), labels: new Uint16Array(0)};
    },
  };
}

export function checkRows(path: string, name: string, array: NpyRows | undefined, rows: number): void {
  if (!array || array.rows === rows) return;
  throw new UserError(
    `${path}: expected ${rows} rows of ${name}, one for each row of scores, got shape (${array.header.shape})`,
  );
}

/** The images that were asked about; if there are no pixels, a grey image stands for each. */
export function dataOf(
  path: string,
  labels: NpyRows,
  images: NpyRows | undefined,
  rows: number,
  classes: number,
): Dataset {
  checkRows(path, "labels", labels, rows);
  checkRows(path, "images", images, rows);
  const wrong = labels.values.find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (labels.columns !== 1 || wrong !== undefined) {
    const got = wrong === undefined ? `shape (${labels.header.shape})` : `${wrong}`;
    throw new UserError(`${path}: expected labels, a whole number below ${classes} for each image, got ${got}`);
  }
  const {shape, pixels} = images
    ? pixelsOf(images, path)
    : {shape: [1, 1, 1] as const, pixels: new Float32Array(rows).fill(0.5)};
  const size = shape[0] * shape[1] * shape[2];
  const test: Split = {
    count: rows,
    async read(indices) {
      const chosen = new Float32Array(indices.length * size);
      for (let n = 0; n < indices.length; n++) {
        chosen.set(pixels.subarray(indices[n] * size, (indices[n] + 1) * size), n * size);
      }
      const own = Uint16Array.from(indices, (index) => labels.values[index]);
      return {count: indices.length, shape, pixels: chosen, labels: own};
    },
  };
  return {
    name: "answers",
    imageShape: shape,
    classNames: Array.from({length: classes}, (_, k) => `${k}`),
    train: noImages(shape),
    validation: noImages(shape),
    test,
    digest: "",
  };
}

/** The pixels are bytes, or floats in [0, 1]; the channels come last or first, or there are none. */
function pixelsOf(
  {values, header: {shape: dims, descr}}: NpyRows,
  path: string,
): {shape: ImageShape; pixels: Float32Array} {
  const [rows, a, b, c] = dims;
  const isColour = (n: number | undefined) => n === 1 || n === 3;
  const isLast = dims.length === 4 && isColour(c);
  const isFirst = dims.length === 4 && !isLast && isColour(a);
  if (!(dims.length === 3 || isLast || isFirst)) {
    throw new UserError(`${path}: expected images of shape (n, h, w) or (n, h, w, 1 or 3), got (${dims})`);
  }
  const shape: ImageShape = isFirst ? [b, c, a] : [a, b, isLast ? c : 1];
  const by = /u1$/.test(descr) ? 255 : 1;
  const pixels = Float32Array.from(values, (v) => v / by);
  const bad = pixels.find((v) => !(v >= 0 && v <= 1));
  if (bad !== undefined) throw new UserError(`${path}: expected images of bytes, or of floats from 0 to 1, got ${bad}`);
  return {shape, pixels: isFirst ? channelsLast(pixels, rows, shape) : pixels};
}
