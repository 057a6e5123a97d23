import {unsupportedIn} from "./backward/unsupported";
import {computeWith} from "./compute";
import {OnnxError} from "./error";
import {checkFeeds, checkLength, fixedBatch, freeBatch} from "./feeds";
import type {ModelProto} from "./file/model";
import {isFloat} from "./file/tensors";
import {inFixedBatches} from "./fixed-batch";
import {type Plan, planOf} from "./plan";
import {forGradients, forRunning} from "./prepare/prepared";
import {type ModelFile, readModel} from "./read-model";
import type {Feeds, NdArray, Port, Runtime} from "./runtime/runtime";
import {threadRuntime} from "./runtime/thread";
import type {Sizes} from "./seen";

export interface OnnxOptions {
  /** How many threads work inside an operator; 1 by default. More threads than free cores are slower than one. */
  readonly threads?: number;
  /**
   * The place of weights that are not in the file itself: a folder, or the files by the names that the model gives
   * them. By default it is the model's own folder, if the model's path is given. Nothing of a folder is read into
   * JavaScript, whatever its size.
   */
  readonly external?: string | {readonly [location: string]: Uint8Array};
  /** An opened model of the same graph, such as that of another epoch: facts about the graph are not computed again. */
  readonly like?: OnnxGraph;
  /**
   * The device that computes: "gpu" is onnxruntime's WebGPU, whose numbers differ from the processor's by rounding. By
   * default "cpu".
   */
  readonly device?: "cpu" | "gpu";
  /**
   * The runtime that computes: by default onnxruntime-node in a thread of its own, so that the caller's thread is not
   * blocked.
   */
  readonly runtime?: Runtime;
}

/** The sum to differentiate, and the tensors with respect to which it is differentiated. */
export interface GradientOf {
  /** A tensor of floats: an output, or a tensor within the model. */
  readonly output: string;
  /** A weight for each of the output's numbers, in its shape: the sum of weight times number is differentiated. */
  readonly weights: NdArray;
  /** The names of inputs, inner tensors or stored weights. By default, all inputs of floats. */
  readonly wrt?: readonly string[];
}

/** An ONNX model that runs forward and backward. */
export interface OnnxGraph {
  /** The names of the inputs and of the outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The same with their types and sizes. */
  readonly ports: {readonly inputs: readonly Port[]; readonly outputs: readonly Port[]};
  /** The operators on the way to the outputs that have no gradient. They do not matter for running forward. */
  readonly unsupported: readonly string[];
  /** The nodes and weights of the file, in which one can look names up. */
  readonly model: ModelProto;
  /** The facts about its graph, which `like` reuses. */
  readonly plan: Plan;
  /** Computes the outputs, or the tensors that are named; these may be inner ones. */
  run(feeds: Feeds, names?: readonly string[]): Promise<Feeds>;
  /** d(Σ weights · output) / d(each of `wrt`), by their names. */
  gradient(feeds: Feeds, of: GradientOf): Promise<Feeds>;
  /** The gradients together with the values of tensors from the same pass: by default, the output's. */
  runWithGradient(feeds: Feeds, of: GradientOf & {readonly values?: readonly string[]}): Promise<Both>;
  /** The types and sizes of all tensors, for feeds of these sizes; −1 if a size follows the batch. */
  sizes(feeds: Feeds): Promise<Sizes>;
  /** Releases the sessions. Wait for all answers before you call it. */
  dispose(): Promise<void>;
}

export interface Both {
  readonly values: Feeds;
  readonly gradients: Feeds;
}

/**
 * Opens an ONNX model (opset 9 or later) from its bytes or its file. Models of 16-bit floats compute in float32: their
 * inputs, outputs and gradients are float32. Feeds stay the caller's, and results are the caller's own. A model whose
 * batch is fixed takes any number of rows all the same.
 *
 * @throws OnnxError if it is no model, weights are missing, or onnxruntime does not know an operator.
 */
export async function openOnnx(source: Uint8Array | string, options: OnnxOptions = {}): Promise<OnnxGraph> {
  const {runtime = threadRuntime, threads = 1, like, device = "cpu"} = options;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new OnnxError(`threads: expected a whole number, 1 or more, got ${threads}`);
  }
  const {bytes, model, ...external}: ModelFile = await readModel(source, options.external);
  const settings = {threads, ...external, ...(device === "gpu" ? {device} : {})};
  const running = forRunning(bytes, model);
  const trained = forGradients(running);
  like?.plan.checkAlike(trained.model);

  const forward = await runtime.start(running.bytes(), settings);
  const {inputs, outputs} = forward;
  const plan = like?.plan ?? planOf(trained, freeBatch(inputs), runtime, settings);
  const batch = fixedBatch(inputs);
  const whole = computeWith({running, trained, forward, plan, runtime, settings});
  const compute = batch === undefined ? whole : inFixedBatches(whole, batch, running.model, inputs);
  const floats = inputs.filter(({type}) => isFloat(type)).map(({name}) => name);

  const runWithGradient: OnnxGraph["runWithGradient"] = async (
    feeds,
    {output, weights, wrt = floats, values = [output]},
  ) => {
    checkFeeds(feeds, inputs);
    checkLength("weights", weights);
    return compute.back(feeds, {from: output, seed: weights, to: wrt, values});
  };
  return {
    inputs: inputs.map(({name}) => name),
    outputs: outputs.map(({name}) => name),
    ports: {inputs, outputs},
    unsupported: unsupportedIn(trained.model),
    model,
    plan,
    async run(feeds, names = outputs.map(({name}) => name)) {
      checkFeeds(feeds, inputs);
      return compute.run(feeds, names);
    },
    gradient: async (feeds, of) => (await runWithGradient(feeds, {...of, values: []})).gradients,
    runWithGradient,
    async sizes(feeds) {
      checkFeeds(feeds, inputs);
      return compute.sizes(feeds);
    },
    dispose: () => compute.dispose(),
  };
}
