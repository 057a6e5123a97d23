import {UserError} from "../../../nouns/options";
import type {LoadSettings} from "./load-settings";

/** An input or an output of a model, as the file declares it. */
export interface Port {
  readonly name: string;
  /** "float32", or "(no tensor)"; undefined where it is not known. */
  readonly type?: string | undefined;
  /** Names and null stand for sizes that are open; undefined where not even their number is known. */
  readonly dims?: readonly (number | string | null | undefined)[] | undefined;
}

/** "[n, 3, 224, 224]" */
export function shapeWords(dims: Port["dims"]): string {
  if (!dims) return "an unknown shape";
  return `[${dims.map((n) => (n === null || n === undefined || n === "" || n === -1 ? "?" : n)).join(", ")}]`;
}

/** "logits [n, 2]", with the type where it is not the usual one. */
export function portWords({name, type, dims}: Port): string {
  return [name, type === "float32" ? "" : (type ?? ""), dims ? shapeWords(dims) : ""].filter((word) => word).join(" ");
}

/** "one image", "3 images" */
export function imagesWords(count: number): string {
  return count === 1 ? "one image" : `${count} images`;
}

/**
 * The one input.
 *
 * @param types That it may have.
 * @throws UserError if there are several, or it is no batch of images.
 */
export function theInput(inputs: readonly Port[], types: readonly string[], {what = "model"}: LoadSettings): Port {
  if (inputs.length !== 1) {
    const got = inputs.length ? inputs.map(portWords).join(", ") : "none";
    throw new UserError(`${what}: expected one input, a batch of images, got ${got}`);
  }
  const [input] = inputs;
  if (input.dims && input.dims.length !== 4) {
    throw new UserError(`${what}: expected a batch of images as input, 4 dimensions, got ${portWords(input)}`);
  }
  if (!types.includes(`${input.type}`)) {
    throw new UserError(`${what}: expected an input of ${types.join(", ")}, got ${portWords(input)}`);
  }
  return input;
}

/**
 * The output to explain: the one that is named, the one that there is, or the one that is called "logits", as many exports
 * and `runs export --to onnx` call their scores.
 *
 * @throws UserError that names all, else.
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
