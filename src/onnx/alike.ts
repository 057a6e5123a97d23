import {SIZE_ONLY} from "./dependencies";
import {OnnxError} from "./error";
import {encodeModel, type GraphProto, type ModelProto, type NodeProto, type TensorProto} from "./file/model";
import {TYPE} from "./file/tensors";

/**
 * Checks that two files hold the same graph and differ only in the numbers of their weights, so that facts about one
 * graph are true for the other.
 *
 * @throws OnnxError that names the first difference.
 */
export function checkAlike(model: ModelProto, other: ModelProto): void {
  const [mine, others] = [model.graph ?? {}, other.graph ?? {}];
  const [nodes, otherNodes] = [mine.node ?? [], others.node ?? []];
  const expected = "expected the same graph as the other file's";
  if (nodes.length !== otherNodes.length) {
    throw new OnnxError(`model: ${expected} of ${nodes.length} nodes, got ${otherNodes.length}`);
  }
  nodes.forEach((node, i) => {
    if (!sameBytes({node: [bare(node)]}, {node: [bare(otherNodes[i])]})) {
      throw new OnnxError(`model: ${expected}, got another node ${i}: ${worded(otherNodes[i])}, not ${worded(node)}`);
    }
  });
  const byName = new Map((others.initializer ?? []).map((tensor) => [tensor.name, tensor]));
  for (const tensor of mine.initializer ?? []) checkWeight(tensor, byName.get(tensor.name));
  if (
    !sameBytes(
      {input: mine.input ?? [], output: mine.output ?? []},
      {input: others.input ?? [], output: others.output ?? []},
    )
  ) {
    throw new OnnxError(`model: ${expected}, got other inputs or outputs`);
  }
}

function checkWeight(mine: TensorProto, other: TensorProto | undefined): void {
  const shape = `[${mine.dims ?? []}]`;
  const got = other ? `[${other.dims ?? []}]` : "none of this name";
  if (shape !== got || !other || mine.dataType !== other.dataType) {
    throw new OnnxError(`weights "${mine.name}": expected ${shape} as in the other file, got ${got}`);
  }
  if (mine.dataType === TYPE.int64 && !sameTensor(mine, other)) {
    throw new OnnxError(`model: expected the constant "${mine.name}" as in the other file, got other numbers`);
  }
}

/**
 * Checks the constants that the gradient uses (Clip's bounds, exponents), because they stand in the file like weights.
 *
 * @throws OnnxError that names a constant which has other numbers.
 */
export function checkConstants(names: Iterable<string>, model: ModelProto, other: ModelProto): void {
  const find = ({graph}: ModelProto, name: string) => graph?.initializer?.find((tensor) => tensor.name === name);
  for (const name of namedBefore(names, model.graph?.node ?? [])) {
    const [mine, others] = [find(model, name), find(other, name)];
    if (mine && !(others && sameTensor(mine, others))) {
      throw new OnnxError(`model: expected the constant "${name}" as in the other file, got other numbers`);
    }
  }
}

/** These tensors, and all tensors from which they are computed. */
function namedBefore(names: Iterable<string>, nodes: readonly NodeProto[]): ReadonlySet<string> {
  const all = new Set(names);
  for (const {opType, input = [], output = []} of [...nodes].reverse()) {
    if (!SIZE_ONLY.has(opType) && output.some((name) => all.has(name))) for (const name of input) all.add(name);
  }
  return all;
}

function sameTensor(a: TensorProto, b: TensorProto): boolean {
  return sameBytes({initializer: [a]}, {initializer: [b]});
}

function sameBytes(a: GraphProto, b: GraphProto): boolean {
  const [mine, others] = [a, b].map((graph) => encodeModel({graph}));
  return mine.length === others.length && mine.every((byte, i) => byte === others[i]);
}

/** A copy without the fields that only describe it. */
function bare({rest: _, name: __, ...node}: NodeProto): NodeProto {
  return node;
}

function worded({opType, output = []}: NodeProto): string {
  return `${opType} → ${output.join(", ")}`;
}
