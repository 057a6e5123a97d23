import {capturedBy} from "../dependencies";
import {OnnxError} from "../error";
import {attributesOf} from "../file/attributes";
import {isStandard, type ModelProto, type NodeProto} from "../file/model";
import {TYPE} from "../file/tensors";
import {none} from "./rule";
import {isQuantiser, RULES} from "./rules";

/**
 * Checks, by the graph alone, that every operator between the targets and the output has a gradient.
 *
 * @throws OnnxError that names an operator without one, or the target that the output does not depend on.
 */
export function checkWay(model: ModelProto, from: string, to: readonly string[]): void {
  const nodes = model.graph?.node ?? [];
  for (const target of to) {
    const reached = reachedFrom(target, nodes);
    if (!reached.has(from)) {
      throw new OnnxError(`gradient: expected "${from}" to depend on "${target}", got no path from one to the other`);
    }
    const refused = between(reached, from, nodes).filter(
      (node) => !hasRule(node) || capturedBy(node).some((n) => reached.has(n)),
    );
    const worst = refused.find(({opType}) => isQuantiser(opType)) ?? refused[0];
    if (worst) throw new OnnxError(`gradient: expected operators with a gradient rule, got ${described(worst)}`);
  }
}

export function hasRule({opType, domain}: NodeProto): boolean {
  return isStandard(domain) && Object.hasOwn(RULES, opType);
}

/**
 * The names of all tensors that may depend on a tensor through floats. Types are not known here; the search ends at
 * operators whose outputs are certainly no floats.
 */
function reachedFrom(target: string, nodes: readonly NodeProto[]): ReadonlySet<string> {
  const reached = new Set([target]);
  for (const node of nodes) {
    if (![...(node.input ?? []), ...capturedBy(node)].some((name) => reached.has(name))) continue;
    if (hasRule(node) && (RULES[node.opType] === none || isCastToWhole(node))) continue;
    for (const name of node.output ?? []) reached.add(name);
  }
  return reached;
}

function isCastToWhole(node: NodeProto): boolean {
  const {to} = attributesOf(node);
  return node.opType === "Cast" && to !== TYPE.float32 && to !== TYPE.float64;
}

/** The nodes on a path to `from`, the last node first. */
function between(reached: ReadonlySet<string>, from: string, nodes: readonly NodeProto[]): NodeProto[] {
  const needed = new Set([from]);
  return [...nodes].reverse().filter((node) => {
    const inputs = [...(node.input ?? []), ...capturedBy(node)];
    if (!node.output?.some((name) => needed.has(name)) || !inputs.some((name) => reached.has(name))) return false;
    if (hasRule(node) && (RULES[node.opType] === none || isCastToWhole(node))) return false;
    for (const name of inputs) if (reached.has(name)) needed.add(name);
    return true;
  });
}

function described({opType, domain, name}: NodeProto): string {
  const operator = isStandard(domain) ? opType : `${domain}.${opType}`;
  const why = isQuantiser(opType) ? ", which rounds (use the model as it was before it was quantised)" : "";
  return `${operator}${name ? ` (node "${name}")` : ""}${why}`;
}
