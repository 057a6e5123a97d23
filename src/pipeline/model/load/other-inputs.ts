import {UserError} from "../../../nouns/options";
import {toHalf} from "./half";
import type {LoadSettings} from "./load-settings";
import type {Feed} from "./named-feeds";
import {type Port, portWords} from "./ports";

/** An array in the form that onnxruntime takes. */
export interface FedArray {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView;
}

const MAKERS: {readonly [type: string]: (values: readonly number[]) => ArrayBufferView} = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  float16: (values) => Uint16Array.from(values, toHalf),
  int64: (values) => BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))),
  int32: (values) => Int32Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
};

/**
 * The values of the inputs other than the one for the images, for a number of images: `settings.feeds`, repeated for
 * each image if an input has one row for each image.
 *
 * @param images The input that takes the images: the size of its batch shows which other inputs have rows.
 * @throws UserError if a value is missing, if the model has no input of its name, or if it does not fit.
 */
export function otherInputs(
  inputs: readonly Port[],
  images: Port,
  {what = "model", feeds = {}}: LoadSettings,
): (count: number) => {[name: string]: FedArray} {
  const others = inputs.filter((input) => input !== images);
  const unknown = Object.keys(feeds).find((name) => !others.some((other) => other.name === name));
  if (unknown !== undefined) {
    const known = others.map(portWords).join(", ") || "none, for the model has one input";
    throw new UserError(`--feed: expected inputs other than the one for the images, ${known}, got "${unknown}"`);
  }
  const untold = others.filter(({name}) => feeds[name] === undefined);
  if (untold.length > 0) {
    const [{name}] = untold;
    throw new UserError(
      `--feed: expected values for ${what}'s other inputs, the same for every image, as ${name}=0 or ${name}=FILE.npy, got none for ${untold.map(portWords).join(", ")}`,
    );
  }
  const made = others.map((other) => [other.name, rowsOf(other, images, feeds[other.name])] as const);
  return (count) => Object.fromEntries(made.map(([name, rows]) => [name, rows(count)]));
}

/** Makes the array of one input for `count` images. */
function rowsOf(port: Port, images: Port, feed: Feed): (count: number) => FedArray {
  const {name, type = "float32", dims = []} = port;
  const make = MAKERS[type];
  if (!make) {
    const known = Object.keys(MAKERS).join(", ");
    throw new UserError(`--feed: expected an input of ${known}, got ${portWords(port)}`);
  }
  const hasRows = dims.length > 0 && isBatch(dims[0], images.dims?.[0]);
  const wanted = (hasRows ? dims.slice(1) : dims).map((n) => (typeof n === "number" && n > 0 ? n : undefined));
  const {shape, values} = typeof feed === "number" ? filled(port, wanted, feed) : feed;
  // written with its batch of one
  const own = shape.length === wanted.length + 1 && shape[0] === 1 ? shape.slice(1) : shape;
  if (own.length !== wanted.length || own.some((n, i) => wanted[i] !== undefined && wanted[i] !== n)) {
    const words = `[${wanted.map((n) => n ?? "?").join(", ")}]`;
    throw new UserError(`--feed: expected ${name} of ${words}, for one image, got [${shape.join(", ")}]`);
  }
  const arrays = new Map<number, FedArray>();
  return (count) => {
    const rows = hasRows ? count : 1;
    const known = arrays.get(rows);
    if (known) return known;
    const all = Array.from({length: rows}, () => values).flat();
    const array = {type, dims: hasRows ? [count, ...own] : own, data: make(all)};
    arrays.clear(); // most batches have the same size
    arrays.set(rows, array);
    return array;
  };
}

function filled(port: Port, wanted: readonly (number | undefined)[], value: number) {
  if (wanted.includes(undefined)) {
    throw new UserError(
      `--feed: expected ${port.name}=FILE.npy for an input of any size, ${portWords(port)}, got ${port.name}=${value}`,
    );
  }
  const shape = wanted as readonly number[];
  return {shape, values: new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(value)};
}

type Dim = NonNullable<Port["dims"]>[number];

/** Whether an input's first size is that of the images' batch: the same number, or open by the same name or by none. */
function isBatch(own: Dim, images: Dim): boolean {
  const [a, b] = [own, images].map((n) => (typeof n === "number" && n <= 0 ? undefined : n || undefined));
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a === undefined || b === undefined || a === b;
}
