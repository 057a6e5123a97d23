import {existsSync} from "node:fs";
import * as tf from "@tensorflow/tfjs";

import {failingAs} from "../nouns/errors";
import type {Classifier, DifferentiableClassifier} from "../nouns/network";
import {optionalPackage} from "../nouns/optional-package";
import {UserError} from "../nouns/options";
import type {ImageShape, Images} from "../nouns/samples";
import {startBackend} from "../pipeline/backend/index";
import type {ModelOutput} from "../pipeline/model/load/answers";
import {blackBoxClassifier, dimsOf, imageShapeOf} from "../pipeline/model/load/black-box";
import type {LoadSettings} from "../pipeline/model/load/load-settings";
import type {NamedFeeds} from "../pipeline/model/load/named-feeds";
import {onnxClassifier} from "../pipeline/model/load/onnx-classifier";
import {onnxNetwork} from "../pipeline/model/load/onnx-network";
import {theOutput} from "../pipeline/model/load/ports";
import {classifierOf} from "../pipeline/model/tf/classifier";
import {opened, openedNetwork, readModel} from "../pipeline/open/model-file";
import {networkOfRun} from "../pipeline/open/run-network";
import {findRun} from "../pipeline/record/run-directory";
import {readRunFile} from "../pipeline/record/run-file";

/** Everything from which `openModel` can open a model. */
export type ModelSource =
  | string
  | Uint8Array
  | {predict(x: never, ...more: never[]): unknown}
  | {run(feeds: never, ...more: never[]): unknown}
  | ((images: Images) => Promise<Float32Array>);

/** How to ask a model, if the model does not say so itself. */
export interface ModelSettings {
  /** Height, width and channels of its images; needed for a function, and for a model that leaves them open. */
  readonly imageShape?: ImageShape;
  /** By default "0", "1", …; needed for a function. */
  readonly classNames?: readonly string[];
  /** By default, the order that the input's shape shows. */
  readonly layout?: "nchw" | "nhwc";
  /**
   * Its input is (pixel in 0..1 × scale − mean) / std: one number, or one for each channel. By default the pixel is
   * unchanged.
   */
  readonly scale?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** The meaning of its numbers; "auto" tells it by the graph's last nodes, else by the numbers. */
  readonly scores?: ModelOutput;
  /** The output to ask, if there are several. */
  readonly outputName?: string;
  /** The input that takes the images, if there are several. */
  readonly inputName?: string;
  /** The value of each other input, the same for every image: a number, or an array for one image. */
  readonly feeds?: NamedFeeds;
  /** Where runs are kept, for a run's name. */
  readonly save?: string;
}

/** An open model: it answers images with probabilities, until the caller disposes of it. */
export interface OpenModel extends Classifier {
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a classifier, whatever it is: a path (.onnx, a tfjs model.json) or a run's name, the bytes of an ONNX file, a
 * tf.LayersModel or GraphModel, an ort.InferenceSession, or a function of yours. Objects are recognised by what they
 * can do, so that objects from another copy of their package work too.
 *
 * @param settings With `gradients: true` the model gives gradients, too (`inputGradient`, `logits`, `forward`).
 * @example await using model = await openModel("net.onnx", {scale: 255, mean: [127], std: [128]}); const probabilities
 * = await model.predict(await readImages(["cat.png"], model.imageShape));
 * @throws EpochscopeError NOT_FOUND if there is no such file or run; BAD_MODEL if it cannot be understood; NO_GRADIENT
 * if gradients are asked for and it has none; MISSING_PACKAGE if onnxruntime-node is needed and not installed.
 */
export function openModel(
  source: ModelSource,
  settings: ModelSettings & {readonly gradients: true},
): Promise<OpenModel & DifferentiableClassifier>;
export function openModel(
  source: ModelSource,
  settings?: ModelSettings & {readonly gradients?: boolean},
): Promise<OpenModel>;
export async function openModel(
  source: ModelSource,
  {gradients = false, ...settings}: ModelSettings & {readonly gradients?: boolean} = {},
): Promise<OpenModel> {
  const model = await failingAs("BAD_MODEL", () => classifierFrom(source, settings, gradients));
  if (gradients) {
    const {noGradient} = model as Partial<DifferentiableClassifier>;
    if (!("inputGradient" in model) || noGradient !== undefined) {
      await model.dispose?.();
      throw new UserError(
        `model: expected a model with gradients, got ${noGradient ?? "one that gives only answers"}`,
        {
          code: "NO_GRADIENT",
        },
      );
    }
  }
  const dispose = async () => model.dispose?.();
  return {...model, dispose, [Symbol.asyncDispose]: dispose};
}

type Disposable = Classifier & {dispose?(): Promise<void>};

async function classifierFrom(source: ModelSource, settings: ModelSettings, gradients: boolean): Promise<Disposable> {
  if (typeof source === "string") return fromPath(source, settings, gradients);
  const load = loadOf(settings);
  if (source instanceof Uint8Array) return gradients ? onnxNetwork(source, load) : onnxClassifier(source, load);
  if (typeof source === "function") return fromFunction(source, settings);
  if ("predict" in source) return fromTfjs(source as unknown as tf.InferenceModel, settings);
  if ("run" in source) return fromSession(source as unknown as SessionLike, settings);
  throw new UserError(`model: expected a path, bytes, a tfjs model, a session or a function, got ${typeof source}`, {
    code: "BAD_OPTION",
  });
}

function loadOf(settings: ModelSettings): LoadSettings {
  const {imageShape, classNames, layout, scale = 1, mean = [0], std = [1], scores = "auto"} = settings;
  const {outputName, inputName, feeds} = settings;
  return {
    input: {scale, mean: [...mean], std: [...std], ...(layout === undefined ? {} : {layout})},
    output: scores,
    ...(imageShape === undefined ? {} : {imageShape}),
    ...(classNames === undefined ? {} : {classNames}),
    ...(outputName === undefined ? {} : {outputName}),
    ...(inputName === undefined ? {} : {inputName}),
    ...(feeds === undefined ? {} : {feeds}),
  };
}

async function fromPath(path: string, settings: ModelSettings, gradients: boolean): Promise<Disposable> {
  const isFile = /\.(onnx|json)$/i.test(path);
  if (isFile && !existsSync(path)) {
    throw new UserError(`${path}: expected a model's file, got nothing there`, {code: "NOT_FOUND"});
  }
  if (isFile) {
    const files = await readModel(path);
    return (gradients ? openedNetwork : opened)(files, path, "auto", loadOf(settings));
  }
  const run = await findRun(settings.save ?? "save", path);
  const {model, load} = await networkOfRun(run.path, readRunFile(run.path));
  return (gradients ? openedNetwork : opened)(await readModel(model), model, "auto", load);
}

function fromFunction(
  predict: (images: Images) => Promise<Float32Array>,
  {imageShape, classNames}: ModelSettings,
): Classifier {
  for (const [option, value] of Object.entries({imageShape, classNames})) {
    if (value === undefined) {
      throw new UserError(`${option}: expected it together with a function as the model, got none`, {
        code: "BAD_OPTION",
      });
    }
  }
  return {imageShape: imageShape as ImageShape, classNames: classNames as readonly string[], predict};
}

/**
 * A model of tfjs. One that ends in layers "logits" and "probabilities" also gives gradients; any other gives only
 * answers.
 */
async function fromTfjs(model: tf.InferenceModel, settings: ModelSettings): Promise<Disposable> {
  await startBackend("auto", "ask");
  const load = loadOf(settings);
  const dims = (model.inputs[0]?.shape ?? []).map((n) => (n === null || n < 0 ? undefined : n));
  const layout =
    settings.layout ?? (dims.length === 4 && isChannels(dims[1]) && !isChannels(dims[3]) ? "nchw" : "nhwc");
  const shape = imageShapeOf(dims, sizesIn(dims, layout), load);
  const layers = (model as Partial<tf.LayersModel>).layers?.slice(-2).map(({name}) => name);
  const isAsIs =
    layout === "nhwc" && [load.input.scale, load.input.std[0]].every((n) => n === 1) && load.input.mean[0] === 0;
  if (`${layers}` === "logits,probabilities" && isAsIs) {
    const own = model as tf.LayersModel;
    const classes = own.outputs[0].shape.at(-1) ?? 0;
    return classifierOf(own, shape, settings.classNames ?? numbered(classes));
  }
  return blackBoxClassifier(
    {
      imageShape: shape,
      layout,
      batch: dims[0],
      end: {kind: "unknown", node: ""},
      async ask(values, count) {
        const input = tf.tensor(values, [count, ...dimsOf(shape, layout)]);
        const answer = model.predict(input, {}) as tf.Tensor;
        try {
          return {values: (await answer.data()) as Float32Array, dims: answer.shape};
        } finally {
          tf.dispose([input, answer]);
        }
      },
      async dispose() {}, // it belongs to the caller
    },
    load,
  );
}

/** The parts of an ort.InferenceSession that are used here. */
interface SessionLike {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata?: readonly {readonly shape?: readonly (number | string)[]}[];
  run(feeds: object): Promise<{readonly [name: string]: {readonly data: unknown; readonly dims: readonly number[]}}>;
}

async function fromSession(session: SessionLike, settings: ModelSettings): Promise<Disposable> {
  const {Tensor} = await optionalPackage("onnxruntime-node", "an ONNX session", () => import("onnxruntime-node"));
  const load = loadOf(settings);
  const dims = (session.inputMetadata?.[0]?.shape ?? [1, "h", "w", "c"]).map((n) =>
    typeof n === "number" ? n : undefined,
  );
  const layout = settings.layout ?? (isChannels(dims[3]) && !isChannels(dims[1]) ? "nhwc" : "nchw");
  const shape = imageShapeOf(dims, sizesIn(dims, layout), load);
  const output = theOutput(
    session.outputNames.map((name) => ({name})),
    load,
  ).name;
  return blackBoxClassifier(
    {
      imageShape: shape,
      layout,
      batch: dims[0],
      end: {kind: "unknown", node: ""},
      async ask(values, count) {
        const input = new Tensor("float32", values, [count, ...dimsOf(shape, layout)]);
        const answer = (await session.run({[session.inputNames[0]]: input}))[output];
        return {values: answer.data as Float32Array, dims: answer.dims};
      },
      async dispose() {}, // it belongs to the caller
    },
    load,
  );
}

const isChannels = (n: number | undefined) => n === 1 || n === 3;

function sizesIn(dims: readonly (number | undefined)[], layout: "nchw" | "nhwc"): (number | undefined)[] {
  const [, a, b, c] = dims;
  return layout === "nchw" ? [b, c, a] : [a, b, c];
}

function numbered(count: number): string[] {
  return Array.from({length: count}, (_, k) => `${k}`);
}
