import type {Classifier, DifferentiableClassifier} from "../../../nouns/network";
import {UserError} from "../../../nouns/options";
import type {ImageShape, Images} from "../../../nouns/samples";
import {type Answer, type Meaning, meaningOf, numbersAnImage} from "./answers";
import {askInBatches} from "./ask-in-batches";
import type {GraphEnd} from "./graph-end";
import type {LoadSettings} from "./load-settings";
import {type ModelInput, modelInput} from "./model-input";
import {type Port, shapeWords} from "./ports";

/** A classifier that must be disposed of. */
export interface LoadedClassifier extends Classifier {
  /** One line that says how its numbers were read. */
  readonly understood: string;
  dispose(): Promise<void>;
}

/** A classifier of which only its answers are known. */
export interface BlackBoxClassifier extends LoadedClassifier {
  /** How its numbers were read, in a form for the program. */
  readonly kind: Meaning["kind"];
  /** How many numbers it gives for each image. */
  readonly numbers: number;
  /** The most images that it takes at a time. */
  readonly mostAtOnce: number;
}

/** A classifier that gives gradients, too. */
export interface LoadedNetwork extends DifferentiableClassifier, LoadedClassifier {}

/** A loaded model, as far as it is known here. */
export interface BlackBox {
  readonly imageShape: ImageShape;
  readonly layout: ModelInput["layout"];
  /** How many images its input takes at a time, if this number is fixed. */
  readonly batch?: number | undefined;
  readonly end: GraphEnd;
  /** The model's answer to images in the layout that it wants. */
  ask(values: Float32Array, count: number): Promise<Answer>;
  dispose(): Promise<void>;
}

/** The sizes of one image, in the order of a model's input. */
export function dimsOf([height, width, channels]: ImageShape, layout: ModelInput["layout"]): [number, number, number] {
  return layout === "nchw" ? [channels, height, width] : [height, width, channels];
}

/** 2,300 x 2,300 pixels in colour. LIME holds several copies of an image. */
const MOST_BYTES = 64e6;

/**
 * The size of the images that a model takes.
 *
 * @param input The whole shape of its input; `found` is the height, width and channels in it, or undefined if it leaves
 * them open.
 * @throws UserError if the user says another size, if neither the model nor the user says it, or if the image would be
 * too large.
 */
export function imageShapeOf(
  input: Port["dims"],
  found: readonly (number | undefined)[],
  {what = "model", imageShape: given, mostBytes = MOST_BYTES}: LoadSettings,
): ImageShape {
  const shape = found.map((n, i) => n ?? given?.[i]);
  if (shape.includes(undefined))
    throw new UserError(`--size: expected a size for an input of ${shapeWords(input)}, got none`);
  if (given && `${shape}` !== `${given}`) {
    throw new UserError(`--size: expected ${shape.join(" x ")}, the model's input, got ${given.join(" x ")}`);
  }
  const [height, width, channels] = shape as [number, number, number];
  if (channels !== 1 && channels !== 3) {
    throw new UserError(
      `${what}: expected images of 1 or 3 channels, got ${channels}: an input of ${shapeWords(input)}`,
    );
  }
  if (!(4 * height * width * channels <= mostBytes)) {
    const got = `${height} x ${width} x ${channels}`;
    throw new UserError(
      `${what}: expected images of at most ${Math.round(mostBytes / 1e6)} MB, got ${got}; --max-memory lifts the limit`,
    );
  }
  return [height, width, channels];
}

/**
 * A loaded model as a classifier. The meaning of its numbers is found from the end of its graph, and by asking about
 * two images, each alone and both together. If its answers to both together are different, it is asked about one image
 * at a time.
 *
 * @throws UserError if its output cannot be understood, or if the number of classes differs from the number of names.
 */
export async function blackBoxClassifier(model: BlackBox, settings: LoadSettings): Promise<BlackBoxClassifier> {
  const {imageShape, layout, end, ask, dispose} = model;
  const {
    what = "model",
    input,
    output,
    classNames,
    mostAtOnce = Infinity,
    say = () => {},
    asking = () => {},
  } = settings;
  const valuesOf = (images: Images) => modelInput(images, {...input, layout});
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const pair = valuesOf(twoImages(imageShape));
  asking();
  const alone: Answer[] = [];
  for (const n of [0, 1]) {
    const one = pair.subarray(n * size, (n + 1) * size);
    alone.push(await askInBatches(ask, one, 1, {fixed: model.batch, most: 1}, what));
  }
  const numbers = numbersAnImage(alone[0], 1, what);
  const samples = Float32Array.from([...alone[0].values, ...alone[1].values]);
  const meaning = meaningOf({what, output, end, numbers, samples, classNames});
  const why = await whyAlone(model, pair, alone, numbers);
  if (output === "auto" || numbers === 1) say(`model   ${meaning.words}`);
  if (why) say(`model   takes one image at a time (${why}): it is asked so`);
  const batch = {fixed: model.batch, most: why ? 1 : mostAtOnce};
  return {
    imageShape,
    classNames: meaning.classNames,
    understood: meaning.words,
    kind: meaning.kind,
    numbers,
    mostAtOnce: batch.most,
    async predict(images) {
      const {values} = await askInBatches(ask, valuesOf(images), images.count, batch, what);
      if (values.length !== images.count * numbers) {
        const got = `${values.length} for ${images.count} images`;
        throw new UserError(`${what}: expected ${numbers} numbers for each image, got ${got}`);
      }
      return meaning.probabilities(values);
    },
    dispose,
  };
}

/** An empty image, and one that contains every level of grey. */
function twoImages(shape: ImageShape): Images {
  const size = shape[0] * shape[1] * shape[2];
  const pixels = new Float32Array(2 * size);
  for (let i = 0; i < size; i++) pixels[size + i] = ((i * 2_654_435_761) % 65_536) / 65_535;
  return {count: 2, shape, pixels};
}

/** The reason why a model must be asked about one image at a time; undefined if it can be asked about several. */
async function whyAlone(
  model: BlackBox,
  pair: Float32Array,
  alone: readonly Answer[],
  numbers: number,
): Promise<string | undefined> {
  if (model.batch === 1) return "its input has a batch of one";
  if (model.batch !== undefined) return undefined;
  const both = await model.ask(pair, 2).catch(() => undefined); // whatever the error is: it answers one image at a time
  if (!both) return "it fails on two";
  if (both.dims[0] !== 2 || both.values.length !== 2 * numbers) {
    return `for two it gives ${shapeWords(both.dims)}, for one ${shapeWords(alone[0].dims)}`;
  }
  const differs = alone.some(({values}, n) => !alike(values, both.values.subarray(n * numbers, (n + 1) * numbers)));
  return differs ? "its answer to an image depends on what else is asked" : undefined;
}

/** Whether two answers are the same except for rounding. */
function alike(a: Float32Array, b: Float32Array): boolean {
  const scale = a.reduce((most, v) => Math.max(most, Number.isFinite(v) ? Math.abs(v) : 0), 0);
  return a.every((v, k) => v === b[k] || Math.abs(v - b[k]) <= 1e-3 * scale);
}
