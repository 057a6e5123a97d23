import type {LayerAnswer, LookedAtNetwork, NamedArray, Network, WeightedLayer} from "../../nouns/network";
import {ownTurn} from "../../nouns/own-turn";
import type {LabelledImages, Split} from "../../nouns/samples";
import {gramOf} from "../../numbers/cka";
import {probeRight} from "../../numbers/linear-probe";
import {epochStem} from "../record/epoch-stem";
import type {LayerState} from "../record/layer-state";
import type {RunDirectory} from "../record/run-directory";
import type {ModelFacts, RunEvent} from "./events";
import {layerPlaces} from "./layer-places";

/** How many test images, taken evenly from the whole split, are used to compare layers. */
const IMAGES = 128;
/** How many images have their activations in memory at a time. */
const AT_ONCE = 32;
/** The places of a layer are averaged in blocks until each side has at most this many. */
const MOST_SIDE = 7;
/** If a kernel is larger, this many of its weights, taken evenly, stand for all. */
const MOST_WEIGHTS = 1 << 16;

/** How many training images the gradient is taken of: the same images at every epoch. */
export const GRADIENT_IMAGES = 32;

/** Layers without weights that belong to the layer before them: its units are read after these layers. */
const FOLLOWING = new Set(["BatchNormalization", "Activation", "ReLU", "LeakyReLU", "ELU"]);

/**
 * Keeps what the page's question about layers needs, as `artifacts/layers/epoch-003.json`. As with a probe, an error
 * does not end the run and is reported; a failed write does end it.
 *
 * @returns The reason, if it failed.
 */
export async function* keepLayers(
  directory: RunDirectory,
  network: LookedAtNetwork & Partial<Pick<Network, "gradients">>,
  layers: ModelFacts["layers"],
  {test, epoch, learnt}: {readonly test: Split; readonly epoch: number; readonly learnt?: LabelledImages | undefined},
): AsyncGenerator<RunEvent, Error | undefined> {
  let states: LayerState[];
  const own = network.weightedLayers?.();
  const count = Math.min(IMAGES, test.count, ...(own ? [imagesFor(own)] : []));
  const indices = Uint32Array.from({length: count}, (_, n) => Math.floor((n * test.count) / count));
  try {
    const gradients = learnt && (await network.gradients?.(learnt, 0));
    states = own
      ? await ownLayerStates(network, own, test, indices)
      : await layerStates(network, layers, test, {indices, gradients});
  } catch (error) {
    yield {type: "failure", probe: "layers", error: error as Error};
    return error as Error;
  }
  if (states.length === 0) return undefined; // the network was trained elsewhere and its weights have other names
  await directory.writeValue(`layers/${epochStem(epoch)}`, {indices, layers: states});
  return undefined;
}

async function layerStates(
  network: LookedAtNetwork,
  layers: ModelFacts["layers"],
  test: Split,
  {indices, gradients}: {readonly indices: Uint32Array; readonly gradients: readonly NamedArray[] | undefined},
): Promise<LayerState[]> {
  const weights = await network.getWeights();
  const states: LayerState[] = [];
  for (const [at, {name, type}] of layers.entries()) {
    const kernel = weights.find((array) => array.name.startsWith(`${name}/`) && array.shape.length > 1);
    if (!kernel) continue;
    const rest = layers.slice(at + 1);
    const end = rest.findIndex((layer) => !FOLLOWING.has(layer.type));
    const last = end > 0 ? rest[end - 1] : layers[at];
    const size = layerPlaces(last.outputShape);
    states.push({
      ...{layer: name, type, shape: kernel.shape, weights: kernel.values.length, kernel: sampled(kernel)},
      gradient: gradients ? lengthOf(gradients.filter((array) => array.name.startsWith(`${name}/`))) : null,
      ...(await answers(
        network,
        async (some) => (await network.forward(some, [last.name]))[0].values,
        size,
        test,
        indices,
      )),
    });
  }
  return states;
}

/** The most numbers of layers' answers that are in memory together. */
const MOST_NUMBERS = 40e6;

function imagesFor(own: readonly WeightedLayer[]): number {
  const each = own.reduce((sum, {shape: [height, width, channels]}) => sum + height * width * channels, 1);
  return Math.max(2, Math.floor(MOST_NUMBERS / each));
}

/** The same for a network that lists its own layers; all their answers come in one pass. */
async function ownLayerStates(
  network: LookedAtNetwork,
  own: readonly WeightedLayer[],
  test: Split,
  indices: Uint32Array,
): Promise<LayerState[]> {
  const names = own.map(({answer}) => answer);
  const parts: (readonly LayerAnswer[])[] = [];
  for (let from = 0; from < indices.length; from += AT_ONCE) {
    const some = await test.read(indices.subarray(from, from + AT_ONCE));
    parts.push(await network.forward(some, names));
  }
  const states: LayerState[] = [];
  for (const [i, {layer, type, kernel, shape}] of own.entries()) {
    let part = 0;
    states.push({
      ...{layer, type, shape: kernel.shape, weights: kernel.values.length, kernel: sampled(kernel), gradient: null},
      ...(await answers(network, async () => parts[part++][i].values, shape, test, indices)),
    });
  }
  return states;
}

function lengthOf(arrays: readonly NamedArray[]): number {
  let sum = 0;
  for (const {values} of arrays) for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

function sampled({values}: NamedArray): Float32Array {
  if (values.length <= MOST_WEIGHTS) return values;
  return Float32Array.from({length: MOST_WEIGHTS}, (_, n) => values[Math.floor((n * values.length) / MOST_WEIGHTS)]);
}

/** One layer's answers to the images, averaged over blocks of places. */
async function answers(
  network: LookedAtNetwork,
  ask: (images: LabelledImages) => Promise<Float32Array>,
  [height, width, units]: readonly [number, number, number],
  test: Split,
  indices: Uint32Array,
): Promise<Pick<LayerState, "gram" | "activity" | "on" | "rectified" | "probe">> {
  const step = Math.ceil(Math.max(height, width) / MOST_SIDE);
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const size = rows * columns * units;
  const blocks = new Float32Array(indices.length * size);
  const labels = new Uint16Array(indices.length);
  const [activity, on] = [new Float64Array(units), new Float64Array(units)];
  let rectified = true;
  let room: Float32Array | undefined;
  for (let from = 0; from < indices.length; from += AT_ONCE) {
    const some = await test.read(indices.subarray(from, from + AT_ONCE), room);
    room = some.pixels;
    labels.set(some.labels, from);
    const values = await ask(some);
    await ownTurn(); // answers may be there at once, and each part takes a while
    let at = 0;
    for (let n = 0; n < some.count; n++) {
      for (let y = 0; y < height; y++) {
        const row = (from + n) * size + Math.floor(y / step) * columns * units;
        for (let x = 0, left = step, to = row; x < width; x++) {
          for (let unit = 0; unit < units; unit++, at++) {
            const value = values[at];
            if (value === 0) continue;
            blocks[to + unit] += value;
            if (value > 0) {
              activity[unit] += value;
              on[unit]++;
            } else {
              activity[unit] -= value;
              rectified = false;
            }
          }
          if (--left === 0) {
            left = step;
            to += units;
          }
        }
      }
    }
  }
  // from sums to means: the blocks at the lower and right edge may be smaller
  const side = (whole: number, block: number) => Math.min(step, whole - block * step);
  for (let at = 0; at < blocks.length; at++) {
    const block = Math.floor(at / units) % (rows * columns);
    blocks[at] /= side(height, Math.floor(block / columns)) * side(width, block % columns);
  }
  const places = indices.length * height * width;
  await ownTurn();
  const gram = gramOf(blocks, indices.length);
  await ownTurn();
  const squares = Float64Array.from(indices, (_, n) => {
    let sum = 0;
    for (let at = n * size; at < (n + 1) * size; at++) sum += blocks[at] * blocks[at];
    return sum;
  });
  return {
    gram,
    probe: probeRight(gram, squares, labels, network.classNames.length),
    activity: Float32Array.from(activity, (sum) => sum / places),
    on: Float32Array.from(on, (times) => times / places),
    rectified,
  };
}
