import {UserError} from "../../nouns/options";
import {startBackend} from "../backend/index";
import type {Answer} from "./answer";
import type {Answering} from "./answering";
import {gradientEvidence} from "./evidence";
import {readHuggingFace} from "./hugging-face";
import {answersTo, openReader, type Reader} from "./reader";
import {thresholdOf} from "./threshold";
import {placesOf, type WordWeight, whyAnswer} from "./why";
import {windowWords, wordPlaces} from "./words";

/** @file Opens a trained reader, and gives its answers. */

/**
 * A reader of a Hugging Face folder, or of a run's folder model/.
 *
 * @param nullThreshold The value of `--null-threshold`: when the reader gives no answer; auto: as it was trained.
 */
export async function openSavedReader(folder: string, nullThreshold = "auto"): Promise<Reader> {
  const saved = readHuggingFace(folder);
  if (saved.missing.length > 0) {
    throw new UserError(
      `${folder}: expected a network that answers questions, got one without ${saved.missing.join(", ")}`,
    );
  }
  await startBackend("wasm");
  const longest = saved.config.max_position_embeddings;
  const noAnswer = thresholdOf(nullThreshold, saved.noAnswer);
  const settings = {seed: 0, longest, stride: Math.min(128, Math.floor(longest / 4))};
  return openReader(saved, {...settings, noAnswer});
}

/** A word of the question or the text, and how much it speaks for the answer. */
export interface PlacedWord extends WordWeight {
  readonly from: number;
  readonly to: number;
  /**
   * How much it adds to the logarithm of the answer's probability, in nats, by integrated gradients; absent for an ONNX
   * file.
   */
  readonly gradient?: number;
}

/** The words that speak for an answer; none if the text has no words. */
export interface WhyAsked {
  readonly words: readonly PlacedWord[];
  readonly r2: number | null;
}

/** The answer to one question about a text, and, if asked, which words speak for it. */
export async function askReader(
  reader: Answering,
  question: string,
  context: string,
  {
    top,
    why,
    samples,
    seed = 0,
  }: {readonly top: number; readonly why: boolean; readonly samples: number; readonly seed?: number},
): Promise<{readonly answer: Answer; readonly why?: WhyAsked}> {
  const [answer] = await answersTo(reader, [{id: "asked", question, context, answers: []}], top);
  if (!why) return {answer};
  if (answer.spans.length === 0) return {answer, why: {words: [], r2: null}};
  const {words, r2} = await whyAnswer(reader, answer, samples, seed);
  const places = wordPlaces(answer.window, question, reader.words);
  const gradients = await gradientsOf(reader, answer);
  const placed = words.map((word, n): PlacedWord => {
    const {from, to} = places[n];
    const text = (word.inQuestion ? question : context).slice(from, to);
    return {...word, word: text, from, to, ...(gradients ? {gradient: gradients[n]} : {})};
  });
  return {answer, why: {words: placed, r2}};
}

/**
 * How much each word adds to the logarithm of the answer's probability; undefined if the program cannot look inside the
 * network.
 */
async function gradientsOf(reader: Answering & Partial<Reader>, answer: Answer): Promise<Float64Array | undefined> {
  if (!reader.weights) return undefined;
  const evidence = await gradientEvidence(reader as Reader, answer.window, placesOf(answer, answer.spans[0]));
  const {labels, words} = windowWords(answer.window, reader.words);
  const sums = new Float64Array(words.length);
  for (const [token, label] of labels.entries()) if (label > 0) sums[label - 1] += evidence[token];
  return sums;
}
