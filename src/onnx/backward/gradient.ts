import {capturedBy} from "../dependencies";
import {OnnxError} from "../error";
import {attributesOf} from "../file/attributes";
import {type ModelProto, type NodeProto, opsetOf, type ValueProto} from "../file/model";
import {isFloat, TYPE} from "../file/tensors";
import type {Sizes} from "../seen";
import {Builder, type Name} from "./builder";
import {none} from "./rule";
import {RULES, WITH_MANY_OUTPUTS} from "./rules";

/** The nodes that are appended to a model's file; they compute the gradient of Σ seed · output. */
export interface Appendix {
  readonly model: ModelProto;
  /** The input that takes the seed, of the output's sizes. */
  readonly seed: string;
  /** The outputs that give the gradients, in the order in which they were asked for. */
  readonly gradients: readonly string[];
  /** Tensors whose numbers the nodes were made for: bounds, exponents, axes. */
  readonly constants: ReadonlySet<string>;
}

/**
 * Computes gradients by reverse mode on an ONNX graph. It visits the nodes from the last to the first, and each node's
 * rule writes the standard operators that carry the gradient from its outputs to its inputs. The appendix names the
 * model's weights and never contains them, so it fits every file of the same graph.
 *
 * @param model A model whose path from the targets to the output has been checked (way.ts).
 * @param from The float tensor whose seeded sum is differentiated.
 * @param to Float tensors that it depends on: inputs, tensors within, weights.
 * @throws OnnxError if a rule does not know a case, or if `from` does not depend on a target through floats.
 */
export function gradientOf(model: ModelProto, sizes: Sizes, from: string, to: readonly string[]): Appendix {
  const nodes = model.graph?.node ?? [];
  for (const name of [from, ...to]) checkFloat(sizes, name);
  const reached = reachedFrom(to, nodes, sizes);
  const prefix = unusedPrefix(sizes);
  const b = new Builder(opsetOf(model), sizes, prefix);
  const seed = `${prefix}seed`;

  // Contributions to the gradient of each tensor, summed when all are there.
  const parts = new Map<string, Name[]>([[from, [seed]]]);
  const total = (name: string): Name | undefined => {
    const all = parts.get(name);
    if (all && all.length > 1) parts.set(name, [b.op(all.length === 2 ? "Add" : "Sum", all)]);
    return parts.get(name)?.[0];
  };
  for (const node of [...nodes].reverse()) {
    const [x, y] = [node.input ?? [], node.output ?? []];
    if (![...x, ...capturedBy(node)].some((name) => reached.has(name))) continue;
    const dy = y.map(total);
    if (dy.every((g) => g === undefined)) continue;
    checkOutputs(node, dy);
    const float = sizes.get(y[dy.findIndex((g) => g !== undefined)])?.type;
    b.float = isFloat(float) ? float : "float32";
    const needs = (i: number) => reached.has(x[i] ?? "");
    const gradients = RULES[node.opType]({b, node, x, y, dy, g: dy[0] as Name, a: attributesOf(node), needs});
    gradients.forEach((gradient, i) => {
      if (gradient !== undefined && needs(i)) parts.set(x[i], [...(parts.get(x[i]) ?? []), gradient]);
    });
  }

  const gradients = to.map((name, i) => {
    const gradient = total(name);
    if (gradient === undefined) throw independent(from, name);
    b.nodes.push({opType: "Identity", input: [gradient], output: [`${prefix}gradient${i}`]});
    return `${prefix}gradient${i}`;
  });
  const input = [value(seed, from, sizes)];
  const output = to.map((name, i) => value(gradients[i], name, sizes));
  return {
    model: {graph: {node: b.nodes, initializer: b.constants, input, output}},
    seed,
    gradients,
    constants: b.consulted,
  };
}

/** The names of all tensors that depend on the targets through floats. */
function reachedFrom(to: readonly string[], nodes: readonly NodeProto[], sizes: Sizes): ReadonlySet<string> {
  const reached = new Set(to);
  for (const node of nodes) {
    const inputs = [...(node.input ?? []), ...capturedBy(node)];
    if (!inputs.some((name) => reached.has(name)) || RULES[node.opType] === none) continue;
    for (const name of node.output ?? []) if (isFloat(sizes.get(name)?.type)) reached.add(name);
  }
  return reached;
}

function checkFloat(sizes: Sizes, name: string): void {
  const seen = sizes.get(name);
  if (seen && !isFloat(seen.type))
    throw new OnnxError(`gradient: expected a tensor of floats, got "${name}" of ${seen.type}`);
}

/** Checks that only a node's first output has a gradient, unless the node's rule takes more. */
function checkOutputs({opType, name}: NodeProto, dy: readonly (Name | undefined)[]): void {
  if (!dy.slice(1).some((g) => g !== undefined) || WITH_MANY_OUTPUTS.has(opType)) return;
  throw new OnnxError(
    `gradient of ${opType} "${name ?? ""}": expected only its first output to be used, got another one`,
  );
}

function independent(from: string, to: string): OnnxError {
  return new OnnxError(`gradient: expected "${from}" to depend on "${to}", got no path from one to the other`);
}

/** A prefix with which no tensor's name begins. So a model that has an appendix already can get another one. */
function unusedPrefix(sizes: Sizes): string {
  const names = [...sizes.keys()];
  let prefix = "back:";
  while (names.some((name) => name.startsWith(prefix))) prefix = `back${prefix}`;
  return prefix;
}

/** An input or output of the type and sizes of a tensor of the model. */
function value(name: string, like: string, sizes: Sizes): ValueProto {
  const {type, dims} = sizes.get(like)!;
  const dim = dims.map((n, i) => (n < 0 ? {param: `${name}${i}`} : {value: n}));
  return {name, type: {tensorType: {elemType: TYPE[type as keyof typeof TYPE], shape: {dim}}}};
}
