import {fork} from "../../nouns/random";
import {withSentencesShuffled} from "../data/text/made-questions";
import type {Question} from "../data/text/questions";
import {type Judged, judged} from "./judged";
import {answersTo, type Reader} from "./reader";

/** How well a reader answers without the information that it should need, by the same measure as its answers. */
export interface Controls {
  /** With the sentences of each text in another order. */
  readonly shuffled: Judged;
  /** With the question's words hidden: this shows what is known from the text alone. */
  readonly withoutQuestion: Judged;
}

/** A word of no vocabulary, which is read as [UNK]. */
const UNKNOWN_WORD = "☃";

/** @param heldOut Asked with their sentences in another order, and with the question's words hidden. */
export async function controlsOf(reader: Reader, heldOut: readonly Question[], seed: number): Promise<Controls> {
  const random = fork(seed, "reader control");
  const shuffled = heldOut.map((question) => withSentencesShuffled(question, random));
  const hidden = heldOut.map((question) => ({
    ...question,
    question: question.question.replace(/[\p{L}\p{N}]+/gu, UNKNOWN_WORD),
  }));
  return {
    shuffled: judged(await answersTo(reader, shuffled), shuffled),
    withoutQuestion: judged(await answersTo(reader, hidden), hidden),
  };
}
