import {UserError} from "../nouns/options";
import {askReader, openSavedReader} from "../pipeline/qa/ask";
import {networkFolder, readerFolder} from "../pipeline/qa/find";

/** An answer that stands in the text. */
export interface QaAnswer {
  /** Its words, as the text has them; "" where a reader that was taught so finds no answer in it. */
  readonly answer: string;
  /** The probability of its start times that of its end, 0 to 1. */
  readonly score: number;
  /** Where it stands in the text: from the one character (as `slice` counts) to before the other. */
  readonly start: number;
  readonly end: number;
}

/** A network that answers questions about a text, open until it is disposed of. */
export interface OpenQa {
  /**
   * The likeliest answers to a question about a text, the likeliest first.
   *
   * @throws EpochscopeError BAD_OPTION where the question or the text is empty.
   */
  ask(
    question: string,
    context: string,
    options?: {readonly top?: number},
  ): Promise<QaAnswer & {readonly spans: readonly QaAnswer[]}>;
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a network that answers questions about a text (experimental): a run of `qa train`, or a Hugging Face folder.
 *
 * @param run A reader's run by its name, "latest", or a folder.
 * @example const {answer} = await (await openQa()).ask("Who wrote it?", "It was written by Ada.");
 * @throws EpochscopeError NOT_FOUND where there is none; BAD_DATA where it cannot be used.
 */
export async function openQa(run = "latest", {save = "save"}: {readonly save?: string} = {}): Promise<OpenQa> {
  const reader = await openSavedReader(networkFolder(readerFolder(save, run)));
  const dispose = async () => reader.dispose();
  return {
    async ask(question, context, {top = 5} = {}) {
      for (const [name, text] of Object.entries({question, context})) {
        if (!text.trim()) throw new UserError(`${name}: expected some words, got none`, {code: "BAD_OPTION"});
      }
      const {answer} = await askReader(reader, question, context, {top, why: false, samples: 0});
      return {...named(answer), spans: answer.spans.map(named)};
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

type Found = {readonly text: string; readonly from: number; readonly to: number; readonly probability: number};

function named({text, from, to, probability}: Found): QaAnswer {
  return {answer: text, score: probability, start: from, end: to};
}
