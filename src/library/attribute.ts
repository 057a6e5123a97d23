import type {Classifier, DifferentiableClassifier} from "../nouns/network";
import {resolveOptions, UserError} from "../nouns/options";
import {fork} from "../nouns/random";
import type {ImageShape, Images} from "../nouns/samples";
import {methods} from "../pipeline/attribution/methods/index";
import type {AttributionMap, GradientMethod, Method, OutsideMethod} from "../pipeline/attribution/methods/method";
import {exigoSaliencyMaps, type Saliency, saliencyMaps} from "../pipeline/attribution/methods/saliency";
import {type Target, targetsOf} from "./targets";

/**
 * The methods that say how much each pixel of an image speaks for a class, with a number for each pixel;
 * docs/attribution.md describes them.
 */
export type AttributionMethod =
  | ("saliency" | "gradient" | "input-x-gradient" | "integrated-gradients" | "smooth-grad")
  | ("grad-cam" | "occlusion");

/** The settings that every options object has. */
export interface Common {
  /** Ends the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** All random draws are derived from it. By default 0. */
  readonly seed?: number;
  onProgress?(done: number, total: number): void;
}

/**
 * Options of `attribute`: the ones below, and the method's own options in camelCase, which `explain` takes as
 * `--METHOD.…`.
 */
export interface AttributeOptions extends Common {
  /** By default integrated-gradients. */
  readonly method?: AttributionMethod;
  /** By default the class that the model answers. */
  readonly target?: Target;
  /** The label of each image, for the target "label", if the images have none. */
  readonly labels?: ArrayLike<number>;
  /**
   * Whether each channel of a pixel has a number of its own, laid out as the images' pixels; by default a pixel has
   * one. grad-cam and occlusion look at whole pixels, so they cannot do this.
   */
  readonly channels?: boolean;
  /** The array for the values, of just their length; by default a new one. */
  readonly into?: Float32Array;
  /** The method's own options: steps, baseline, samples, layer, size, … */
  readonly [option: string]: unknown;
}

/** For each image, the values that say which parts of it speak for its class. */
export interface Attribution {
  readonly method: AttributionMethod;
  /** The height and width of the images, and how many values a pixel has: one, or one for each channel. */
  readonly shape: ImageShape;
  /** `values[((n * height + y) * width + x) * shape[2] + c]`: above 0 speaks for the class. */
  readonly values: Float32Array;
  /** The class explained for each image. */
  readonly targets: Uint16Array;
  /** The model's number for that class: the score before the softmax, or the probability, as `score` says. */
  readonly outputs: Float32Array;
  readonly score: "logit" | "probability";
  /** The same number for each image's baseline, if the method has baselines. */
  readonly baseOutputs?: Float32Array;
  /**
   * For each image, the sum of its values minus the difference that they should explain, outputs minus baseOutputs
   * (captum's convergence delta). Only complete methods have it.
   */
  readonly deltas?: Float64Array;
  /** The same as a share of the difference. */
  readonly gaps?: Float64Array;
}

/** Methods that look at whole pixels, not at their channels. */
const WHOLE_PIXELS = new Set<AttributionMethod>(["grad-cam", "occlusion"]);
const COMMON = new Set(["method", "target", "labels", "channels", "into", "signal", "seed", "onProgress"]);

/**
 * Says how much each pixel of some images speaks for a class. Occlusion needs `predict` alone; the others need
 * gradients.
 *
 * @example const {values, gaps} = await attribute(model, images, {method: "integrated-gradients", steps: 50});
 * @throws EpochscopeError NO_GRADIENT from a black box; BAD_OPTION for an option that the method does not have; the
 * signal's reason.
 */
export async function attribute(
  model: Classifier | DifferentiableClassifier,
  images: Images,
  options: AttributeOptions = {},
): Promise<Attribution> {
  const {
    method: name = "integrated-gradients",
    target = "predicted",
    labels,
    channels: perChannel = false,
    into,
    signal,
    seed = 0,
    onProgress,
  } = options;
  signal?.throwIfAborted();
  const method = methods.find((one) => one.name === name);
  if (!method) {
    const names = methods.map((one) => one.name).join(", ");
    throw new UserError(`method: expected one of ${names}, got "${name}"`, {code: "BAD_OPTION"});
  }
  const own = Object.fromEntries(Object.entries(options).filter(([option]) => !COMMON.has(option)));
  const values: object = resolveOptions(method.options, own, "");
  const [height, width, channels] = images.shape;
  const depth = perChannel ? channels : 1;
  const [size, area] = [height * width * channels, height * width * depth];
  if (into && into.length !== images.count * area) {
    throw new UserError(`into: expected ${images.count * area} numbers, got ${into.length}`, {code: "BAD_OPTION"});
  }
  if (perChannel && WHOLE_PIXELS.has(name)) {
    throw new UserError(`channels: expected false for ${name}, which looks at whole pixels, got true`, {
      code: "BAD_OPTION",
    });
  }
  if (method.needs === "gradients") differentiable(model, name);
  const targets = await targetsOf(model, images, target, labels);
  const out = into ?? new Float32Array(images.count * area);
  const gaps = new Float64Array(images.count);
  const bases = method.baseline ? new Float32Array(images.count * size) : undefined;
  let hasGaps = false;
  for (let n = 0; n < images.count; n++) {
    signal?.throwIfAborted();
    const image = {count: 1, shape: images.shape, pixels: images.pixels.subarray(n * size, (n + 1) * size)};
    const random = fork(seed, "attribution", n);
    const [map] = await mapsOf(method, model, {image, targets: [targets[n]], random}, values);
    // every other method gives a number for each channel
    out.set(perChannel ? (map.parts as Float32Array) : map.values, n * area);
    if (bases && method.baseline) bases.set(method.baseline(image, values), n * size);
    gaps[n] = map.gap ?? Number.NaN;
    hasGaps ||= map.gap !== undefined;
    onProgress?.(n + 1, images.count);
  }
  const classes = model.classNames.length;
  const numbersOf = async (asked: Images) => {
    const rows =
      method.score === "logit" ? await differentiable(model, name).logits(asked) : await model.predict(asked);
    return Float32Array.from(targets, (k, n) => rows[n * classes + k]);
  };
  const outputs = await numbersOf(images);
  const baseOutputs = bases && (await numbersOf({count: images.count, shape: images.shape, pixels: bases}));
  return {
    method: name,
    shape: [height, width, depth],
    ...{values: out, targets, score: method.score, outputs},
    ...(baseOutputs ? {baseOutputs} : {}),
    ...(hasGaps && baseOutputs ? {gaps, deltas: deltasOf(out, outputs, baseOutputs)} : {}),
  };
}

/** For each image, the sum of its values minus the difference of scores that they should explain. */
function deltasOf(values: Float32Array, outputs: Float32Array, baseOutputs: Float32Array): Float64Array {
  const size = values.length / outputs.length;
  return Float64Array.from(outputs, (output, n) => {
    const sum = values.subarray(n * size, (n + 1) * size).reduce((total, v) => total + v, 0);
    return sum - (output - baseOutputs[n]);
  });
}

function mapsOf(
  method: Method,
  classifier: Classifier | DifferentiableClassifier,
  question: {readonly image: Images; readonly targets: readonly number[]; readonly random: () => number},
  values: object,
): Promise<readonly AttributionMap[]> {
  if (method.needs === "answers") return (method as OutsideMethod).run({...question, classifier}, values);
  return (method as GradientMethod).run({...question, classifier: differentiable(classifier, method.name)}, values);
}

function differentiable(model: Classifier | DifferentiableClassifier, method: string): DifferentiableClassifier {
  const {noGradient} = model as Partial<DifferentiableClassifier>;
  if ("inputGradient" in model && noGradient === undefined) return model;
  const got = noGradient ?? "one that gives only answers";
  throw new UserError(`method ${method}: expected a model with gradients, got ${got}; occlusion works with it`, {
    code: "NO_GRADIENT",
  });
}

/** Options of `saliency`. */
export interface SaliencyOptions {
  /** By default the class that the model answers. */
  readonly target?: Target;
  /** The label of each image, for the target "label", if the images have none. */
  readonly labels?: ArrayLike<number>;
  /** class: the target's score; exigo: the sum of all scores, as in the pipeline exigo. By default class. */
  readonly mode?: "class" | "exigo";
}

/**
 * The pipeline's own maps: gradients at each image and at the empty one, their difference, and its overlay, each laid out as
 * `images.pixels`.
 *
 * @example const {delta, overlay} = await saliency(model, images, {target: "label", labels});
 * @throws EpochscopeError NO_GRADIENT from a black box.
 */
export async function saliency(
  model: DifferentiableClassifier,
  images: Images,
  {target = "predicted", labels, mode = "class"}: SaliencyOptions = {},
): Promise<Saliency> {
  const network = differentiable(model, "saliency");
  if (mode === "exigo") return exigoSaliencyMaps(network, images);
  return saliencyMaps(network, images, await targetsOf(model, images, target, labels));
}
