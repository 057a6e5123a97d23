import type {Network} from "../../nouns/network";
import {fork, shuffled} from "../../nouns/random";
import type {Split} from "../../nouns/samples";
import {argMaxRows} from "../../numbers/scores";
import {first} from "../data/split";
import {logitsOf} from "../training/evaluate";
import {FIRST_LOOK} from "./curves";
import type {LearnedOne} from "./types";

/** The most images that the network is asked about. */
const MOST_ASKED = 10_000;

/** The share of a split's images that the network gets wrong. */
async function errorOn(network: Network, split: Split): Promise<number> {
  const {logits, labels} = await logitsOf(network, split);
  const answers = argMaxRows(logits, network.classNames.length);
  return answers.reduce((wrong, answer, n) => wrong + Number(answer !== labels[n]), 0) / split.count;
}

/**
 * Learns mistakes one at a time: it asks about each image of `part`, in order, and if the answer is wrong, the network
 * makes one step on this image alone. Then, from the same weights, the network learns equally many images of the same
 * part, drawn at random, which shows what choosing mistakes is worth. The network is asked about the test images and
 * never learns from them.
 *
 * At the end, the network has its original weights again.
 */
export async function learnMistakes(
  network: Network,
  part: Split,
  test: Split,
  {rate, seed}: {readonly rate: number; readonly seed: number},
): Promise<LearnedOne> {
  const [weights, state] = [await network.getWeights(), await network.getOptimizerState()];
  const again = async () => {
    await network.setWeights(weights);
    await network.setOptimizerState(state);
  };
  const start = {learned: 0, error: await errorOn(network, test)};
  const order = first(Math.min(part.count, MOST_ASKED));
  const classes = network.classNames.length;
  const curve = async (places: Iterable<number>, most: number, isMistake: boolean) => {
    const points = [start];
    let [learned, next] = [0, FIRST_LOOK];
    for (const place of places) {
      if (learned >= most) break;
      const image = await part.read([place]);
      const isRight = isMistake && argMaxRows(await network.logits(image), classes)[0] === image.labels[0];
      if (isRight) continue;
      await network.trainBatch(image, rate, learned);
      learned++;
      if (learned < next) continue;
      points.push({learned, error: await errorOn(network, test)});
      next *= 2;
    }
    if (points[points.length - 1].learned < learned) points.push({learned, error: await errorOn(network, test)});
    await again();
    return points;
  };
  const mistakes = await curve(order, Number.POSITIVE_INFINITY, true);
  const count = mistakes[mistakes.length - 1].learned;
  const byChance = await curve(shuffled(order.length, fork(seed, "learned by chance")), count, false);
  return {seed, mistakes, byChance, asked: order.length};
}
