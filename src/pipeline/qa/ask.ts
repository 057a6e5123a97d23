import {UserError} from "../../nouns/options";
import {startBackend} from "../backend/index";
import {readHuggingFace} from "./hugging-face";
import {type Answer, answersTo, openReader, type Reader} from "./reader";
import {type WhyAnswer, whyAnswer} from "./why";

/** @file A reader that was trained, and what it answers. */

/** A reader of a Hugging Face folder, or of a run's folder model/. */
export async function openSavedReader(folder: string): Promise<Reader> {
  const saved = readHuggingFace(folder);
  if (saved.missing.length > 0) {
    throw new UserError(
      `${folder}: expected a network that answers questions, got one without ${saved.missing.join(", ")}`,
    );
  }
  await startBackend("wasm");
  const longest = saved.config.max_position_embeddings;
  return openReader(saved, {seed: 0, longest, stride: Math.min(128, Math.floor(longest / 4))});
}

/** The answer to one question about a text, and, if asked, which words speak for it. */
export async function askReader(
  reader: Reader,
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
