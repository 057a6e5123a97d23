import {createHash} from "node:crypto";
import {dirname, join, resolve} from "node:path";
import {parseJson} from "../../nouns/json-text";
import type {NamedArray} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import {readWhole} from "../data/read-file";
import {decodeText} from "../data/text";
import {checkGroupSize, tfjsModelJson} from "../model/load/tfjs-weights";
import {findRun} from "../record/run-directory";
import {readRunFile} from "../record/run-file";

/** The weights of a network that was trained before. */
export interface StartingWeights {
  /** The run's folder, or the path of the model.json. */
  readonly path: string;
  /** SHA-256 of the weights' bytes. */
  readonly sha256: string;
  readonly weights: readonly NamedArray[];
  /** The model that the run trained, as `--model` names it; absent for a model.json that belongs to no run. */
  readonly model?: string;
}

/**
 * Reads the weights that `--weights` names: the best ones of a run, or those of a tfjs LayersModel.
 *
 * @throws UserError if there are none, or none that a tf.LayersModel could take.
 */
export async function startingWeights(save: string, reference: string): Promise<StartingWeights> {
  const isFile = /\.json$/i.test(reference);
  const path = isFile ? resolve(reference) : (await findRun(save, reference)).path;
  const file = isFile ? path : join(path, "model", "model.json");
  const run = isFile ? undefined : readRunFile(path);
  if (run?.kind === "watch" && !/^tfjs/.test(run.model.name)) {
    throw new UserError(
      `--weights: expected a run of a TensorFlow.js network, got ${reference}, which watched ${run.model.name}`,
    );
  }
  const json = tfjsModelJson(parseJson(decodeText(await readWhole(file, {most: 256e6}), file), file), file);
  if (json.format === "graph-model") throw new UserError(`${file}: expected a LayersModel, got a GraphModel`);
  const hash = createHash("sha256");
  const weights: NamedArray[] = [];
  for (const group of json.weightsManifest) {
    const parts = await Promise.all(group.paths.map((name) => readWhole(beside(file, name))));
    checkGroupSize(
      group,
      parts.map(({length}) => length),
      file,
    );
    const bytes = Buffer.concat(parts);
    hash.update(bytes);
    let at = 0;
    for (const {name, shape, dtype, quantization} of group.weights) {
      if (dtype !== "float32" || quantization)
        throw new UserError(`${file}: expected weights of float32, got ${name} of ${quantization?.dtype ?? dtype}`);
      const length = shape.reduce((product, n) => product * n, 4);
      weights.push({name, shape, values: new Float32Array(new Uint8Array(bytes.subarray(at, at + length)).buffer)});
      at += length;
    }
  }
  const asked = run?.options.model;
  const model =
    run && run.kind !== "watch" ? (typeof asked === "string" && asked !== "auto" ? asked : run.model.name) : undefined;
  return {path, sha256: hash.digest("hex"), weights, ...(model === undefined ? {} : {model})};
}

function beside(file: string, name: string): string {
  if (name === "" || /^([\\/]|[A-Za-z][A-Za-z+.-]*:)/.test(name) || name.split(/[\\/]/).includes("..")) {
    throw new UserError(`${file}: expected weights in the folder of the model, got "${name}"`);
  }
  return join(dirname(file), name);
}

/**
 * Puts another network's weights in place of a network's own: by name, or array by array if the names differ. If only
 * the last dense layer has another number of classes, that layer keeps its own weights.
 *
 * @returns The weights, and one line for the user if there is something to say.
 * @throws UserError that names the first array that does not fit, and both shapes.
 */
export function placed(own: readonly NamedArray[], {weights, path}: StartingWeights) {
  if (own.length !== weights.length) {
    throw new UserError(
      `--weights: expected ${own.length} arrays, as the network has, got ${weights.length} of ${path}`,
    );
  }
  // frozen weights come after the others, so the order is only used if the names differ
  const byName = new Map(weights.map((array) => [array.name, array]));
  const isNamed = byName.size === weights.length && own.every(({name}) => byName.has(name));
  const fileOf = (array: NamedArray, i: number) => (isNamed ? byName.get(array.name) : undefined) ?? weights[i];
  const isHead = ({name}: NamedArray) => /^logits[/_]/.test(name);
  const differs = (array: NamedArray, i: number) => `${array.shape}` !== `${fileOf(array, i).shape}`;
  const isHeadNew = own.some((array, i) => isHead(array) && differs(array, i));
  const arrays = own.map((array, i): NamedArray => {
    if (isHead(array) && isHeadNew) return array;
    const {shape, values, name} = fileOf(array, i);
    if (!differs(array, i)) return {...array, values};
    throw new UserError(
      `--weights: expected [${array.shape.join(", ")}] for ${array.name}, got [${shape.join(", ")}] (${name}) of ${path}`,
    );
  });
  const end = isHeadNew ? "; the last layer begins anew, for it has another number of classes" : "";
  return {weights: arrays, note: `begins with the weights of ${path}${end}`};
}
