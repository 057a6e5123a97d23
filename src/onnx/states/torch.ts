import {OnnxError} from "../error";
import type {ElementType} from "../file/tensors";
import {legacyStorages} from "./legacy-torch";
import {Global, Unknown, unpickled} from "./pickle";
import type {State, StoredArray} from "./state";
import {unzipped} from "./zip";

/** PyTorch's storages: the type of their numbers, and its bytes. */
const STORAGES: {readonly [name: string]: readonly [type: ElementType, bytes: number]} = {
  "torch.DoubleStorage": ["float64", 8],
  "torch.FloatStorage": ["float32", 4],
  "torch.HalfStorage": ["float16", 2],
  "torch.BFloat16Storage": ["bfloat16", 2],
  "torch.LongStorage": ["int64", 8],
  "torch.IntStorage": ["int32", 4],
  "torch.ShortStorage": ["int16", 2],
  "torch.CharStorage": ["int8", 1],
  "torch.ByteStorage": ["uint8", 1],
  "torch.BoolStorage": ["bool", 1],
};

/** The keys under which training programs save the weights, beside other things. */
const UNDER = ["model_state_dict", "state_dict", "model", "net", "module"];

/**
 * Reads the arrays of a file of `torch.save`: a state_dict, or a dictionary that has one under "model_state_dict",
 * "state_dict", "model", "net" or "module". It reads the pickle as data (pickle.ts) and runs nothing from it.
 *
 * @throws OnnxError if there is no state_dict, for example if it is a whole pickled module.
 */
export function torchState(file: Uint8Array): State {
  if (!(file[0] === 0x50 && file[1] === 0x4b)) return legacyState(file);
  const files = unzipped(file);
  const pickle = [...files.keys()].find((name) => name.endsWith("/data.pkl"));
  if (pickle === undefined) throw new OnnxError("checkpoint: expected data.pkl in the zip, got none");
  const root = pickle.slice(0, -"data.pkl".length);
  if (new TextDecoder().decode(files.get(`${root}byteorder`) ?? new Uint8Array()) === "big") {
    throw new OnnxError("checkpoint: expected little-endian numbers, got big-endian ones");
  }
  const storage = (key: string) => {
    const bytes = files.get(`${root}data/${key}`);
    if (!bytes) throw new OnnxError(`checkpoint: expected the storage ${root}data/${key} in the zip, got none`);
    return bytes;
  };
  const made = unpickled(files.get(pickle)!, {
    call: (name, args) => CALLS[name]?.(args, storage),
    persistent: storageNamed,
  });
  return arraysIn(made);
}

/** Reads a file that torch.save wrote before PyTorch 1.6: pickles one after another, then the storages. */
function legacyState(file: Uint8Array): State {
  const bytesOf = (type: string) => STORAGES[type]?.[1];
  const {pickle, storages} = legacyStorages(file, storageNamed, bytesOf);
  const storage = (key: string) => {
    const bytes = storages.get(key);
    if (!bytes) throw new OnnxError(`checkpoint: expected the storage ${key} in the file, got none`);
    return bytes;
  };
  const call = (name: string, args: readonly unknown[]) => CALLS[name]?.(args, storage);
  return arraysIn(unpickled(pickle, {call, persistent: storageNamed}));
}

/** A storage as the pickle names it: ("storage", class, key, device, count). */
export interface Storage {
  readonly type: string;
  readonly key: string;
}

function storageNamed(id: unknown): Storage {
  const [what, type, key] = Array.isArray(id) ? id : [];
  if (what !== "storage" || !(type instanceof Global))
    throw new OnnxError("checkpoint: expected storages, got another id");
  return {type: type.name, key: String(key)};
}

type Make = (args: readonly unknown[], storage: (key: string) => Uint8Array) => unknown;

const CALLS: {readonly [name: string]: Make} = {
  "collections.OrderedDict": () => new Map(),
  "collections.defaultdict": () => new Map(),
  "builtins.dict": () => new Map(),
  "torch._utils._rebuild_tensor_v2": tensor,
  "torch._utils._rebuild_parameter": ([data]) => data,
  "torch._utils._rebuild_parameter_with_state": ([data]) => data,
  "torch.Size": ([sizes]) => sizes,
};

function tensor(args: readonly unknown[], storage: (key: string) => Uint8Array): StoredArray {
  const [{type: name, key}, offset, dims, strides] = args as [Storage, number, number[], number[]];
  const found = STORAGES[name];
  if (!found) throw new OnnxError(`checkpoint: expected numbers of ${Object.keys(STORAGES).join(", ")}, got ${name}`);
  const [type, size] = found;
  const whole = storage(key);
  const count = dims.reduce((a, b) => a * b, 1);
  const reach = count === 0 ? 0 : offset + 1 + dims.reduce((sum, n, i) => sum + (n - 1) * strides[i], 0);
  if (!(reach * size <= whole.length)) {
    throw new OnnxError(`checkpoint: expected ${reach} numbers in storage ${key}, got ${whole.length / size}`);
  }
  if (isDense(dims, strides)) return {type, dims, bytes: whole.subarray(offset * size, (offset + count) * size)};
  return {type, dims, bytes: gathered(whole, size, offset, dims, strides)};
}

function isDense(dims: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let i = dims.length - 1; i >= 0; i--) {
    if (dims[i] !== 1 && strides[i] !== step) return false;
    step *= dims[i];
  }
  return true;
}

/** Numbers of a transposed tensor, or of one with its channels last, row after row. */
function gathered(
  whole: Uint8Array,
  size: number,
  offset: number,
  dims: readonly number[],
  strides: readonly number[],
) {
  const count = dims.reduce((a, b) => a * b, 1);
  const out = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    let [rest, from] = [i, offset];
    for (let d = dims.length - 1; d >= 0; d--) {
      from += (rest % dims[d]) * strides[d];
      rest = Math.floor(rest / dims[d]);
    }
    out.set(whole.subarray(from * size, (from + 1) * size), i * size);
  }
  return out;
}

function arraysIn(made: unknown): State {
  if (!(made instanceof Map)) {
    const got = made instanceof Unknown ? `a pickled ${made.name}` : "no dictionary";
    throw new OnnxError(`checkpoint: expected a state_dict (torch.save(net.state_dict(), …)), got ${got}`);
  }
  const inner = UNDER.map((name) => made.get(name)).find((value) => value instanceof Map) ?? made;
  const arrays = [...(inner as Map<unknown, unknown>)].filter((pair): pair is [string, StoredArray] =>
    isArray(pair[1]),
  );
  if (arrays.length === 0) throw new OnnxError("checkpoint: expected tensors in the dictionary, got none");
  return new Map(arrays);
}

function isArray(value: unknown): boolean {
  return typeof value === "object" && value !== null && "bytes" in value && "dims" in value;
}
