import {createHash} from "node:crypto";

import {UserError} from "../../nouns/options";
import type {Question} from "../data/text/questions";
import type {WordPiece} from "../data/text/word-piece";

/** SHA-256 of the questions and the vocabulary that a run learns from, in hexadecimal. */
export interface ReaderDigests {
  readonly questions: string;
  readonly words: string;
}

interface Split {
  readonly train: readonly Question[];
  readonly heldOut: readonly Question[];
}

export function digestsOf(split: Split, {vocabulary}: WordPiece): ReaderDigests {
  return {questions: questionsDigest(split), words: digestOf(vocabulary)};
}

/** The digest of all questions, those to train on first. */
export function questionsDigest({train, heldOut}: Split): string {
  return digestOf([...train, ...heldOut].map((one) => JSON.stringify(one)));
}

function digestOf(lines: readonly string[]): string {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest("hex");
}

interface Begun {
  readonly name: string;
  readonly digests?: ReaderDigests;
  readonly options: {readonly data: string; readonly from: string};
}

/**
 * @param begun The facts of the run; a run of an earlier version has no digests.
 * @throws UserError if its questions or its vocabulary have changed.
 */
export function checkDigests({name, digests, options}: Begun, now: Partial<ReaderDigests>): void {
  const places = {questions: options.data || "the made questions", words: options.from || options.data};
  for (const what of ["questions", "words"] as const) {
    const [expected, got] = [digests?.[what], now[what]];
    if (expected === undefined || got === undefined || expected === got) continue;
    throw new UserError(
      `${places[what]}: expected the ${what} with which ${name} began (SHA-256 ${expected.slice(0, 12)}…), got others (${got.slice(0, 12)}…)`,
    );
  }
}
