import {cka} from "../../numbers/cka";
import {DORMANT, dormancy, relativeChange} from "../../numbers/layer-change";
import type {BlockState, LayerState} from "../../pipeline/record/layer-state";
import type {Recall, Saved} from "../file-memory";
import type {BlockShown, LayerShown, LayersShown, MovesShown} from "../layers-file";
import type {Packer} from "../packer";
import {gatherBlocks} from "./layer-blocks";
import {array} from "./saved-values";

/** How many filters of a layer are shown, and the longest side in pixels of a filter that can be shown. */
const MOST_FILTERS = 32;
const MOST_SIDE = 15;

interface Look {
  readonly images: number;
  readonly layers: readonly LayerState[];
  readonly blocks?: readonly BlockState[] | undefined;
}

/**
 * Gathers how the layers changed, from the files that the run kept: how far they moved, how similar they are to their
 * earlier and to their last state, and which units do nothing.
 *
 * @param files For "layers", a map from each epoch to a path.
 * @param stops The epochs at which the page can stop.
 * @param withinOf Says how far the layers and these blocks moved within the epochs, if the run kept it.
 * @returns null if nothing was kept.
 */
export function gatherLayers(
  files: ReadonlyMap<number, string> | undefined,
  stops: readonly number[],
  recall: Recall,
  pack: Packer,
  withinOf: (blocks: readonly BlockShown[]) => MovesShown | undefined = () => undefined,
): LayersShown | null {
  const epochs = stops.filter((epoch) => files?.has(epoch));
  if (!files || epochs.length === 0) return null;
  const looks = epochs.map((epoch) => recall(files.get(epoch) as string, "layers", lookOf));
  const [first] = looks;
  const layers = first.layers.flatMap((layer, n): LayerShown[] => {
    const states = looks.map((look) => look.layers[n]).filter((state) => state?.layer === layer.layer);
    return states.length === looks.length ? [layerShown(states, first.images, pack)] : [];
  });
  const blocks = gatherBlocks(looks, first.images);
  const within = withinOf(blocks);
  return {epochs, images: first.images, layers, ...(blocks.length ? {blocks} : {}), ...(within ? {within} : {})};
}

function lookOf(saved: Saved): Look {
  const {indices, layers, blocks} = saved as unknown as {indices: Uint32Array} & Pick<Look, "layers" | "blocks">;
  for (const {layer, kernel, gram, activity, on} of layers) {
    for (const [name, value] of Object.entries({kernel, gram, activity, on})) array(value, `${layer}: ${name}`);
  }
  for (const {name, gram} of blocks ?? []) array(gram, `${name}: gram`);
  return {images: indices.length, layers, blocks};
}

const finite = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);

function layerShown(states: readonly LayerState[], images: number, pack: Packer): LayerShown {
  const [first] = states;
  const last = states[states.length - 1];
  const against = (other: (at: number) => LayerState | undefined, of: (a: LayerState, b: LayerState) => number) =>
    states.map((state, at) => {
      const one = other(at);
      return one ? finite(of(one, state)) : null;
    });
  const before = (at: number) => states[at - 1];
  const change = (a: LayerState, b: LayerState) => relativeChange(a.kernel, b.kernel);
  const alike = (a: LayerState, b: LayerState) => (images < 4 ? Number.NaN : cka(a.gram, b.gram, images));
  const where = (values: ArrayLike<number>, is: (value: number) => boolean) =>
    Array.from(values).flatMap((value, unit) => (is(value) ? [unit] : []));
  return {
    ...{name: first.layer, type: first.type, weights: first.weights, sampled: first.kernel.length},
    moved: against(before, change),
    fromStart: against(() => first, change),
    likeBefore: against(before, alike),
    likeLast: against(() => last, alike),
    probe: states.map(({probe}) => probe ?? null),
    gradient: states.map(({gradient}) => (gradient === undefined || gradient === null ? null : finite(gradient))),
    units: first.activity.length,
    dead: states.map(({activity, rectified}) => (rectified ? where(activity, (mean) => mean === 0) : null)),
    dormant: states.map(({activity}) => where(dormancy(activity), (score) => score <= DORMANT)),
    filters: filtersOf(states, pack),
  };
}

/** @returns null for a layer whose filters have no places, or that is too large to have been kept whole. */
function filtersOf(states: readonly LayerState[], pack: Packer): LayerShown["filters"] {
  const [first] = states;
  const last = states[states.length - 1];
  const [height, width, inputs, units] = first.shape;
  const isWhole = first.kernel.length === first.weights && first.shape.length === 4;
  if (!isWhole || height * width < 4 || Math.max(height, width) > MOST_SIDE) return null;
  const slice = ({kernel}: LayerState, unit: number, channel: number) =>
    Float32Array.from({length: height * width}, (_, p) => kernel[(p * inputs + channel) * units + unit]);
  const whole = ({kernel}: LayerState, unit: number) =>
    Float32Array.from({length: height * width * inputs}, (_, p) => kernel[p * units + unit]);
  const changes = Array.from({length: units}, (_, unit) => relativeChange(whole(first, unit), whole(last, unit)));
  const order = [...changes.keys()]
    .sort((a, b) => (changes[b] || 0) - (changes[a] || 0) || a - b)
    .slice(0, MOST_FILTERS);
  const distance = (unit: number, channel: number) => {
    const [a, b] = [slice(first, unit, channel), slice(last, unit, channel)];
    return a.reduce((sum, value, p) => sum + (b[p] - value) ** 2, 0);
  };
  const channels = order.map((unit) => {
    let best = 0;
    for (let channel = 1; channel < inputs; channel++) {
      if (distance(unit, channel) > distance(unit, best)) best = channel;
    }
    return best;
  });
  const kernels = new Float32Array(states.length * order.length * height * width);
  states.forEach((state, e) => {
    order.forEach((unit, n) => {
      kernels.set(slice(state, unit, channels[n]), (e * order.length + n) * height * width);
    });
  });
  const on = Float32Array.from(states.flatMap((state) => order.map((unit) => state.on[unit])));
  return {
    ...{units: order, channels, inputs, changes: order.map((unit) => finite(changes[unit]))},
    kernels: pack.add(kernels, [states.length, order.length, height, width]),
    on: pack.add(on, [states.length, order.length]),
  };
}
