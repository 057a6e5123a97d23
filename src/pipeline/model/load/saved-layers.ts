/** @file Reads the files of a tfjs LayersModel as plain data: its layers, the inputs of each, and its weights. */
import {parseJson} from "../../../nouns/json-text";
import {UserError} from "../../../nouns/options";

/** A saved network from the folder `model/` of a run. */
export interface SavedLayers {
  /** The layers in an order in which each comes after those whose answers it reads. */
  readonly layers: readonly SavedLayer[];
  /** The name of the answer that is the network's output. */
  readonly output: string;
  /** By name: "conv1/kernel". */
  readonly weights: ReadonlyMap<string, {readonly shape: readonly number[]; readonly values: Float32Array}>;
}

/** One call of a layer. Its answer has the layer's name, followed by "/2" and so on for further calls. */
export interface SavedLayer {
  readonly answer: string;
  readonly kind: string;
  readonly config: {readonly [name: string]: unknown};
  /** The answers that it reads; none for an input. */
  readonly inputs: readonly string[];
}

/** [layer, which of its calls, which of its answers, …]. */
type Place = readonly [string, number, number, ...unknown[]];

interface LayerFile {
  readonly name?: string;
  readonly class_name: string;
  readonly config: SavedLayer["config"];
  readonly inbound_nodes?: readonly (readonly Place[])[];
}

interface ModelFile {
  readonly class_name?: string;
  readonly config?:
    | readonly LayerFile[]
    | {
        readonly layers?: readonly LayerFile[];
        readonly input_layers?: readonly Place[];
        readonly output_layers?: readonly Place[];
      };
}

/**
 * Reads the folder `model/` of a run: a sequence of layers, or layers with branches between one input and one output.
 *
 * @throws UserError if it is neither of the two.
 */
export function savedLayers(json: string, weights: Uint8Array, what: string): SavedLayers {
  const {modelTopology, weightsManifest} = parseJson(json, what) as {
    readonly modelTopology?: ModelFile;
    readonly weightsManifest?: readonly {
      readonly weights: readonly {readonly name: string; readonly shape: readonly number[]}[];
    }[];
  };
  const arrays = new Map<string, {readonly shape: readonly number[]; readonly values: Float32Array}>();
  const all = new Float32Array(weights.slice().buffer);
  let at = 0;
  for (const {name, shape} of (weightsManifest ?? []).flatMap((group) => group.weights)) {
    const count = shape.reduce((product, side) => product * side, 1);
    arrays.set(name, {shape, values: all.subarray(at, at + count)});
    at += count;
  }
  if (at !== all.length) throw new UserError(`${what}: expected ${4 * at} bytes of weights, got ${weights.length}`);
  return {...layersOf(modelTopology ?? {}, what), weights: arrays};
}

function layersOf({class_name: kind, config}: ModelFile, what: string): Omit<SavedLayers, "weights"> {
  const list = Array.isArray(config) ? (config as readonly LayerFile[]) : (config as {layers?: LayerFile[]})?.layers;
  if (kind === "Sequential" && Array.isArray(list)) {
    const named = list.map(({class_name, config: own}, n) => ({
      ...{answer: `${own.name}`, kind: class_name, config: own},
      inputs: n === 0 ? [] : [`${list[n - 1].config.name}`],
    }));
    return {layers: named, output: named.at(-1)?.answer ?? ""};
  }
  const outputs = (config as {output_layers?: readonly Place[]})?.output_layers ?? [];
  const isGraph = kind === "Model" || kind === "Functional";
  if (!isGraph || !Array.isArray(list) || outputs.length !== 1) {
    const got = isGraph ? `${outputs.length} outputs` : (kind ?? "something else");
    throw new UserError(`--to onnx: expected layers with one output in ${what}, got ${got}`, {code: "BAD_MODEL"});
  }
  return fromOutput(new Map(list.map((layer) => [`${layer.name ?? layer.config.name}`, layer])), outputs[0], what);
}

/** The layers that lead to an output, each after those that it reads. */
function fromOutput(layers: ReadonlyMap<string, LayerFile>, output: Place, what: string): Omit<SavedLayers, "weights"> {
  const found: SavedLayer[] = [];
  const seen = new Set<string>();
  const visit = ([name, call, place]: Place): string => {
    const answer = call === 0 ? name : `${name}/${call + 1}`;
    const layer = layers.get(name);
    if (!layer || place !== 0) {
      throw new UserError(`--to onnx: expected layers with one output each in ${what}, got ${name} number ${place}`, {
        code: "BAD_MODEL",
      });
    }
    if (seen.has(answer)) return answer;
    seen.add(answer);
    const inputs = (layer.inbound_nodes?.[call] ?? []).map(visit);
    found.push({answer, kind: layer.class_name, config: layer.config, inputs});
    return answer;
  };
  return {output: visit(output), layers: found};
}
