import {type AnyLayer, kindOfClass, kinds} from "../layers/index";
import type {LayerSource, Reason} from "../layers/kind";
import type {GraphNode} from "../network-types";
import type {Shape} from "./planes";

/** An input of a node: an output that exists already, as planes and as the graph describes it. */
export interface Given {
  readonly layer: number;
  readonly shape: Shape;
  readonly sides: readonly number[];
}

/**
 * Plans the layers that compute a node: one layer, or three for attention with its dense layers.
 *
 * @param next The place that the first of them will have.
 * @returns The layers, or the reason why there are none, in words.
 */
export function planNode(node: GraphNode, given: readonly Given[], next: number): readonly AnyLayer[] | Reason {
  const {name, config, weights} = node;
  const planned: AnyLayer[] = [];
  let from: readonly Given[] = given;
  for (const {part, className, settings, own} of partsOf(node, given[0])) {
    const kind = kindOfClass[className];
    if (!kind) return {reason: `a ${className}`};
    const source: LayerSource = {
      name: part ? `${name}/${part}` : name,
      className,
      config: settings ?? config,
      input: from[0].shape,
      inputs: from.map(({shape}) => shape),
      sides: from[0].sides.length,
      weights: own ?? weights,
    };
    const layer = kinds[kind].plan(source);
    if ("reason" in layer) return layer;
    // the planner of the kind `kind` plans these
    planned.push({...layer, kind, from: from.map((one) => one.layer)} as AnyLayer);
    from = [{layer: next + planned.length - 1, shape: layer.output, sides: node.shape}];
  }
  return planned;
}

interface Part {
  readonly part?: string;
  readonly className: string;
  readonly settings?: GraphNode["config"];
  readonly own?: GraphNode["weights"];
}

/** A dense layer of tokens, or of an image's pixels, is a 1 x 1 convolution: every token has the same weights. */
function partsOf({kind, config, weights}: GraphNode, {sides}: Given): readonly Part[] {
  const pointwise = (units: number, activation: string) =>
    ({
      filters: units,
      activation,
      kernelSize: [1, 1],
      strides: [1, 1],
      padding: "valid",
      dilationRate: [1, 1],
    }) as const;
  if (kind === "Dense" && sides.length > 1) {
    return [{className: "Conv2D", settings: pointwise(config.units, config.activation)}];
  }
  if (kind !== "SelfAttention") return [{className: kind}];
  const [within, without] = [weights.slice(0, 2), weights.slice(2)];
  const dense = (own: GraphNode["weights"]) => ({
    className: "Conv2D",
    settings: pointwise(own[0].shape[1], "linear"),
    own,
  });
  return [
    {part: "in", ...dense(within)},
    {className: kind, own: []},
    {part: "out", ...dense(without)},
  ];
}
