import {UserError} from "../../../nouns/options";
import type {LoadSettings} from "./load-settings";

/** An input or an output of a model, as the file declares it. */
export interface Port {
  readonly name: string;
  /** "float32", or "(no tensor)"; undefined if it is not known. */
  readonly type?: string | undefined;
  /** Names and null mean sizes that are open; undefined if not even their number is known. */
  readonly dims?: readonly (number | string | null | undefined)[] | undefined;
}

/** "[n, 3, 224, 224]" */
export function shapeWords(dims: Port["dims"]): string {
  if (!dims) return "an unknown shape";
  return `[${dims.map((n) => (n === null || n === undefined || n === "" || n === -1 ? "?" : n)).join(", ")}]`;
}

/** "logits [n, 2]", with the type if it is not the usual one. */
export function portWords({name, type, dims}: Port): string {
  const isTensor = type !== "(no tensor)";
  return [name, type === "float32" ? "" : (type ?? ""), dims && isTensor ? shapeWords(dims) : ""]
    .filter((word) => word)
    .join(" ");
}

/** "one image", "3 images" */
export function imagesWords(count: number): string {
  return count === 1 ? "one image" : `${count} images`;
}

/**
 * The input that takes the images: the one that the user names, or the only possible one among those that get no other
 * value.
 *
 * @param types The types that it may have.
 * @throws UserError that names all inputs, if several are possible, or if the input is not a batch of images.
 */
export function theInput(
  inputs: readonly Port[],
  types: readonly string[],
  {what = "model", inputName, feeds = {}}: LoadSettings,
): Port {
  const all = inputs.map(portWords).join(", ") || "none";
  const input = chosenInput(inputs, types, inputName, feeds);
  if (!input && inputName !== undefined) {
    throw new UserError(`--input-name: expected one of ${all}, got "${inputName}"`);
  }
  if (!input && inputs.length > 0) {
    throw new UserError(`--input-name: expected the input of ${what} that takes the images, of ${all}, got none`);
  }
  if (!input) throw new UserError(`${what}: expected an input, a batch of images, got none`);
  if (input.dims && input.dims.length !== 4) {
    throw new UserError(`${what}: expected a batch of images as input, 4 dimensions, got ${portWords(input)}`);
  }
  if (!types.includes(`${input.type}`)) {
    throw new UserError(`${what}: expected an input of ${types.join(", ")}, got ${portWords(input)}`);
  }
  return input;
}

function chosenInput(
  inputs: readonly Port[],
  types: readonly string[],
  name: string | undefined,
  feeds: {readonly [name: string]: unknown},
): Port | undefined {
  if (name !== undefined) return inputs.find((input) => input.name === name);
  if (inputs.length === 1) return inputs[0];
  const able = inputs.filter(
    (input) => feeds[input.name] === undefined && types.includes(`${input.type}`) && input.dims?.length === 4,
  );
  return able.length === 1 ? able[0] : undefined;
}

/**
 * The output to explain: the one that the user names; the only one; or the one named "logits", which is what many
 * exporters and `runs export --to onnx` call the scores.
 *
 * @throws UserError that names all outputs, in any other case.
 */
export function theOutput(
  outputs: readonly Port[],
  {what = "model", outputName}: LoadSettings,
): Port & {readonly index: number} {
  const all = outputs.map(portWords).join(", ");
  if (outputName !== undefined) {
    const index = outputs.findIndex(({name}) => name === outputName);
    if (index < 0) throw new UserError(`--output-name: expected one of ${all}, got "${outputName}"`);
    return {...outputs[index], index};
  }
  if (outputs.length === 0) throw new UserError(`${what}: expected an output, got none`);
  const index = outputs.length === 1 ? 0 : outputs.findIndex(({name}) => name === "logits");
  if (index < 0) {
    throw new UserError(`--output-name: expected one of the ${outputs.length} outputs of ${what}, ${all}, got none`);
  }
  return {...outputs[index], index};
}
