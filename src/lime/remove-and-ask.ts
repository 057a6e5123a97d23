import {largestOf} from "./chance";
import type {Classifier, Images} from "./classifier";
import {explainStudy, type LimeExplanation} from "./explanation";
import {type LimeOptions, studyWithLime} from "./lime";
import {writeMasked} from "./neighbourhood";

export interface RemovalRound {
  /** The image as the classifier saw it in this round. */
  readonly pixels: Float32Array;
  /** The probability of every class. */
  readonly probabilities: Float32Array;
  /** The explanation of this round's most probable class. */
  readonly explanation: LimeExplanation;
  /** The segments that were removed after this round, the strongest first; empty in the last round. */
  readonly removed: readonly number[];
}

export interface Removal {
  readonly rounds: readonly RemovalRound[];
  /**
   * How it ended. "flipped": another class became the most probable. "nothing left": no segment spoke for the class any
   * more. "stopped": the rounds were used up.
   */
  readonly end: "flipped" | "nothing left" | "stopped";
  /** The rank of the last round's class in the first round; 1 is the most probable. */
  readonly placeBefore: number;
  readonly probabilityBefore: number;
}

/**
 * Asks "what if the network could not see that?". It explains the most probable class, removes the segments that speak
 * for it most, asks and explains again, until another class is the most probable or nothing speaks for the class any
 * more. A removed segment looks as it did when hidden in sampling; otherwise the experiment would ask about a colour
 * that nobody has explained.
 *
 * @param most      How many segments are removed in each round.
 * @param maxRounds The most explanations that are made; then it ends as "stopped".
 */
export async function removeAndAskAgain(
  classifier: Classifier,
  image: Images,
  options: LimeOptions,
  most: number,
  maxRounds = 20,
): Promise<Removal> {
  const rounds: RemovalRound[] = [];
  let settings = options;
  let pixels = image.pixels;
  let end: Removal["end"] = "stopped";
  const kept: number[] = [];
  while (rounds.length < maxRounds) {
    const study = await studyWithLime(classifier, {...image, pixels}, settings);
    const {segmentation, hidden, probabilities} = study;
    if (kept.length === 0) kept.push(...new Array(segmentation.count).fill(1));
    settings = {...settings, segmentation, hidden};
    const explained = largestOf(probabilities);
    const explanation = explainStudy(study, explained);
    const flipped = rounds.length > 0 && explained !== rounds[0].explanation.explained;
    const removed = flipped ? [] : strongestFor(explanation.weights, kept).slice(0, most);
    rounds.push({pixels, probabilities, explanation, removed});
    if (removed.length === 0) {
      end = flipped ? "flipped" : "nothing left";
      break;
    }
    for (const segment of removed) kept[segment] = 0;
    const next = new Float32Array(pixels.length);
    writeMasked(next, image.pixels, hidden, segmentation.labels, kept);
    pixels = next;
  }
  const last = rounds[rounds.length - 1].explanation.explained;
  const before = rounds[0].probabilities;
  return {
    rounds,
    end,
    placeBefore: 1 + before.reduce((ahead, p) => ahead + (p > before[last] ? 1 : 0), 0),
    probabilityBefore: before[last],
  };
}

/** The remaining segments that speak for the class, the strongest first. */
function strongestFor(weights: Float64Array, kept: readonly number[]): number[] {
  return Array.from(weights.keys())
    .filter((j) => kept[j] && weights[j] > 0)
    .sort((a, b) => weights[b] - weights[a]);
}

/** The experiment in words: a line for each round, and one for how it ended. */
export function removalSummary(
  {rounds, end, placeBefore, probabilityBefore}: Removal,
  names: readonly string[],
): string[] {
  const percent = (p: number) => (p < 5e-5 ? "under 0.01%" : `${(100 * p).toFixed(p < 0.1 ? 2 : 1)}%`);
  const lines = rounds.map(({probabilities, explanation, removed}, r) => {
    const top = Array.from(probabilities.keys())
      .sort((a, b) => probabilities[b] - probabilities[a])
      .slice(0, 3);
    const said = top.map((k) => `${names[k]} ${percent(probabilities[k])}`).join(", ");
    const taken = removed.length ? `; then removed ${removed.length} of ${explanation.weights.length} segments` : "";
    const {r2} = explanation;
    return `round ${r + 1}: ${said} (${r2 === null ? "nothing changes the answer" : `R² ${r2.toFixed(2)}`})${taken}`;
  });
  const gone = rounds.reduce((sum, {removed}) => sum + removed.length, 0);
  const [first, last] = [rounds[0], rounds[rounds.length - 1]];
  const name = names[first.explanation.explained];
  const others = names[last.explanation.explained];
  const closing = {
    flipped: [
      `after ${gone} segments were gone, ${others} (${percent(last.explanation.probability)}) took the place of ${name};`,
      `in the first round ${others} stood at place ${placeBefore} with ${percent(probabilityBefore)}`,
    ],
    "nothing left": [
      first.explanation.r2 === null
        ? `${name} has ${percent(last.explanation.probability)} whatever is hidden: there is nothing to remove`
        : `${name} held with ${percent(last.explanation.probability)} until nothing spoke for it any more, ${gone} segments gone`,
    ],
    stopped: [
      `${name} still held with ${percent(last.probabilities[first.explanation.explained])} after ${rounds.length} rounds`,
    ],
  };
  return [...lines, ...closing[end]];
}
