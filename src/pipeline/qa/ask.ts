import {UserError} from "../../nouns/options";
import {startBackend} from "../backend/index";
import type {Answer} from "./answer";
import type {Answering} from "./answering";
import {readHuggingFace} from "./hugging-face";
import {answersTo, openReader, type Reader} from "./reader";
import {thresholdOf} from "./threshold";
import {type WhyAnswer, whyAnswer} from "./why";

/** @file A reader that was trained, and what it answers. */

/**
 * A reader of a Hugging Face folder, or of a run's folder model/.
 *
 * @param nullThreshold As `--null-threshold` has it: when it answers with nothing; auto: as it was trained.
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
): Promise<{readonly answer: Answer; readonly why?: WhyAnswer}> {
  const [answer] = await answersTo(reader, [{id: "asked", question, context, answers: []}], top);
  return why ? {answer, why: await whyAnswer(reader, answer, samples, seed)} : {answer};
}
