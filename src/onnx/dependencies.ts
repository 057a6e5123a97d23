import {attributesOf} from "./file/attributes";
import type {GraphProto, NodeProto} from "./file/model";

export interface Dependencies {
  /** Tensors whose numbers depend on the numbers of the inputs, and not only on their sizes. */
  readonly onValues: ReadonlySet<string>;
  /** Tensors whose sizes depend on the numbers of the inputs. */
  readonly sizesOnValues: ReadonlySet<string>;
}

/** These operators only return sizes, so their results depend on no number that is fed. */
export const SIZE_ONLY = new Set(["Shape", "Size"]);
/** These operators give other numbers in every run. */
const CHANCE = /^(Random|Multinomial|Bernoulli)/;
/** How many numbers these operators return depends on the numbers that they get. */
const COUNTED = new Set(["NonZero", "Compress", "Unique", "NonMaxSuppression", "If", "Loop", "Scan"]);
/** For each operator, the inputs that set the sizes of its output; all inputs for operators that are not named. */
const SHAPE_INPUTS: {readonly [opType: string]: readonly number[]} = {
  Reshape: [1],
  Expand: [1],
  Tile: [1],
  Pad: [1, 3],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Resize: [2, 3],
  Upsample: [1],
  TopK: [1],
  OneHot: [1],
  Squeeze: [1],
  Unsqueeze: [1],
  ConstantOfShape: [0],
  Range: [0, 1, 2],
  CenterCropPad: [1],
};

/** Finds which tensors of a graph depend on the numbers of its inputs. @param fed The graph's inputs. */
export function dependenciesOf(graph: GraphProto, fed: readonly string[]): Dependencies {
  const stored = new Set(graph.initializer?.map(({name}) => name));
  const onValues = new Set(fed.filter((name) => isInput(graph, name) && !stored.has(name)));
  const sizesOnValues = new Set<string>();
  for (const node of graph.node ?? []) {
    const inputs = [...(node.input ?? []), ...capturedBy(node)];
    const depends = inputs.some((name) => onValues.has(name)) || CHANCE.test(node.opType);
    const shaping = (SHAPE_INPUTS[node.opType] ?? []).map((i) => node.input?.[i] ?? "");
    const unsteady =
      (COUNTED.has(node.opType) && depends) ||
      shaping.some((name) => onValues.has(name)) ||
      (inputs.some((name) => sizesOnValues.has(name)) && !SIZE_ONLY.has(node.opType));
    const told = SIZE_ONLY.has(node.opType) ? inputs.some((name) => sizesOnValues.has(name)) : depends;
    for (const name of node.output ?? []) {
      if (told || unsteady) onValues.add(name);
      if (unsteady) sizesOnValues.add(name);
    }
  }
  return {onValues, sizesOnValues};
}

function isInput({input = []}: GraphProto, name: string): boolean {
  return input.some((value) => value.name === name);
}

/**
 * Returns the tensors of the graph around a node that the node reads without naming them as inputs. Only nodes with
 * graphs inside (If, Loop, Scan) do so.
 */
export function capturedBy(node: NodeProto): string[] {
  if (!node.attribute?.some(({g}) => g)) return []; // most nodes
  return Object.values(attributesOf(node)).flatMap((value) =>
    value && typeof value === "object" && !Array.isArray(value) && "node" in value
      ? freeNames(value as GraphProto)
      : [],
  );
}

function freeNames(graph: GraphProto): string[] {
  const own = new Set([
    ...(graph.input ?? []).map(({name}) => name),
    ...(graph.initializer ?? []).map(({name}) => name),
    ...(graph.node ?? []).flatMap(({output = []}) => output),
  ]);
  const used = [
    ...(graph.node ?? []).flatMap((node) => [...(node.input ?? []), ...capturedBy(node)]),
    ...(graph.output ?? []).map(({name}) => name),
  ];
  return used.filter((name) => name !== "" && !own.has(name));
}
