import {type AnyLayer, kindOf} from "../layers/index";
import {spread, type Target} from "../layers/kind";
import type {Arena} from "./arena";
import type {Plan} from "./plan";
import {NO_BORDER, type Planes, takePlanes, widest} from "./planes";
import {each, type Step} from "./program";

/**
 * The planes of the image, of each layer's output and of all their gradients, with the borders that their readers need.
 */
export interface Activations {
  readonly image: Planes;
  readonly outputs: readonly Planes[];
  readonly outputGradients: readonly Planes[];
  readonly imageGradient: Planes;
  /** For each layer, where it writes the gradient of each of its inputs. */
  readonly targets: readonly (readonly Target[])[];
  /**
   * The steps that add up the gradients of an output that several layers read, by that output's layer (−1: the image).
   */
  readonly gathers: ReadonlyMap<number, readonly Step[]>;
}

export function activations({imageShape: [height, width, channels], layers}: Plan, local: Arena): Activations {
  const readers = (source: number) => layers.filter(({from}) => from.includes(source));
  const borderFor = (source: number) =>
    widest(readers(source).map((layer) => kindOf(layer).border?.(layer) ?? NO_BORDER));
  const image = takePlanes(local, {height, width, channels}, borderFor(-1));
  const outputs = layers.map((layer, i) => takePlanes(local, layer.output, borderFor(i)));
  const outputGradients = layers.map((layer) => {
    const kind = kindOf(layer);
    return takePlanes(local, layer.output, kind.gradientBorder?.(layer), kind.gradientDilation?.(layer));
  });
  const imageGradient = takePlanes(local, {height, width, channels});

  /** For an output with several readers, the gradients that they leave. */
  const left = new Map<number, Planes[]>();
  const targetOf = (reader: AnyLayer, i: number, source: number): Target => {
    const whole = source < 0 ? imageGradient : outputGradients[source];
    const mask = source >= 0 && layers[source].relu ? outputs[source] : undefined;
    const edges = layers.reduce((count, {from}) => count + from.filter((one) => one === source).length, 0);
    if (edges === 1) return {planes: whole, mask};
    // a sum passes the gradient of its output back unchanged
    const own = reader.kind === "sum" && !mask ? outputGradients[i] : takePlanes(local, whole);
    left.set(source, [...(left.get(source) ?? []), own]);
    return {planes: own, mask};
  };
  const targets = layers.map((layer, i) => layer.from.map((source) => targetOf(layer, i, source)));
  const gathers = new Map(
    [...left].map(([source, [first, ...rest]]) => {
      const whole = source < 0 ? imageGradient : outputGradients[source];
      return [source, [spread(first, {planes: whole, mask: undefined}), ...rest.map((one) => addTo(one, whole))]];
    }),
  );
  return {image, outputs, outputGradients, imageGradient, targets, gathers};
}

function addTo(from: Planes, {at, step, row, plane}: Planes): Step {
  const {height, width, channels} = from;
  return each("groups", "addTo", from.at, from.row, from.plane, height, width, channels, at, step, row, plane);
}
