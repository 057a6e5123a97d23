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
  /** Threads inside an operator, 1 by default. More than the machine has to spare are slower than one. */
  readonly threads?: number;
  /**
   * Where weights outside the file stand: a folder, or the files by the names that the model gives them. By default the
   * model's own folder, where its path is given. Of a folder nothing is read into JavaScript, whatever its size.
   */
  readonly external?: string | {readonly [location: string]: Uint8Array};
  /** An opened model of the same graph, as another epoch's: what was found of it is not looked for again. */
  readonly like?: OnnxGraph;
  /** Where it computes: "gpu" is onnxruntime's WebGPU, whose numbers differ from the processor's by rounding. By default "cpu". */
  readonly device?: "cpu" | "gpu";
  /** What computes: by default onnxruntime-node in a thread of its own, so that the caller's is not blocked. */
  readonly runtime?: Runtime;
}

/** What is differentiated, and with respect to what. */
export interface GradientOf {
  /** A tensor of floats: an output, or one within the model. */
  readonly output: string;
  /** A weight for each of its numbers, of its shape: the sum of their products is differentiated. */
  readonly weights: NdArray;
  /** Inputs, tensors within or stored weights, by name. By default all inputs of floats. */
  readonly wrt?: readonly string[];
}

/** An ONNX model that runs forward and backward. */
export interface OnnxGraph {
  /** Names of what is to be fed, and of what comes out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The same with their types and sizes. */
  readonly ports: {readonly inputs: readonly Port[]; readonly outputs: readonly Port[]};
  /** The operators on the way to the outputs that have no gradient. Running forward needs none. */
  readonly unsupported: readonly string[];
  /** The file's nodes and weights, to look names up in. */
  readonly model: ModelProto;
  /** What was found of its graph; `like` takes it over. */
  readonly plan: Plan;
  /** The outputs, or the named tensors; those within the model can be had as well. */
  run(feeds: Feeds, names?: readonly string[]): Promise<Feeds>;
  /** d(Σ weights · output) / d(each of `wrt`), by their names. */
  gradient(feeds: Feeds, of: GradientOf): Promise<Feeds>;
  /** Gradients together with tensors' values from the same pass: by default the output's. */
  runWithGradient(feeds: Feeds, of: GradientOf & {readonly values?: readonly string[]}): Promise<Both>;
  /** Types and sizes of all tensors for feeds of such sizes; −1 where a size follows the batch. */
  sizes(feeds: Feeds): Promise<Sizes>;
  /** Releases the sessions. What is still computing must have answered. */
  dispose(): Promise<void>;
}

export interface Both {
  readonly values: Feeds;
  readonly gradients: Feeds;
}

/**
 * Opens an ONNX model (opset 9 or later) from its bytes or its file. Models of 16-bit floats compute in float32: their inputs,
 * outputs and gradients are float32. Feeds stay the caller's, and results are the caller's own. A model whose batch is
 * fixed takes any number of rows all the same.
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
