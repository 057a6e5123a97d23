import {capturedBy} from "../dependencies";
import {isStandard, type ModelProto} from "../file/model";
import {hasRule} from "./way";

/** The operators, each once and sorted, that an output depends on and that have no gradient. */
export function unsupportedIn({graph = {}}: ModelProto): string[] {
  const used = new Set((graph.output ?? []).map(({name}) => name));
  const found = new Set<string>();
  for (const node of [...(graph.node ?? [])].reverse()) {
    if (!node.output?.some((name) => used.has(name))) continue;
    for (const name of [...(node.input ?? []), ...capturedBy(node)]) used.add(name);
    if (!hasRule(node)) found.add(isStandard(node.domain) ? node.opType : `${node.domain}.${node.opType}`);
  }
  return [...found].sort();
}
