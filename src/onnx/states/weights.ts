import {OnnxError} from "../error";
import {decodeModel, encodeModel, type TensorProto} from "../file/model";
import {isFloat, TYPE} from "../file/tensors";
import {safetensors} from "./safetensors";
import type {State, StoredArray} from "./state";
import {torchState} from "./torch";

/**
 * Reads weights from a file of safetensors or of torch.save. The first bytes tell which it is: torch.save writes a zip,
 * and before PyTorch 1.6 it wrote a pickle.
 */
export function readState(file: Uint8Array): State {
  const isZip = file[0] === 0x50 && file[1] === 0x4b;
  const isPickle = file[0] === 0x80 && (file[1] ?? 0) <= 5;
  return isZip || isPickle ? torchState(file) : safetensors(file);
}

/**
 * Returns a model's file with its weights taken from a state: one graph, exported once, for the states of all epochs.
 *
 * @throws OnnxError if a weight of the state has no place in the graph (its exporter folded it away: the numbers that
 * are in the graph would be wrong, and nobody would see it), or another shape there.
 */
export function withState(graph: Uint8Array, state: State): Uint8Array {
  const model = decodeModel(graph);
  const stored = model.graph?.initializer ?? [];
  const own = named(state, new Set(stored.map(({name = ""}) => name)));
  const initializer = stored.map((tensor) => {
    const array = own.get(tensor.name ?? "");
    return array ? replaced(tensor, array) : tensor;
  });
  return encodeModel({...model, graph: {...model.graph, initializer}});
}

/**
 * Names of parameters in the graph that a state lacks; these keep the graph's numbers. Constants that an exporter made
 * do not count (their names begin differently, or have no dot).
 */
export function unstored(graph: Uint8Array, state: State): string[] {
  const stored = decodeModel(graph).graph?.initializer ?? [];
  const own = named(state, new Set(stored.map(({name = ""}) => name)));
  const modules = new Set([...own.keys()].map((name) => name.split(".")[0]));
  return stored.flatMap(({name = "", dataType, dims = []}) => {
    const isReals = dataType === TYPE.float32 || dataType === TYPE.float16 || dataType === TYPE.bfloat16;
    const isParameter = isReals && dims.length > 0 && /^\w+(\.\w+)+$/.test(name);
    return isParameter && !own.has(name) && (modules.has(name.split(".")[0]) || /\.(weight|bias)$/.test(name))
      ? [name]
      : [];
  });
}

/**
 * The state with the graph's names. Some training programs put a word before all names: "module.", "_orig_mod.",
 * "model.".
 */
function named(state: State, names: ReadonlySet<string>): State {
  let own = state;
  while (![...own.keys()].some((name) => names.has(name))) {
    const [first] = [...own.keys()][0]?.split(".") ?? [];
    const all = [...own].every(([name]) => name.startsWith(`${first}.`));
    if (!first || !all) break;
    own = new Map([...own].map(([name, array]) => [name.slice(first.length + 1), array]));
  }
  const homeless = [...own].filter(([name, {type}]) => !names.has(name) && isReal(type)).map(([name]) => name);
  if (homeless.length === 0) return own;
  const few = homeless.slice(0, 3).join(", ");
  const rest = homeless.length > 3 ? ` and ${homeless.length - 3} more` : "";
  throw new OnnxError(
    `weights: expected a place for each in the graph, got none for ${few}${rest} (export it with optimize=False, so that nothing is folded)`,
  );
}

/**
 * Says whether an array holds weights. Whole numbers (counts of batches, tables of places) do not: an exporter may drop
 * or fold them.
 */
function isReal(type: string): boolean {
  return isFloat(type) || type === "float16" || type === "bfloat16";
}

function replaced({name = "", dims = [], dataType}: TensorProto, array: StoredArray): TensorProto {
  if (`${dims}` !== `${array.dims}`) {
    throw new OnnxError(`weights "${name}": expected [${dims}] as in the graph, got [${array.dims}]`);
  }
  const half = array.type === "float16" || array.type === "bfloat16"; // widened as the model is opened
  if (dataType === TYPE[array.type] || (half && dataType === TYPE.float32)) {
    return {name, dims, dataType: TYPE[array.type], rawData: array.bytes};
  }
  if (dataType !== TYPE.float32 || array.type !== "float64") {
    throw new OnnxError(`weights "${name}": expected type ${dataType} as in the graph, got ${array.type}`);
  }
  const doubles = new Float64Array(new Uint8Array(array.bytes).buffer); // aligned
  return {name, dims, dataType, rawData: new Uint8Array(Float32Array.from(doubles).buffer)};
}
