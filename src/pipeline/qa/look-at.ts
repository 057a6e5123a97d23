import * as tf from "@tensorflow/tfjs";

import type {Question} from "../data/text/questions";
import {type Window, windowsOf} from "../data/text/windows";
import {bertLogits, bertLoss} from "../model/tf/transformer/bert";
import {batchOf} from "./answering";
import {type Look, writeAnswers, writeTracked} from "./files";
import {judged} from "./judged";
import type {keptAt} from "./kept-looks";
import type {ReaderOptions} from "./options";
import {answersTo, type Reader} from "./reader";
import {insideOf, type Tracked} from "./tracked";

/**
 * Asks the held-out questions at a step, looks into the tracked ones, and saves the answers and the tracked numbers.
 *
 * @param keeping The numbers that this look keeps, as `keptAt` says.
 */
export async function lookAt(
  reader: Reader,
  heldOut: readonly Question[],
  tracked: readonly Tracked[],
  path: string,
  step: number,
  {words: samples, seed}: ReaderOptions,
  keeping: ReturnType<typeof keptAt>,
) {
  const answers = await answersTo(reader, heldOut);
  const loss = await lossOf(reader, windowsOf(heldOut, reader.words, reader));
  const kept: Look["tracked"][number][] = [];
  for (const [n, one] of tracked.entries()) {
    if (keeping.light) {
      const inside = await insideOf(reader, one, {samples, seed, isInside: n < keeping.inside});
      await writeTracked(path, step, one.place, inside);
    }
    kept.push({question: one.place, loss: await lossOf(reader, [one.window]), answer: answers[one.place].text});
  }
  const rounded = (share: number) => Number(share.toPrecision(4));
  const short = answers.map(({from, to, probability}) => [from, to, rounded(probability)] as const);
  if (keeping.answers) await writeAnswers(path, step, short);
  return {...judged(answers, heldOut), loss, tracked: kept};
}

/** Mean loss of windows, in nats. */
async function lossOf(reader: Reader, windows: readonly Window[]): Promise<number> {
  let sum = 0;
  for (let at = 0; at < windows.length; at += 64) {
    const some = windows.slice(at, at + 64);
    const [starts, ends] = [Int32Array.from(some, ({start}) => start), Int32Array.from(some, ({end}) => end)];
    const loss = tf.tidy(() => bertLoss(bertLogits(reader.config, reader.weights, batchOf(some)), starts, ends));
    sum += (await loss.data())[0] * some.length;
    loss.dispose();
  }
  return sum / windows.length;
}
