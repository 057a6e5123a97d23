import {dependenciesOf} from "./dependencies";
import {OnnxError} from "./error";
import {appended, type GraphProto, type ModelProto, type NodeProto} from "./file/model";
import {TYPE} from "./file/tensors";
import {HALF} from "./prepare/widen";
import {rowsInTurn} from "./rows";
import type {Feeds, NdArray, Runtime, Session, SessionSettings} from "./runtime/runtime";

/** The facts about a tensor, found by running the model and not by inference. */
export interface Seen {
  /** The type's name in onnxruntime: "float32", "int64", … */
  readonly type: string;
  /** Its sizes; −1 if they follow the batch. */
  readonly dims: readonly number[];
  /**
   * The tensor's numbers if there are few and they are the same for every input and batch: axes, pads, sizes and
   * bounds.
   */
  readonly values?: readonly number[];
  /**
   * True if the sizes depend on the numbers of the inputs, not only on their sizes; then they are true only for these
   * feeds.
   */
  readonly unsteady?: boolean;
}
export type Sizes = ReadonlyMap<string, Seen>;

/** A constant with more numbers than this cannot be an axis, a pad or a bound. */
const FEW = 64;
const PREFIX = "seen:";

/**
 * The types, sizes and constants of all tensors of a model, found by running it with every tensor an output. If the
 * batch is free, the model runs twice, with two and with three rows of the feeds: the sizes that depend on the batch
 * then differ. If the batch is fixed, or if the model refuses another batch, it runs once. So no rule of shape
 * inference is needed, nor of constant folding.
 *
 * @param batched The inputs whose first size is free.
 * @throws OnnxError if the model does not run with these feeds.
 */
export async function lookAt(
  runtime: Runtime,
  bytes: Uint8Array,
  model: ModelProto,
  feeds: Feeds,
  batched: readonly string[],
  settings: SessionSettings,
): Promise<Sizes> {
  const graph = model.graph ?? {};
  const {names, appendix} = everyTensor(graph);
  const session = await runtime.start(appended(bytes, appendix), {...settings, optimise: false});
  try {
    const runs = (await twoBatches(session, feeds, names, batched)) ?? [await asTheyAre(session, feeds, names)];
    return sizesOf(graph, runs);
  } finally {
    await session.release();
  }
}

/**
 * Makes feeds of two and of three rows, from the feeds' rows in turn. @returns Undefined if the batch is fixed, or
 * refused.
 */
async function twoBatches(session: Session, feeds: Feeds, names: readonly string[], batched: readonly string[]) {
  if (batched.length === 0) return undefined;
  const empty = batched.find((name) => !(feeds[name].dims[0] > 0));
  if (empty !== undefined) throw new OnnxError(`input "${empty}": expected 1 row or more, got none`);
  const runs: Feeds[] = [];
  for (const count of [2, 3]) {
    const rows = Object.fromEntries(
      Object.entries(feeds).map(([name, array]) => [name, batched.includes(name) ? rowsInTurn(array, count) : array]),
    );
    const out = await session.run(rows, names).catch((error: Error) => error);
    if (out instanceof Error) return undefined; // asTheyAre then finds out whether the model refused only this batch
    runs.push({...out, ...rows});
  }
  return runs;
}

async function asTheyAre(session: Session, feeds: Feeds, names: readonly string[]): Promise<Feeds> {
  try {
    return {...(await session.run(feeds, names)), ...feeds};
  } catch (error) {
    throw new OnnxError(`model: expected to run with these inputs, got: ${(error as Error).message}`);
  }
}

/** Small weights are read through an Identity node, because they may stand in another file. */
function everyTensor(graph: GraphProto): {names: string[]; appendix: ModelProto} {
  const outputs = new Set(graph.output?.map(({name}) => name));
  const made = (graph.node ?? [])
    .filter(({opType}) => !/^(Sequence|SplitToSequence|Optional)/.test(opType)) // lists of tensors are no outputs
    .flatMap(({output = []}) => output)
    .filter((name) => name !== "" && !name.startsWith(HALF));
  const small = (graph.initializer ?? []).filter(
    ({name = "", dims = []}) => sizeOf(dims) <= FEW && !name.startsWith(HALF),
  );
  const node: NodeProto[] = small.map(({name = ""}) => ({opType: "Identity", input: [name], output: [PREFIX + name]}));
  const seen = node.flatMap(({output = []}) => output);
  const added = [...made.filter((name) => !outputs.has(name)), ...seen];
  return {names: [...made, ...seen], appendix: {graph: {node, output: added.map((name) => ({name}))}}};
}

/** Compares the runs. @param runs All tensors, including the feeds, of one run or of two. */
function sizesOf(graph: GraphProto, runs: readonly Feeds[]): Sizes {
  const {onValues, sizesOnValues} = dependenciesOf(graph, Object.keys(runs[0]));
  const sizes = new Map<string, Seen>();
  const [first, last] = [runs[0], runs[runs.length - 1]];
  for (const {name = "", dims = [], dataType} of graph.initializer ?? []) {
    const type = Object.keys(TYPE).find((key) => TYPE[key as keyof typeof TYPE] === dataType) ?? "unknown";
    const small = first[PREFIX + name];
    sizes.set(name, {type, dims, ...(small && {values: numbersOf(small)})});
  }
  for (const [name, array] of Object.entries(first)) {
    if (name.startsWith(PREFIX)) continue;
    const other = last[name];
    const dims = array.dims.map((n, i) => (n === other.dims[i] ? n : -1));
    const constant = !onValues.has(name) && !dims.includes(-1) && sizeOf(dims) <= FEW;
    const values = constant ? sameNumbers(array, other) : undefined;
    const unsteady = sizesOnValues.has(name);
    sizes.set(name, {type: array.type, dims, ...(values && {values}), ...(unsteady && {unsteady})});
  }
  return sizes;
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

function numbersOf({data}: NdArray): number[] {
  return Array.from(data as ArrayBufferView as BigInt64Array, Number);
}

function sameNumbers(a: NdArray, b: NdArray): number[] | undefined {
  const numbers = numbersOf(a);
  const others = numbersOf(b);
  return numbers.every((n, i) => Object.is(n, others[i])) ? numbers : undefined;
}
