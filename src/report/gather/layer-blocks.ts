import {cka} from "../../numbers/cka";
import type {BlockState, LayerState} from "../../pipeline/record/layer-state";
import type {BlockShown} from "../layers-file";

/** Some weights, maybe only a sample, which represent `weights` weights. */
interface Kernel {
  readonly weights: number;
  readonly kernel: Float32Array;
}

/** The layers and blocks of a transformer, in the form in which an epoch kept them. */
export interface BlocksLook {
  readonly layers: readonly LayerState[];
  /** Absent in runs of earlier versions and for other networks. */
  readonly blocks?: readonly BlockState[] | undefined;
}

/**
 * One row for each block: the change of all its matrices together, and how similar its output was. Empty if an epoch
 * did not keep them.
 */
export function gatherBlocks(looks: readonly BlocksLook[], images: number): BlockShown[] {
  const [{blocks = []}] = looks;
  return blocks.flatMap(({name, layers}, n) => {
    const states = looks.flatMap((look) => look.blocks?.[n] ?? []);
    const kernels = looks.map((look) => kernelsOf(look, n));
    if (states.length < looks.length) return [];
    const last = looks.length - 1;
    const pairs = (first: (at: number) => number, of: (a: number, b: number) => number) =>
      looks.map((_, at) => (first(at) < 0 ? null : finite(of(first(at), at))));
    const change = (a: number, b: number) => togetherChanged(kernels[a], kernels[b]);
    const alike = (a: number, b: number) => (images < 4 ? Number.NaN : cka(states[a].gram, states[b].gram, images));
    return [
      {
        ...{name, layers},
        weights: kernels[0].reduce((sum, {weights}) => sum + weights, 0),
        sampled: kernels[0].reduce((sum, {kernel}) => sum + kernel.length, 0),
        moved: pairs((at) => at - 1, change),
        fromStart: pairs(() => 0, change),
        likeBefore: pairs((at) => at - 1, alike),
        likeLast: pairs(() => last, alike),
        probe: states.map(({probe}) => probe),
        gradient: looks.map((look) => gradientOf(look, layers)),
      },
    ];
  });
}

const finite = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);

function membersOf({layers}: BlocksLook, names: readonly string[]): LayerState[] {
  return layers.filter(({layer}) => names.includes(layer));
}

function kernelsOf(look: BlocksLook, n: number): Kernel[] {
  const block = look.blocks?.[n];
  return block ? [...membersOf(look, block.layers), ...block.others] : [];
}

/** The length of the gradient with respect to the weights of all its members; null if one of them has none. */
function gradientOf(look: BlocksLook, names: readonly string[]): number | null {
  let squares = 0;
  for (const {gradient} of membersOf(look, names)) squares += (gradient ?? Number.NaN) ** 2;
  return finite(Math.sqrt(squares));
}

/** ‖after − before‖ / ‖before‖ of all kernels together; a sample counts for as many weights as it represents. */
export function togetherChanged(before: readonly Kernel[], after: readonly Kernel[]): number {
  let [moved, length] = [0, 0];
  before.forEach(({kernel, weights}, k) => {
    const each = weights / kernel.length;
    for (let i = 0; i < kernel.length; i++) {
      moved += each * (after[k].kernel[i] - kernel[i]) ** 2;
      length += each * kernel[i] ** 2;
    }
  });
  return length > 0 ? Math.sqrt(moved / length) : Number.NaN;
}
