import type {FusedNetwork} from "../engine/index";
import {explainWithLime} from "../lime/lime";
import {fork} from "../nouns/random";
import type {Images, LabelledImages} from "../nouns/samples";
import {argMaxRows} from "../numbers/scores";
import {channelSum, saliencyMaps} from "../pipeline/attribution/methods/saliency";
import {first} from "../pipeline/data/split";
import {place} from "../tsne/index";
import type {Config} from "./config";
import {type Material, splitsOf} from "./lesson";
import {networkOf} from "./network";

/** A question about one picture at one moment. */
export interface Question {
  readonly id: number;
  readonly moment: number;
  /** In [0, 1], laid out as the lesson's pictures. */
  readonly pixels: Float32Array;
  /** The class to explain; by default the answer. */
  readonly target?: number | undefined;
  /** The picture's place among the test pictures, so that it is not listed as its own neighbour. */
  readonly except?: number | undefined;
  /** Whether to give the answers at all known moments, too. */
  readonly history: boolean;
}

export interface LimeAnswer {
  /** For each segment: above 0 speaks for the class. */
  readonly weights: Float64Array;
  /** Each pixel's segment. */
  readonly segments: ArrayLike<number>;
  readonly count: number;
  /** The weighted R², at most 1: how well the linear fit reproduces the network. Null if the answer never changes. */
  readonly r2: number | null;
  /**
   * The Jaccard index of the five strongest segments of two halves of the masks; null if nothing changes the answer.
   */
  readonly halvesTop5: number | null;
  readonly samples: number;
}

export interface Answer {
  readonly kind: "answer";
  readonly id: number;
  readonly moment: number;
  readonly probabilities: Float32Array;
  /** The test pictures with the scores nearest to its own, nearest first, and how far they are. */
  readonly near: Uint32Array;
  readonly distances: Float32Array;
  /** For each pixel, |gradient of the explained class's score − the same gradient at the empty picture|. */
  readonly saliency: Float32Array;
  readonly target: number;
  readonly lime: LimeAnswer;
  /** The probabilities at each moment, `[moment * classes + k]`; NaN if it is not known yet. */
  readonly history?: Float32Array | undefined;
  /** Milliseconds. */
  readonly took: number;
}

/** How many neighbours are shown. */
const NEAR = 8;

export interface Asker {
  /** Begins a new run, and forgets the run before. */
  begin(config: Config): Promise<void>;
  /** Learns of a moment's weights. */
  add(moment: number, weights: Float32Array): void;
  has(moment: number): boolean;
  answer(question: Question): Promise<Answer>;
}

/** A network of its own, whose weights are set to those of the moment that is asked about: training is not disturbed. */
export function asker(material: Material): Asker {
  const {lesson} = material;
  const classes = lesson.classNames.length;
  let network: FusedNetwork | undefined;
  let seen: LabelledImages | undefined;
  let weights: Float32Array[] = [];
  let at = -1;
  const scores = new Map<number, Float32Array>();

  /** The network with a moment's weights. */
  const networkAt = async (moment: number): Promise<FusedNetwork> => {
    if (!network) throw new Error("asker: expected a run that has begun, got none");
    if (at !== moment) await network.setFlatWeights(weights[moment]);
    at = moment;
    return network;
  };
  const testScores = async (moment: number): Promise<Float32Array> => {
    const {test} = splitsOf(material);
    seen ??= await test.read(first(test.count));
    const known = scores.get(moment) ?? (await (await networkAt(moment)).logits(seen));
    scores.set(moment, known);
    return known;
  };
  const answersSoFar = async (image: Images): Promise<Float32Array> => {
    const all = new Float32Array(weights.length * classes).fill(Number.NaN);
    for (let moment = 0; moment < weights.length; moment++) {
      if (weights[moment]) all.set(await (await networkAt(moment)).predict(image), moment * classes);
    }
    return all;
  };

  return {
    async begin(config) {
      await network?.dispose();
      network = await networkOf(config, lesson);
      weights = [];
      at = -1;
      scores.clear();
    },
    add(moment, its) {
      weights[moment] = its;
    },
    has: (moment) => weights[moment] !== undefined,
    async answer({id, moment, pixels, target: wanted, except, history}) {
      const begun = performance.now();
      const image = {count: 1, shape: lesson.shape, pixels};
      const data = {rows: lesson.test, columns: classes, values: await testScores(moment)};
      const asked = await networkAt(moment);
      const mine = {rows: 1, columns: classes, values: await asked.logits(image)};
      const probabilities = await asked.predict(image);
      const target = wanted ?? argMaxRows(probabilities, classes)[0];
      const count = Math.min(NEAR, lesson.test - 1);
      const {near, distances} = place(data, mine, {count, except});
      const saliency = channelSum((await saliencyMaps(asked, image, [target])).delta.map(Math.abs), lesson.shape[2]);
      const lime = await limeOf(asked, image, target);
      const answer = {kind: "answer" as const, id, moment, probabilities, near, distances, saliency, target, lime};
      const all = history ? await answersSoFar(image) : undefined;
      return {...answer, history: all, took: performance.now() - begun};
    },
  };
}

async function limeOf(network: FusedNetwork, image: Images, explained: number): Promise<LimeAnswer> {
  const found = await explainWithLime(network, image, {explained, random: fork(0, "lime")});
  const {weights, segmentation, r2, halvesTop5, samples} = found;
  return {weights, segments: segmentation.labels, count: segmentation.count, r2, halvesTop5, samples};
}
