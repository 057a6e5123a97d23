import {checkTargets} from "../../../engine/runtime/chunks";
import {EMBEDDING, type LayerAnswer, LOGITS, type LookedAtNetwork, sizeOf} from "../../../nouns/network";
import {UserError} from "../../../nouns/options";
import type {ImageShape, Images} from "../../../nouns/samples";
import {type Feeds, landmarksOf, type NdArray, OnnxError, type OnnxGraph, openOnnx} from "../../../onnx/index";
import {sigmoid, softmax} from "../tf/activations";
import {type Meaning, meaningOf, numbersAnImage} from "./answers";
import {dimsOf} from "./black-box";
import {checkGpu, type Device} from "./device";
import {graphEnd} from "./graph-end";
import type {LoadSettings} from "./load-settings";
import {type ModelInput, modelInput} from "./model-input";
import {imagesOf, onnxModel} from "./onnx-classifier";
import {inPixels, seedsOf} from "./onnx-gradients";
import {nodesOfOnnx} from "./onnx-graph";
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
import {weightedLayersOf} from "./onnx-weighted-layers";
import {theInput, theOutput} from "./ports";

/** A network of an ONNX file, as a look takes it. */
export interface OnnxNetwork extends LookedAtNetwork {
  /** Whose graph the next epoch's may share. */
  readonly graph: OnnxGraph;
  /** How its pixels are wanted, and its numbers understood, in one line each. */
  readonly facts: OnnxFacts;
  dispose(): Promise<void>;
}

/** What was found of a network, for people and for run.json. */
export interface OnnxFacts {
  readonly input: ModelInput;
  readonly understood: string;
  /** The tensors that were found: of the scores, and of what feeds the last dense layer. */
  readonly logits: string;
  readonly features: string;
  readonly parameters: number;
  readonly layers: readonly OnnxLayer[];
}

export interface OnnxNetworkSettings extends LoadSettings {
  readonly threads?: number;
  /** Of an earlier epoch: its graph is the same, and is not looked at again. */
  readonly like?: OnnxGraph;
  /** The layer whose activations make the map; by default what feeds the last dense layer. */
  readonly layer?: string;
  /** Takes classes that do not exclude each other, too; a look does not, for its figures are of one class an image. */
  readonly independent?: boolean;
}

/** Numbers of images that are asked about at once: of 28 x 28 pixels the most rows, of a photograph a few. */
const MOST_NUMBERS = 800_000;
const MOST_ROWS = 256;

/**
 * Opens an ONNX classifier that somebody has trained, with its logits, its layers and its gradients. What its numbers are
 * is found by its graph's end and by asking, as for one that is explained.
 *
 * @param source Its bytes, or its path where weights stand in files beside it that are too large to be read in.
 * @throws UserError in one line that names the file, if it is no such model or not like the one before.
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

async function networkOf(graph: OnnxGraph, settings: OnnxNetworkSettings): Promise<OnnxNetwork> {
  const {what = "model", classNames: given, output: said, layer} = settings;
  const floats = ["float32", "float64"];
  const input = theInput(graph.ports.inputs, floats, settings);
  const output = theOutput(graph.ports.outputs, settings);
  const {layout, imageShape} = imagesOf(input.dims ?? [], settings);
  const wanted: ModelInput = {...settings.input, layout};
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const fed = (images: Images): Feeds => {
    const values = modelInput(images, wanted);
    const data = input.type === "float64" ? Float64Array.from(values) : values;
    return {[input.name]: {type: `${input.type}`, dims: [images.count, ...dimsOf(imageShape, layout)], data}};
  };
  const numbersOf = (feeds: Feeds, name: string) => Float32Array.from(feeds[name].data as Float32Array);

  // what its numbers are
  const found = landmarksOf(graph.model, output.name);
  const pair = twoImages(imageShape);
  const rows = await aloneAndTogether(graph, output.name, fed, pair, what);
  const end = graphEnd(nodesOfOnnx(graph.model), output.name);
  const question = {what, output: said, end, numbers: rows.numbers, samples: rows.samples};
  const meaning = meaningOf(given ? {...question, classNames: given} : question);
  if (!settings.independent) checkExcluding(meaning, what);
  meaning.probabilities(rows.samples); // throws where the numbers are not what they are said to be
  const isExcluding =
    !settings.independent || rows.numbers === 1 || ["probabilities", "softmax"].includes(meaning.kind);
  const isActivated = ["probabilities", "independent"].includes(meaning.kind) || end.kind === "log-softmax";
  const hasScores = !isActivated || found.activation !== undefined;
  const logits = isActivated && hasScores ? found.logits : output.name;
  const classes = meaning.classNames.length;
  const features = featureTensor(graph, layer, found.embedding ?? logits, what);
  const single = fed({...pair, count: 1, pixels: pair.pixels.subarray(0, size)});
  const sizes = await graph.sizes(rows.isAlone ? single : fed(pair));
  const layers = layersOf(graph.model, sizes, input.name);
  const {mostAtOnce = MOST_ROWS} = settings;
  const most = rows.isAlone ? 1 : Math.max(1, Math.min(MOST_ROWS, mostAtOnce, Math.floor(MOST_NUMBERS / size)));

  /** The model's scores as one logit a class: of one number a pair, half for and half against. */
  const logitsFrom = (values: Float32Array): Float32Array => {
    const odds = () => values.map((p) => Math.log(Math.max(p, 1e-37) / Math.max(1 - p, 1e-37)));
    if (!isExcluding) return hasScores ? values : odds();
    if (rows.numbers > 1) return hasScores ? values : values.map((p) => Math.log(Math.max(p, 1e-37)));
    const scores = hasScores ? values : odds();
    return Float32Array.from({length: 2 * scores.length}, (_, i) => (i % 2 ? 0.5 : -0.5) * scores[i >> 1]);
  };
  const parts = function* (images: Images) {
    checkShape(images, imageShape);
    for (let start = 0; start < images.count; start += most) {
      const count = Math.min(most, images.count - start);
      const pixels = images.pixels.subarray(start * size, (start + count) * size);
      yield {start, count, part: {count, shape: images.shape, pixels}};
    }
  };
  const tensorOf = (name: string) => {
    if (name === LOGITS) return logits;
    return name === EMBEDDING ? features : featureTensor(graph, name, features, what);
  };
  const forward = async (images: Images, asked: readonly string[], into?: Float32Array): Promise<LayerAnswer[]> => {
    const tensors = asked.map(tensorOf);
    const shapes: (readonly number[])[] = [];
    const joined: Float32Array[] = [];
    for (const {start, part} of parts(images)) {
      const answer = await inWords(what, () => graph.run(fed(part), [...new Set(tensors)]));
      for (const [i, tensor] of tensors.entries()) {
        const own = asked[i] === LOGITS ? scoresOf(answer) : channelsBehind(answer[tensor], tensor);
        if (start === 0) {
          shapes[i] = own.shape;
          joined[i] = (i === 0 && into) || new Float32Array(images.count * sizeOf(own.shape));
        }
        joined[i].set(own.values, start * sizeOf(own.shape));
      }
    }
    return asked.map((name, i) => ({layer: name, shape: shapes[i] ?? [], values: joined[i] ?? new Float32Array(0)}));
  };
  const scoresOf = (answer: Feeds) => {
    const values = logitsFrom(numbersOf(answer, logits));
    checkFinite(values, what);
    return {shape: [classes], values};
  };
  /** One tensor's numbers, as everywhere here with an image's channels last. */
  const channelsBehind = ({dims, data}: NdArray, tensor: string) => {
    const [count, ...shape] = dims;
    const values = data as Float32Array;
    if (shape.length !== 3 || !isChannelsFirst(graph.model, tensor, layout)) return {shape, values};
    const [channels, height, width] = shape;
    return {shape: [height, width, channels], values: channelsLast(values, count, [height, width, channels])};
  };
  const logitsAlone = async (images: Images) => (await forward(images, [LOGITS]))[0].values;
  const ofOne = (await graph.run(single, [logits]))[logits];
  const noGradient = hasScores
    ? await whyNoGradient(graph, single, logits, seedsOf("all", 1, ofOne, rows.numbers))
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
      for (const {start, count, part} of parts(images)) {
        const own = targets === "all" ? targets : Array.from({length: count}, (_, n) => targets[start + n]);
        const weights = seedsOf(own, count, ofOne, rows.numbers);
        const feeds = fed(part);
        const made = await inWords(what, () => graph.gradient(feeds, {output: logits, weights, wrt: [input.name]}));
        const back = inPixels(made[input.name].data as Float32Array, count, imageShape, wanted);
        gradient.set(back, start * size);
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
      for (const {start, count, part} of parts(images)) {
        const own = Array.from({length: count}, (_, n) => targets[start + n]);
        const of = {
          output: logits,
          weights: seedsOf(own, count, ofOne, rows.numbers),
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

/** What a model answers to two images, each alone and both at once. */
interface Rows {
  readonly numbers: number;
  readonly samples: Float32Array;
  /** Whether it must be asked about one image at a time. */
  readonly isAlone: boolean;
}

async function aloneAndTogether(
  graph: OnnxGraph,
  output: string,
  fed: (images: Images) => Feeds,
  pair: Images,
  what: string,
): Promise<Rows> {
  const size = pair.pixels.length / 2;
  const ask = async (images: Images) => {
    const {dims, data} = (await graph.run(fed(images), [output]))[output];
    return {dims, values: Float32Array.from(data as Float32Array)};
  };
  const one = (n: number) => ({...pair, count: 1, pixels: pair.pixels.subarray(n * size, (n + 1) * size)});
  const alone = [await ask(one(0)), await ask(one(1))];
  const numbers = numbersAnImage(alone[0], 1, what);
  const samples = Float32Array.from([...alone[0].values, ...alone[1].values]);
  const both = await ask(pair).catch((error: Error) => {
    if (error instanceof OnnxError) return undefined; // it takes one image, which it has answered
    throw error;
  });
  const most = samples.reduce((a, v) => Math.max(a, Number.isFinite(v) ? Math.abs(v) : 0), 0);
  const isTogether =
    both?.dims[0] === 2 && samples.every((v, i) => v === both.values[i] || Math.abs(v - both.values[i]) <= 1e-3 * most);
  return {numbers, samples, isAlone: !isTogether};
}

function checkExcluding({kind, words, classNames}: Meaning, what: string): void {
  if (classNames.length === 2 || kind === "probabilities" || kind === "softmax") return;
  throw new UserError(
    `${what}: expected classes of which each image shows one, got ${words}; --scores logits takes its scores so`,
  );
}

function checkFinite(logits: Float32Array, what: string): void {
  const bad = logits.find((v) => !Number.isFinite(v));
  if (bad !== undefined) throw new UserError(`${what}: expected finite scores, got ${bad}`);
}

function checkShape({shape}: Images, wanted: ImageShape): void {
  if (`${shape}` === `${wanted}`) return;
  throw new UserError(`images: expected ${wanted.join(" x ")}, the model's input, got ${shape.join(" x ")}`);
}

function featureTensor({model}: OnnxGraph, layer: string | undefined, otherwise: string, what: string): string {
  if (!layer) return otherwise;
  const tensor = tensorNamed(model, layer);
  if (tensor === undefined) throw new UserError(`--layer: expected a node or a tensor of ${what}, got "${layer}"`);
  return tensor;
}

/** Why a network gives no gradient; undefined if it does: one is asked for, since a rule may refuse what it is given. */
async function whyNoGradient(graph: OnnxGraph, feeds: Feeds, logits: string, weights: NdArray) {
  const {unsupported} = graph;
  if (unsupported.length > 0) {
    const [names, has] = [unsupported.join(", "), unsupported.length > 1 ? "operators" : "operator"];
    return `no gradients, so no saliency: there is no rule for the ${has} ${names}; what asks from outside explains it all the same`;
  }
  try {
    await graph.gradient(feeds, {output: logits, weights});
    return undefined;
  } catch (error) {
    if (error instanceof OnnxError) return `no gradients, so no saliency: ${error.message}`;
    throw error;
  }
}

/** An empty image, and one that has every grey somewhere. */
function twoImages(shape: ImageShape): Images {
  const size = shape[0] * shape[1] * shape[2];
  const pixels = new Float32Array(2 * size);
  for (let i = 0; i < size; i++) pixels[size + i] = ((i * 2_654_435_761) % 65_536) / 65_535;
  return {count: 2, shape, pixels};
}

/** Errors of the file, under its name. */
async function inWords<T>(what: string, act: () => Promise<T>, device: Device = "cpu"): Promise<T> {
  try {
    return await act();
  } catch (error) {
    checkGpu(device, error as Error);
    if (error instanceof OnnxError) throw new UserError(`${what}: ${error.message}`, {cause: error});
    throw error;
  }
}
