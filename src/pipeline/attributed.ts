import type {Classifier, DifferentiableClassifier} from "../nouns/network";
import {UserError} from "../nouns/options";
import {fork, randomSource} from "../nouns/random";
import type {Images} from "../nouns/samples";
import {faithfulness, removals} from "./attribution/measures/faithfulness";
import type {AttributionMap, GradientMethod, Method, OutsideMethod} from "./attribution/methods/method";

/** Below these figures of trust, a map is not to be trusted. */
export const LEAST_FAITHFULNESS = 0.3;
export const GREATEST_GAP = 0.05;

export interface AttributedOptions {
  readonly method: Method;
  /** The method's own options, checked. */
  readonly values: object;
  readonly seed: number;
  /** Chooses the classes to explain from the probabilities of all classes. */
  readonly targets: (probabilities: Float32Array) => readonly number[];
}

/** The maps of one image, and how far each can be trusted. */
export interface Attributed {
  readonly targets: readonly number[];
  /** The probability of each class. */
  readonly probabilities: Float32Array;
  /** A map for each target. */
  readonly maps: readonly AttributionMap[];
  /** The faithfulness of each map; NaN if it cannot be measured. */
  readonly trusts: readonly number[];
  /** How many squares were removed to measure it. */
  readonly squares: number;
}

/**
 * Explains one image by one method, without pictures. Equal images, networks, options and seeds give equal bits: no
 * other image has an influence.
 *
 * @throws UserError if the classifier cannot answer what the method asks, or a map holds numbers that are not finite.
 */
export async function attributed(
  classifier: Classifier | DifferentiableClassifier,
  image: Images,
  {method, values, seed, targets: choose}: AttributedOptions,
): Promise<Attributed> {
  const probabilities = await classifier.predict(image);
  const targets = choose(probabilities);
  const random = randomSource(fork(seed, "attribution", method.name)() * 2 ** 32);
  const maps = await mapsOf(method, classifier, image, targets, random, values);
  const score = scoreOf(method, classifier);
  const baseline = method.baseline?.(image, values) ?? new Float32Array(image.pixels.length);
  const removed = await removals(score, image, baseline, randomSource(fork(seed, "removals")() * 2 ** 32));
  const trusts = maps.map(({target, foretold}) => faithfulness(removed, target, foretold, method.isSigned));
  return {targets, probabilities, maps, trusts, squares: removed.squares.length};
}

/**
 * Asks the method for its maps. The method and the classifier must fit each other.
 *
 * @throws UserError if a map holds numbers that are not finite.
 */
async function mapsOf(
  method: Method,
  classifier: Classifier | DifferentiableClassifier,
  image: Images,
  targets: readonly number[],
  random: () => number,
  values: object,
): Promise<readonly AttributionMap[]> {
  const rest = {image, targets, random};
  const maps =
    method.needs === "answers"
      ? await (method as OutsideMethod).run({...rest, classifier}, values)
      : await (method as GradientMethod).run({...rest, classifier: differentiable(classifier, method.name)}, values);
  const bad = maps.flatMap((map) => Array.from(map.values)).find((v) => !Number.isFinite(v));
  if (bad !== undefined)
    throw new UserError(`--method ${method.name}: expected finite numbers from the model, got ${bad}`);
  return maps;
}

function scoreOf(method: Method, classifier: Classifier | DifferentiableClassifier) {
  if (method.score === "probability") return (images: Images) => classifier.predict(images);
  return (images: Images) => differentiable(classifier, method.name).logits(images);
}

function differentiable(classifier: Classifier | DifferentiableClassifier, method: string): DifferentiableClassifier {
  if ("inputGradient" in classifier) return classifier;
  throw new UserError(`--method ${method}: expected a model with gradients, got one that gives only answers`);
}
