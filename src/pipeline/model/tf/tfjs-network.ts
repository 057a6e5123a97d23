import {setImmediate as eventLoopTurn} from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import {checkTargets} from "../../../engine/runtime/chunks";
import {EMBEDDING, LOGITS, type LookedAtNetwork} from "../../../nouns/network";
import {UserError} from "../../../nouns/options";
import type {Images} from "../../../nouns/samples";
import type {Meaning} from "../load/answers";
import {dimsOf, type LoadedNetwork} from "../load/black-box";
import type {LoadSettings} from "../load/load-settings";
import {type ModelInput, modelInput} from "../load/model-input";
import {inPixels} from "../load/onnx-gradients";
import type {TfjsModelJson} from "../load/tfjs-weights";
import {namedArrays} from "./named-arrays";
import {openTfjs, problemOf} from "./tfjs-classifier";
import {weightedLayersOf} from "./weighted-layers";

/** A network that probes can look at, with the facts that were found out about it. */
export interface TfjsNetwork extends LoadedNetwork, LookedAtNetwork {
  readonly input: ModelInput;
  /** How its numbers were read, in a form for the program. */
  readonly kind: Meaning["kind"];
  /** How many numbers its weights have. */
  readonly parameters: number;
}

/** Kinds of layers and nodes after which an answer is worth a picture. */
const SHOWN =
  /^(Re[lL][uU]6?|LeakyRe[lL][uU]|E[lL][uU]|Sigmoid|Tanh|Activation|_?Fused\w+|(Depthwise)?Conv2[dD]\w*|Max\w*Pool\w*|A\w*Pool\w*|Global\w+|Mean|Add\w*|Concat\w*|Dense|MatMul|BiasAdd)$/;
/** How many layers are kept for the page; more of them would show less. */
const MOST_SHOWN = 12;

/**
 * How many numbers of images, and how many images, go through at a time. There is a limit because gradients keep every
 * layer's answer.
 */
const MOST_NUMBERS = 800_000;
const MOST_ROWS = 250;

/**
 * A saved tfjs LayersModel or GraphModel with its scores, its layers and its gradients, on the backend that is set.
 *
 * @param json The content of model.json. @param weights The files of its weightsManifest, joined in their order.
 * @throws UserError in one line that names the file.
 */
export async function tfjsNetwork(
  json: TfjsModelJson,
  weights: Uint8Array,
  settings: LoadSettings & {readonly layer?: string},
): Promise<TfjsNetwork> {
  const {what = "model.json"} = settings;
  const {model, box, layout, batch} = await openTfjs(json, weights, settings);
  const {imageShape, classNames, numbers, kind} = box;
  const classes = classNames.length;
  const wanted: ModelInput = {...settings.input, layout};
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const isActivated = kind === "probabilities" || kind === "independent" || model.end.kind === "log-softmax";
  const hasScores = !isActivated || model.scores !== undefined;
  const way = isActivated && model.scores ? "scores" : "run";
  const scored = (x: tf.Tensor) => (way === "scores" && model.scores ? model.scores(x) : model.run(x));
  const most = batch ?? Math.max(1, Math.min(MOST_ROWS, box.mostAtOnce, Math.floor(MOST_NUMBERS / size)));
  const tensorOf = (images: Images) =>
    tf.tensor(modelInput(images, wanted), [images.count, ...dimsOf(imageShape, layout)]);

  /**
   * Turns the model's own numbers into one logit for each class. A single number becomes a pair: half of it for the
   * class, and half against it.
   */
  const logitsFrom = (values: Float32Array): Float32Array => {
    const odds = () => values.map((p) => Math.log(Math.max(p, 1e-37) / Math.max(1 - p, 1e-37)));
    const isSure = kind === "probabilities" && numbers > 1;
    const scores = hasScores ? values : isSure ? values.map((p) => Math.log(Math.max(p, 1e-37))) : odds();
    if (numbers > 1) return scores;
    return Float32Array.from({length: 2 * scores.length}, (_, i) => (i % 2 ? 0.5 : -0.5) * scores[i >> 1]);
  };
  /** The sum of the targets' logits. */
  const targeted = (scores: tf.Tensor, targets: readonly number[] | "all") => {
    const rows = scores.reshape([-1, numbers]);
    if (targets === "all") return numbers === 1 ? rows.mul(0).sum() : rows.sum();
    if (numbers === 1)
      return rows
        .mul(
          tf.tensor2d(
            targets.map((k) => (k === 1 ? 0.5 : -0.5)),
            [targets.length, 1],
          ),
        )
        .sum();
    return rows.mul(tf.oneHot(tf.tensor1d([...targets], "int32"), numbers).toFloat()).sum();
  };
  /**
   * Goes through images a few at a time; if the model's batch is fixed, the last ones are filled up with empty ones.
   */
  const inParts = async (images: Images, act: (part: Images, start: number, count: number) => tf.Tensor[]) => {
    if (`${images.shape}` !== `${imageShape}`) {
      throw new UserError(
        `images: expected ${imageShape.join(" x ")}, the model's input, got ${images.shape.join(" x ")}`,
      );
    }
    let joined: Float32Array[] = [];
    for (let start = 0; start < images.count; start += most) {
      const count = Math.min(most, images.count - start);
      const rows = batch ?? count;
      const pixels = new Float32Array(rows * size);
      pixels.set(images.pixels.subarray(start * size, (start + count) * size));
      const made = tf.tidy(() => act({...images, count: rows, pixels}, start, count));
      const values = await Promise.all(made.map((tensor) => tensor.data()));
      tf.dispose(made);
      await eventLoopTurn(); // tfjs blocks
      if (start === 0) joined = values.map((own) => new Float32Array((own.length / rows) * images.count));
      values.forEach((own, i) => {
        const width = own.length / rows;
        joined[i].set(own.subarray(0, count * width), start * width);
      });
    }
    return joined;
  };
  const own = (targets: ArrayLike<number>, start: number, count: number, rows: number) =>
    Array.from({length: rows}, (_, n) => (n < count ? targets[start + n] : 0));
  /** The layer of EMBEDDING; the scores if no layer feeds a dense one. */
  const embedding = settings.layer ?? model.embedding ?? LOGITS;
  const named = (layer: string) => {
    if (model.layers.includes(layer)) return layer;
    throw new UserError(`layer: expected one of ${model.layers.join(", ")}, got "${layer}"`);
  };
  const inputGradient = async (images: Images, targets: ArrayLike<number> | "all") => {
    checkTargets(targets, images.count, classes);
    const [values] = await inParts(images, (part, start, count) => {
      const wantedTargets = targets === "all" ? targets : own(targets, start, count, part.count);
      return [tf.grad((x: tf.Tensor) => targeted(scored(x), wantedTargets))(tensorOf(part))];
    });
    return inPixels(values, images.count, imageShape, wanted);
  };
  const one: Images = {count: 1, shape: imageShape, pixels: new Float32Array(size).fill(0.5)};
  const pictured = tf.tidy(() => {
    const x = tensorOf(one);
    return model.layers.flatMap((name) => {
      if (!SHOWN.test(model.typeOf(name))) return [];
      const answer = model.at(x, name);
      answer.dispose();
      return [2, 4].includes(answer.rank) ? [{name}] : [];
    });
  });
  const shown =
    pictured.length <= MOST_SHOWN
      ? pictured
      : Array.from(
          {length: MOST_SHOWN},
          (_, i) => pictured[Math.round((i * (pictured.length - 1)) / (MOST_SHOWN - 1))],
        );
  const shapeOf = (name: string) =>
    tf.tidy(() => {
      const answer = model.at(tensorOf(one), name);
      answer.dispose();
      return answer.shape.slice(1);
    });
  const shapes = new Map((model.weighted ?? []).map(({answer}) => [answer, shapeOf(answer)]));
  const parameters = model.weights().reduce((sum, {tensor}) => sum + tensor.size, 0);
  const noGradient = hasScores
    ? await whyNot(() => inputGradient(one, [0]))
    : "the scores before the softmax are not found in the model, so there are no gradients of them";

  return {
    imageShape,
    classNames,
    understood: box.understood,
    predict: box.predict,
    ...(noGradient === undefined ? {} : {noGradient}),
    async logits(images) {
      const [values] = await inParts(images, (part) => [scored(tensorOf(part))]);
      return logitsFrom(values);
    },
    async inputGradient(images, targets) {
      if (noGradient !== undefined) throw new UserError(`${what}: expected a gradient, got none: ${noGradient}`);
      return inputGradient(images, targets);
    },
    input: wanted,
    kind,
    parameters,
    getWeights: () => namedArrays(model.weights()),
    async forward(images, layers, into) {
      const names = layers.map((layer) => (layer === EMBEDDING ? embedding : layer));
      const shapes: number[][] = [];
      const all = await inParts(images, (part) => {
        const x = tensorOf(part);
        const scores = scored(x);
        return names.map((name, i) => {
          const answer = name === LOGITS ? scores.clone() : model.at(x, named(name));
          shapes[i] = answer.shape.slice(1);
          return answer;
        });
      });
      return names.map((name, i) => {
        const values = name === LOGITS ? logitsFrom(all[i]) : all[i];
        if (i === 0) into?.set(values);
        const shape = name === LOGITS ? [classes] : shapes[i];
        return {layer: layers[i], shape, values: (i === 0 && into) || values};
      });
    },
    ...(model.weighted ? {weightedLayers: () => weightedLayersOf(model, (name) => shapes.get(name) ?? [])} : {}),
    shownLayers: shown.map(({name}) => ({name, type: model.typeOf(name)})),
    async layerGradient(images, targets, layer) {
      if (noGradient !== undefined) throw new UserError(`${what}: expected a gradient, got none: ${noGradient}`);
      checkTargets(targets, images.count, classes);
      const {name, shape} = mapOf(model, layer && named(layer), () => tensorOf(one), what);
      const [activations, gradients] = await inParts(images, (part, start, count) => {
        const x = tensorOf(part);
        const answer = model.at(x, name);
        const wantedTargets = own(targets, start, count, part.count);
        return [answer, tf.grad((a: tf.Tensor) => targeted(model.replacing(name, a, x, way), wantedTargets))(answer)];
      });
      return {layer: name, shape, activations, gradients};
    },
    dispose: box.dispose,
  };
}

/** The layer that is named, or the last with the rows and columns of the last convolution. */
function mapOf(
  model: Awaited<ReturnType<typeof openTfjs>>["model"],
  layer: string | undefined,
  image: () => tf.Tensor,
  what: string,
) {
  const names = layer === undefined ? model.maps : [layer];
  const shapes = tf.tidy(() => {
    const x = image();
    return names.map((name) => {
      const answer = model.at(x, name);
      answer.dispose();
      return {name, shape: answer.shape.slice(1)};
    });
  });
  const [first] = shapes;
  const found = shapes.findLast(
    ({shape}) => shape.length === 3 && `${shape.slice(0, 2)}` === `${first.shape.slice(0, 2)}`,
  );
  if (found) return {name: found.name, shape: found.shape as [number, number, number]};
  throw new UserError(
    layer === undefined
      ? `${what}: expected a convolution with rows and columns for --method grad-cam, got none; --grad-cam.layer names another layer`
      : `--grad-cam.layer: expected a layer with rows and columns, got ${layer} of [${first.shape.join(", ")}]`,
  );
}

/** The reason why tfjs has no gradient, which names the operator; undefined if it has one. */
async function whyNot(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    const {message} = error as Error;
    const operator =
      /gradient function not found for (\w+)/.exec(message)?.[1] ?? /Kernel '(\w+)' not registered/.exec(message)?.[1];
    return operator === undefined
      ? `no gradients: ${problemOf(error as Error)}`
      : `no gradients: tfjs has none here for the operator ${operator}`;
  }
}
