import {UserError} from "../../../nouns/options";
import type {ModelProto} from "../../../onnx/file/model";
import type {Sizes} from "../../../onnx/index";
import {tensorNamed} from "./onnx-layers";

/** A tensor with rows and columns, where Grad-CAM can look. */
export interface OnnxMap {
  readonly name: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** One image's numbers in the order of the tensor, channels last. */
  channelsLast(values: Float32Array, image: number): Float32Array;
}

/**
 * Where Grad-CAM looks by default: the last tensor with the rows and columns of the last convolution, which comes after
 * the convolution's normalisation, its activation and the sum with its shortcut, and before pooling.
 */
export function lastMap({graph}: ModelProto, sizes: Sizes): string | undefined {
  const nodes = graph?.node ?? [];
  const areaOf = (name: string) => {
    const size = sizes.get(name);
    if (size?.type !== "float32" || size.dims.length !== 4 || !size.dims.slice(1).every((n) => n > 0)) return undefined;
    return size.dims[2] * size.dims[3] > 1 ? `${size.dims[2]} x ${size.dims[3]}` : undefined;
  };
  const last = nodes.findLastIndex(({opType, output = []}) => opType === "Conv" && areaOf(output[0]) !== undefined);
  if (last < 0) return undefined;
  let found = nodes[last].output?.[0] ?? "";
  const area = areaOf(found);
  const after = new Set([found]);
  for (const {opType, input = [], output = []} of nodes.slice(last + 1)) {
    if (!input.some((name) => after.has(name))) continue;
    for (const name of output) after.add(name);
    if (opType !== "Transpose" && areaOf(output[0]) === area) found = output[0];
  }
  return found;
}

/**
 * A tensor as rows, columns and channels. From a sequence of tokens it takes a square; a first token that is not a part
 * of the image is left out.
 *
 * @param layer The layer's name from the user; undefined means the last map.
 * @throws UserError if there is no such tensor, or it has no rows and columns.
 */
export function mapNamed(model: ModelProto, sizes: Sizes, layer: string | undefined, what: string): OnnxMap {
  const name = layer === undefined ? lastMap(model, sizes) : tensorNamed(model, layer);
  if (name === undefined) {
    throw new UserError(
      layer === undefined
        ? `${what}: expected a convolution with rows and columns for --method grad-cam, got none; --grad-cam.layer names another layer`
        : `--grad-cam.layer: expected a node or a tensor of ${what}, got "${layer}"`,
    );
  }
  const {dims = []} = sizes.get(name) ?? {};
  const [, a, b, c] = dims;
  if (dims.length === 4 && a > 0 && b > 0 && c > 0) {
    return {name, shape: [b, c, a], channelsLast: (values, image) => turned(values, image, a, b * c)};
  }
  const side = [Math.sqrt(a), Math.sqrt(a - 1)].find((n) => Number.isInteger(n) && n > 1);
  if (dims.length === 3 && b > 0 && side !== undefined) {
    const first = a - side * side; // a class token
    const at = (image: number) => (image * a + first) * b;
    return {
      name,
      shape: [side, side, b],
      channelsLast: (values, image) => values.slice(at(image), at(image) + side * side * b),
    };
  }
  throw new UserError(
    `--grad-cam.layer: expected a tensor of rows and columns, or of a square of tokens, got ${name} [${dims.join(", ")}] of ${what}`,
  );
}

function turned(values: Float32Array, image: number, channels: number, area: number): Float32Array {
  const out = new Float32Array(channels * area);
  const start = image * channels * area;
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < area; p++) out[p * channels + c] = values[start + c * area + p];
  }
  return out;
}
