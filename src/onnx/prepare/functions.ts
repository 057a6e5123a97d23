import type {AttributeProto, FunctionProto, ModelProto, NodeProto} from "../file/model";
import {withGraphs} from "./rewrite";

/**
 * Writes out the model's own functions: each node that calls one is replaced by the function's nodes. (A function may
 * call others, but not itself: the ONNX specification forbids it.)
 */
export function inlined(model: ModelProto): ModelProto {
  if (!model.functions?.length) return model;
  const byName = new Map(model.functions.map((f) => [key(f.domain, f.name), f]));
  let calls = 0;
  const expand = (node: NodeProto): NodeProto[] => {
    const called = byName.get(key(node.domain, node.opType));
    if (!called) return [withGraphs(node, (graph) => ({...graph, node: (graph.node ?? []).flatMap(expand)}))];
    return bodyOf(called, node, `call${calls++}:`).flatMap(expand);
  };
  const graph = {...model.graph, node: (model.graph?.node ?? []).flatMap(expand)};
  const known = new Set(model.opsetImport?.map(({domain}) => domain ?? ""));
  const added = model.functions
    .flatMap(({opsetImport = []}) => opsetImport)
    .filter(({domain = ""}) => !known.has(domain));
  const {functions: _, ...rest} = model;
  return {...rest, graph, opsetImport: [...(model.opsetImport ?? []), ...added]};
}

const key = (domain = "", name: string) => `${domain}::${name}`;

function bodyOf(called: FunctionProto, call: NodeProto, prefix: string): NodeProto[] {
  const names = new Map<string, string>([["", ""]]);
  called.input?.forEach((name, i) => {
    names.set(name, call.input?.[i] ?? "");
  });
  called.output?.forEach((name, i) => {
    if (call.output?.[i]) names.set(name, call.output[i]);
  });
  const renamed = (name: string) => names.get(name) ?? prefix + name;
  const given = new Map([...(called.attributeProto ?? []), ...(call.attribute ?? [])].map((a) => [a.name, a]));
  const attributes = (node: NodeProto): AttributeProto[] =>
    (node.attribute ?? []).flatMap((a) => {
      if (!a.refAttrName) return [a];
      const value = given.get(a.refAttrName);
      return value ? [{...value, name: a.name}] : []; // an attribute that the call leaves out
    });
  const rename = (node: NodeProto): NodeProto => {
    const next = {
      ...node,
      input: (node.input ?? []).map(renamed),
      output: (node.output ?? []).map(renamed),
      attribute: attributes(node),
    };
    return withGraphs(next, (graph) => ({
      ...graph,
      node: (graph.node ?? []).map(rename),
      input: (graph.input ?? []).map((v) => ({...v, name: renamed(v.name)})),
      output: (graph.output ?? []).map((v) => ({...v, name: renamed(v.name)})),
      initializer: (graph.initializer ?? []).map((t) => ({...t, name: renamed(t.name ?? "")})),
    }));
  };
  return (called.node ?? []).map(rename);
}
