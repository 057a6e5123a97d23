import {OnnxError} from "../error";
import {attributesFrom, attributesOf} from "../file/attributes";
import {isStandard, type ModelProto, type NodeProto, opsetOf, type TensorProto} from "../file/model";
import {floatsTensor, intsTensor} from "../file/tensors";
import {rewritten} from "./rewrite";

/** The oldest version of the standard operators (opset) that the rules know. */
const SPOKEN = 17;
const OLDEST = 9;
/** The least and the greatest float32. Old models have them as Clip's bounds, because bounds could not be left out. */
const LOWEST = -3.4028234663852886e38;
const HIGHEST = 3.4028234663852886e38;

/**
 * Converts a model of opset 9 to 16 to opset 17, so that it computes the same; leaves later ones as they are. In
 * between, attributes became inputs, Softmax's axis changed its meaning, and operators were renamed. (ScatterElements
 * adds only from 16 on, and gradients need that.)
 *
 * @throws OnnxError if the opset is older.
 */
export function lifted(model: ModelProto): ModelProto {
  const version = opsetOf(model);
  if (version >= SPOKEN) return model;
  if (version < OLDEST) throw new OnnxError(`model: expected opset ${OLDEST} or later for a gradient, got ${version}`);
  const imports = (model.opsetImport ?? []).filter(({domain}) => !isStandard(domain));
  const next = rewritten(model, (node, constants) =>
    isStandard(node.domain) ? liftedNode(node, version, constants) : [node],
  );
  return {...next, irVersion: Math.max(8, model.irVersion ?? 0), opsetImport: [{version: SPOKEN}, ...imports]};
}

function liftedNode(node: NodeProto, version: number, constants: TensorProto[]): readonly NodeProto[] {
  const {opType} = node;
  if (/^(Squeeze|Unsqueeze|ReduceSum)$/.test(opType) && version < 13) return [asInputs(node, ["axes"], constants)];
  if (opType === "Split" && version < 13) return [asInputs(node, ["split"], constants)];
  if (opType === "Dropout" && version < 12) return [{...node, attribute: []}]; // its ratio became an input
  if (/^(Softmax|LogSoftmax|Hardmax)$/.test(opType) && version < 13) return flattened(node);
  if (opType === "Clip" && version < 11) return [clip(node, constants)];
  if (opType === "Pad" && version < 11) return [asInputs(node, ["pads", "value"], constants)];
  if (opType === "Scatter") return [{...node, opType: "ScatterElements"}];
  if (opType === "Slice" && version < 10) return [asInputs(node, ["starts", "ends", "axes"], constants)];
  if (opType === "TopK" && version < 10) return [topK(node, constants)];
  if ((opType === "Resize" && version < 11) || opType === "Upsample") return resize(node, constants);
  return [node];
}

/** Turns attributes into inputs, in this order, after the existing inputs. */
function asInputs(node: NodeProto, names: readonly string[], constants: TensorProto[]): NodeProto {
  const inputs = names.map((name) => {
    const found = node.attribute?.find((a) => a.name === name);
    if (!found) return "";
    return constant(
      constants,
      found.type === 1 ? floatsTensor("", "float32", [found.f ?? 0], []) : intsTensor("", found.ints ?? []),
    );
  });
  while (inputs.at(-1) === "") inputs.pop();
  const attribute = (node.attribute ?? []).filter((a) => !names.includes(a.name));
  return {...node, input: [...(node.input ?? []), ...inputs], attribute};
}

function constant(constants: TensorProto[], tensor: TensorProto): string {
  const name = `lifted:${constants.length}`;
  constants.push({...tensor, name});
  return name;
}

function clip(node: NodeProto, constants: TensorProto[]): NodeProto {
  const {min = LOWEST, max = HIGHEST} = attributesOf(node);
  const bounds = [min, max].map((bound) => constant(constants, floatsTensor("", "float32", [bound as number], [])));
  return {...node, input: [...(node.input ?? []), ...bounds], attribute: []};
}

function topK(node: NodeProto, constants: TensorProto[]): NodeProto {
  const {k} = attributesOf(node);
  const attribute = node.attribute?.filter(({name}) => name !== "k") ?? [];
  return {...node, input: [...(node.input ?? []), constant(constants, intsTensor("", [k as number]))], attribute};
}

/**
 * Softmax before opset 13 merged all axes from `axis` on into one. So the tensor is flattened there, and gets its shape
 * back afterwards.
 */
function flattened(node: NodeProto): NodeProto[] {
  const {axis = 1} = attributesOf(node);
  const [x = ""] = node.input ?? [];
  if (axis === -1) return [node];
  const [flat, made, shape] = ["flat", "made", "shape"].map((what) => `lifted:${what}:${node.output?.[0]}`);
  return [
    {opType: "Flatten", input: [x], output: [flat], attribute: attributesFrom({axis})},
    {...node, input: [flat], output: [made], attribute: attributesFrom({axis: -1})},
    {opType: "Shape", input: [x], output: [shape]},
    {opType: "Reshape", input: [made, shape], output: node.output ?? []},
  ];
}

/**
 * Opset 10's Resize and opset 9's Upsample: they have only scales, and count pixels from the corner. The nearest pixel
 * was the one before along an axis that grows, and the one after along an axis that shrinks, so this needs two nodes
 * now.
 */
function resize(node: NodeProto, constants: TensorProto[]): NodeProto[] {
  const {mode = "nearest"} = attributesOf(node);
  const [x = "", scales = ""] = node.input ?? [];
  const [y = ""] = node.output ?? [];
  const how = (nearest_mode: string) =>
    attributesFrom({mode, coordinate_transformation_mode: "asymmetric", ...(mode === "nearest" && {nearest_mode})});
  if (mode !== "nearest" || node.opType === "Upsample") {
    return [{...node, opType: "Resize", input: [x, "", scales], attribute: how("floor")}];
  }
  const one = constant(constants, floatsTensor("", "float32", [1], []));
  const [up, down, grown] = ["up", "down", "grown"].map((what) => `lifted:${what}:${y}`);
  return [
    {opType: "Max", input: [scales, one], output: [up]},
    {opType: "Min", input: [scales, one], output: [down]},
    {opType: "Resize", input: [x, "", up], output: [grown], attribute: how("floor")},
    {...node, input: [grown, "", down], attribute: how("ceil")},
  ];
}
