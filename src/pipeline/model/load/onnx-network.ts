import {checkTargets} from "../../../engine/runtime/chunks";
import {EMBEDDING, type LayerAnswer, LOGITS, type LookedAtNetwork, sizeOf} from "../../../nouns/network";
import {UserError} from "../../../nouns/options";
import type {Images} from "../../../nouns/samples";
import {type Feeds, landmarksOf, type NdArray, type OnnxGraph, openOnnx} from "../../../onnx/index";
import {sigmoid, softmax} from "../tf/activations";
import type {LoadSettings} from "./load-settings";
import type {ModelInput} from "./model-input";
import {imagesOf, onnxModel} from "./onnx-classifier";
import {inPixels, seedsOf} from "./onnx-gradients";
import {
  channelsLast,
  isChannelsFirst,
  layersOf,
  type OnnxLayer,
  parametersOf,
  shownLayers,
  tensorNamed,
  weightsOf,
} from "./onnx-layers";
import {mapNamed} from "./onnx-maps";
import {onnxMeaning} from "./onnx-meaning";
import {whyNoGradient} from "./onnx-no-gradient";
import {feeding, mostAtOnce, partsOf} from "./onnx-parts";
import {aloneAndTogether, twoImages} from "./onnx-rows";
import {weightedLayersOf} from "./onnx-weighted-layers";
import {inWords} from "./onnx-words";
import {otherInputs} from "./other-inputs";
import {portWords, theInput, theOutput} from "./ports";
import {bytesIfWhole, WHOLE} from "./whole-pixels";

/** A network from an ONNX file, in the form that probes look at. */
export interface OnnxNetwork extends LookedAtNetwork {
  /** The graph that the next epoch's network may share. */
  readonly graph: OnnxGraph;
  /** One line about the pixels that it wants, and one about the meaning of its numbers. */
  readonly facts: OnnxFacts;
  dispose(): Promise<void>;
}

/** Facts about a network that were found out, for people and for run.json. */
export interface OnnxFacts {
  readonly input: ModelInput;
  readonly understood: string;
  /** The tensors that were found: the scores, and the input of the last dense layer. */
  readonly logits: string;
  readonly features: string;
  readonly parameters: number;
  readonly layers: readonly OnnxLayer[];
}

export interface OnnxNetworkSettings extends LoadSettings {
  readonly threads?: number;
  /** The graph of an earlier epoch. This epoch's graph is the same, so it is not examined again. */
  readonly like?: OnnxGraph;
  /** The layer whose activations make the map; by default the one that feeds the last dense layer. */
  readonly layer?: string;
  /**
   * Whether classes that do not exclude each other are allowed, too. Probes do not allow them, because their figures
   * are about one class for each image.
   */
  readonly independent?: boolean;
}

/**
 * Opens an ONNX classifier that somebody has trained, with its logits, its layers and its gradients. The meaning of its
 * numbers is found from the end of its graph and by asking, as for a model that is explained.
 *
 * @param source Its bytes; or its path, if weights are in files beside it that are too large to be read.
 * @throws UserError in one line that names the file, if it is not such a model, or not like the one before.
 */
export async function onnxNetwork(source: Uint8Array | string, settings: OnnxNetworkSettings): Promise<OnnxNetwork> {
  const {what = "model", threads = 1, like, device = "cpu"} = settings;
  if (typeof source !== "string") onnxModel(source, what);
  const graph = await inWords(what, () => openOnnx(source, {threads, device, ...(like ? {like} : {})}), device);
  try {
    return await inWords(what, () => networkOf(graph, settings));
  } catch (error) {
    await graph.dispose();
    throw error;
  }
}

/** The types of its numbers; 16-bit models compute in float32. */
const FLOATS = ["float32", "float64"];

async function networkOf(graph: OnnxGraph, settings: OnnxNetworkSettings): Promise<OnnxNetwork> {
  const {what = "model", layer} = settings;
  const input = theInput(graph.ports.inputs, [...FLOATS, WHOLE], settings);
  const output = theOutput(graph.ports.outputs, settings);
  if (!FLOATS.includes(`${output.type}`)) {
    throw new UserError(`${what}: expected an output of ${FLOATS.join(", ")}, got ${portWords(output)}`);
  }
  const {layout, imageShape} = imagesOf(input.dims ?? [], settings);
  const wanted: ModelInput = {...bytesIfWhole(input, settings.input), layout};
  const size = sizeOf(imageShape);
  const others = otherInputs(graph.ports.inputs, input, settings);
  const images = feeding(input, imageShape, wanted);
  const fed = (some: Images) => ({...images(some), ...others(some.count)}) as Feeds;

  const found = landmarksOf(graph.model, output.name);
  const pair = twoImages(imageShape);
  const rows = await aloneAndTogether(graph, output.name, fed, pair, what);
  const {meaning, isExcluding, hasScores, logits, logitsFrom} = onnxMeaning(graph, output.name, found, rows, settings);
  const classes = meaning.classNames.length;
  const features = featureTensor(graph, layer, found.embedding ?? logits, what);
  const single = fed({...pair, count: 1, pixels: pair.pixels.subarray(0, size)});
  const sizes = await graph.sizes(rows.isAlone ? single : fed(pair));
  const layers = layersOf(graph.model, sizes, input.name);
  const most = mostAtOnce(imageShape, rows.isAlone, settings.mostAtOnce);
  const isFixed = typeof input.dims?.[0] === "number" && input.dims[0] > 0;
  const parts = (images: Images) => partsOf(images, imageShape, most, isFixed);

  const tensorOf = (name: string) => {
    if (name === LOGITS) return logits;
    return name === EMBEDDING ? features : featureTensor(graph, name, features, what);
  };
  const forward = async (images: Images, asked: readonly string[], into?: Float32Array): Promise<LayerAnswer[]> => {
    const tensors = asked.map(tensorOf);
    const shapes: (readonly number[])[] = [];
    const joined: Float32Array[] = [];
    for (const {start, count, images: part} of parts(images)) {
      const answer = await inWords(what, () => graph.run(fed(part), [...new Set(tensors)]));
      for (const [i, tensor] of tensors.entries()) {
        const {shape, values} =
          asked[i] === LOGITS ? scoresOf(answer) : channelsBehind(answer[tensor], tensor, part.count);
        if (start === 0) {
          shapes[i] = shape;
          joined[i] = (i === 0 && into) || new Float32Array(images.count * sizeOf(shape));
        }
        joined[i].set(values.subarray(0, count * sizeOf(shape)), start * sizeOf(shape));
      }
    }
    return asked.map((name, i) => ({layer: name, shape: shapes[i] ?? [], values: joined[i] ?? new Float32Array(0)}));
  };
  const scoresOf = (answer: Feeds) => {
    const {data} = answer[logits];
    const values = logitsFrom(data instanceof Float32Array ? data : Float32Array.from(data as Float64Array));
    checkFinite(values, what);
    return {shape: [classes], values};
  };
  /** One tensor's numbers, with an image's channels last, as everywhere in this program. */
  const channelsBehind = ({dims, data}: NdArray, tensor: string, count: number) => {
    const values = data as Float32Array;
    const [first, ...shape] = dims;
    if (first !== count) return {shape: [values.length / count], values}; // of several rows an image, as windows are
    if (shape.length !== 3 || !isChannelsFirst(graph.model, tensor, layout)) return {shape, values};
    const [channels, height, width] = shape;
    return {shape: [height, width, channels], values: channelsLast(values, count, [height, width, channels])};
  };
  const logitsAlone = async (images: Images) => (await forward(images, [LOGITS]))[0].values;
  const ofOne = (await graph.run(single, [logits]))[logits];
  const noGradient = hasScores
    ? await whyNoGradient(graph, input, single, logits, seedsOf("all", 1, ofOne, rows.numbers))
    : "the scores before the softmax are not found in the graph, so there are no gradients of them";

  return {
    imageShape,
    classNames: meaning.classNames,
    graph,
    facts: {
      input: wanted,
      understood: meaning.words,
      logits,
      features,
      parameters: parametersOf(graph.model),
      layers,
    },
    ...(noGradient === undefined ? {} : {noGradient}),
    async predict(images) {
      const scores = await logitsAlone(images);
      return isExcluding ? softmax(scores, classes) : sigmoid(scores);
    },
    logits: logitsAlone,
    forward,
    async inputGradient(images, targets) {
      if (noGradient !== undefined)
        throw new UserError(`${what}: expected a gradient, got none: ${noGradient}`, {code: "NO_GRADIENT"});
      checkTargets(targets, images.count, classes);
      const gradient = new Float32Array(images.pixels.length);
      for (const {start, count, images: part} of parts(images)) {
        const weights = seedsOf(targetsOf(targets, start, count, part), part.count, ofOne, rows.numbers);
        const feeds = fed(part);
        const made = await inWords(what, () => graph.gradient(feeds, {output: logits, weights, wrt: [input.name]}));
        const own = (made[input.name].data as Float32Array).subarray(0, count * size);
        gradient.set(inPixels(own, count, imageShape, wanted), start * size);
      }
      return gradient;
    },
    async layerGradient(images, targets, name) {
      if (noGradient !== undefined) throw new UserError(`${what}: expected a gradient, got none: ${noGradient}`);
      checkTargets(targets, images.count, classes);
      const map = mapNamed(graph.model, sizes, name, what);
      const [height, width, channels] = map.shape;
      const length = height * width * channels;
      const activations = new Float32Array(images.count * length);
      const gradients = new Float32Array(images.count * length);
      for (const {start, count, images: part} of parts(images)) {
        const of = {
          output: logits,
          weights: seedsOf(targetsOf(targets, start, count, part), part.count, ofOne, rows.numbers),
          wrt: [map.name],
          values: [map.name],
        };
        const both = await inWords(what, () => graph.runWithGradient(fed(part), of));
        for (let n = 0; n < count; n++) {
          activations.set(map.channelsLast(both.values[map.name].data as Float32Array, n), (start + n) * length);
          gradients.set(map.channelsLast(both.gradients[map.name].data as Float32Array, n), (start + n) * length);
        }
      }
      return {layer: map.name, shape: map.shape, activations, gradients};
    },
    weightedLayers: () => weightedLayersOf(graph.model, sizes, input.name),
    shownLayers: shownLayers(layers),
    getWeights: async () => weightsOf(graph.model),
    dispose: () => graph.dispose(),
  };
}

function checkFinite(logits: Float32Array, what: string): void {
  for (let i = 0; i < logits.length; i++) {
    if (!Number.isFinite(logits[i])) throw new UserError(`${what}: expected finite scores, got ${logits[i]}`);
  }
}

function featureTensor({model}: OnnxGraph, layer: string | undefined, otherwise: string, what: string): string {
  if (!layer) return otherwise;
  const tensor = tensorNamed(model, layer);
  if (tensor === undefined) throw new UserError(`--layer: expected a node or a tensor of ${what}, got "${layer}"`);
  return tensor;
}

/** The targets of the rows of a part; a row that is there twice has the target of its image. */
function targetsOf(targets: ArrayLike<number> | "all", start: number, count: number, rows: Images) {
  if (targets === "all") return targets;
  return Array.from({length: rows.count}, (_, n) => targets[start + Math.min(n, count - 1)]);
}
