import {dirname} from "node:path";
import type {InferenceSession, Tensor} from "onnxruntime-node";
import {UserError} from "../../../nouns/options";
import {decodeModel, type ModelProto} from "../../../onnx/file/model";
import {whatInstead} from "../../../onnx/file/no-model";
import {forRunning} from "../../../onnx/prepare/prepared";
import {hasHalves} from "../../../onnx/prepare/widen";
import {loadedRuntime} from "../../../onnx/runtime/installed";
import type {Answer} from "./answers";
import {blackBoxClassifier, dimsOf, imageShapeOf, type LoadedClassifier} from "./black-box";
import {checkGpu} from "./device";
import {graphEnd} from "./graph-end";
import {fromHalf, toHalf} from "./half";
import type {LoadSettings} from "./load-settings";
import {nodesOfOnnx} from "./onnx-graph";
import {inWords} from "./onnx-words";
import {otherInputs} from "./other-inputs";
import {imagesWords, type Port, portWords, shapeWords, theInput, theOutput} from "./ports";
import {bytesFrom, bytesIfWhole, WHOLE} from "./whole-pixels";

/** The types of floats that a model may take and give; here all of them are float32. Images may be bytes, too. */
const FLOATS = ["float32", "float16", "float64"];

/**
 * An ONNX model on onnxruntime: it has an input of images, and its output is one row of class scores for each image. A
 * model whose batch size is fixed is asked in batches of that size.
 *
 * @param path The path of the model, if weights are in files beside it.
 * @throws UserError if the bytes are not a model, or if its inputs and outputs do not have this form.
 */
export async function onnxClassifier(
  bytes: Uint8Array,
  settings: LoadSettings,
  path?: string,
): Promise<LoadedClassifier> {
  const {what = "model", verbose = false, device = "cpu"} = settings;
  const model = onnxModel(bytes, what);
  const ort = await inWords(what, async () => loadedRuntime() as typeof import("onnxruntime-node"));
  ort.env.logLevel = verbose ? "warning" : "fatal";
  const logSeverityLevel = verbose ? 2 : 4;
  const isWidened = hasHalves(model, ["bfloat16"]); // which onnxruntime's processor kernels do not know
  const source = isWidened ? forRunning(bytes, model).bytes() : (path ?? bytes);
  const beside = isWidened && path ? {model_external_initializers_file_folder_path: dirname(path)} : undefined;
  const options = {
    logSeverityLevel,
    ...(device === "gpu" ? {executionProviders: ["webgpu"]} : {}),
    ...(beside ? {extra: {session: beside}} : {}),
  } as const;
  // the two forms of `create` are told apart by types alone
  const session = await (typeof source === "string"
    ? ort.InferenceSession.create(source, options)
    : ort.InferenceSession.create(source, options)
  ).catch((error: Error) => {
    checkGpu(device, error);
    throw new UserError(`${what}: expected an ONNX model that onnxruntime runs, got: ${firstLine(error)}`);
  });
  try {
    const inputs = session.inputMetadata.map(portOf);
    const input = theInput(inputs, [...FLOATS, WHOLE], settings);
    const others = otherInputs(inputs, input, settings);
    const output = theOutput(session.outputMetadata.map(portOf), settings);
    if (!FLOATS.includes(`${output.type}`)) {
      throw new UserError(`${what}: expected an output of ${FLOATS.join(", ")}, got ${portWords(output)}`);
    }
    const {layout, imageShape} = imagesOf(input.dims ?? [], settings);
    const dims = dimsOf(imageShape, layout);
    const batch = input.dims?.[0];
    const ask = async (values: Float32Array, count: number): Promise<Answer> => {
      const feeds = {[input.name]: tensorOf(ort, `${input.type}`, values, [count, ...dims])};
      for (const [name, {type, data, dims: sizes}] of Object.entries(others(count))) {
        feeds[name] = new ort.Tensor(type as "float32", data as Float32Array, sizes);
      }
      try {
        const answer = (await session.run(feeds, [output.name], {logSeverityLevel}))[output.name];
        return {dims: answer.dims, values: numbersOf(answer)};
      } catch (error) {
        throw new UserError(`${what}: expected an answer to ${imagesWords(count)}, got: ${firstLine(error as Error)}`);
      }
    };
    const end = graphEnd(nodesOfOnnx(model), output.name);
    const fixed = typeof batch === "number" && batch > 0 ? batch : undefined;
    const dispose = () => session.release();
    const own = {...settings, input: bytesIfWhole(input, settings.input)};
    if (own.input !== settings.input) settings.say?.("model   takes bytes: pixels from 0 to 255");
    return await blackBoxClassifier({imageShape, layout, batch: fixed, end, ask, dispose}, own);
  } catch (error) {
    await session.release();
    throw error;
  }
}

/**
 * Reads the graph in the file.
 *
 * @throws UserError if it is no ONNX file.
 */
export function onnxModel(bytes: Uint8Array, what: string): ModelProto {
  let model: ModelProto | undefined;
  try {
    model = decodeModel(bytes);
  } catch {
    // not protobuf: it is refused below
  }
  if (model?.graph?.output?.length) return model;
  throw new UserError(`${what}: expected an ONNX file, got ${whatInstead(bytes)}`);
}

function portOf(metadata: InferenceSession.ValueMetadata): Port {
  if (!metadata.isTensor) return {name: metadata.name, type: "(no tensor)"};
  const {name, type, shape} = metadata;
  return {name, type, dims: shape};
}

/**
 * The images that an input takes: its layout, and the sizes of one image. @throws UserError if neither the input nor
 * the user says them.
 */
export function imagesOf(dims: NonNullable<Port["dims"]>, settings: LoadSettings) {
  const isColor = (n: unknown) => n === 1 || n === 3;
  const layout = settings.input.layout ?? (isColor(dims[1]) ? "nchw" : isColor(dims[3]) ? "nhwc" : undefined);
  if (!layout) throw new UserError(`--layout: expected nchw or nhwc for an input of ${shapeWords(dims)}, got none`);
  const [h, w, c] = layout === "nchw" ? [dims[2], dims[3], dims[1]] : [dims[1], dims[2], dims[3]];
  const found = [h, w, c].map((n) => (typeof n === "number" && n > 0 ? n : undefined));
  return {layout, imageShape: imageShapeOf(dims, found, settings)};
}

function tensorOf(
  {Tensor}: Pick<typeof import("onnxruntime-node"), "Tensor">,
  type: string,
  values: Float32Array,
  dims: readonly number[],
): Tensor {
  if (type === "float64") return new Tensor("float64", Float64Array.from(values), dims);
  if (type === WHOLE) return new Tensor(type, bytesFrom(values), dims);
  if (type === "float16") return new Tensor("float16", Uint16Array.from(values, toHalf), dims);
  return new Tensor("float32", values, dims);
}

function numbersOf({type, data}: Tensor): Float32Array {
  if (type === "float32") return data as Float32Array;
  if (type === "float16" && data instanceof Uint16Array) return Float32Array.from(data, fromHalf);
  return Float32Array.from(data as Float64Array); // or Node 24's Float16Array, which contains numbers, too
}

function firstLine({message}: Error): string {
  return message.split("\n")[0].slice(0, 300);
}
