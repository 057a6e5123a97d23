import type {Tokens} from "../../nouns/samples";
import type {Window} from "../data/text/windows";
import type {WordPiece} from "../data/text/word-piece";

/** Start and end scores of a batch's tokens, `[window * tokens + token]`. */
export interface BatchLogits {
  readonly start: Float32Array;
  readonly end: Float32Array;
}

/** Anything that answers questions, whichever program computes it. */
export interface Answering {
  readonly words: WordPiece;
  /** The most tokens of a window, and how many tokens two windows of one text share. */
  readonly longest: number;
  readonly stride: number;
  /**
   * The reader gives no answer if [CLS] scores higher than the best span by more than this; absent if it always names a
   * span.
   */
  readonly noAnswer?: number;
  /** The most windows that it takes at a time; absent if there is no limit. */
  readonly atOnce?: number;
  logits(batch: Tokens): Promise<BatchLogits>;
  dispose(): void | Promise<void>;
}

/** Windows as one batch, as long as the longest of them. @param least The fewest tokens that the batch has. */
export function batchOf(windows: readonly Window[], least = 0): Tokens {
  const length = Math.max(least, ...windows.map(({ids}) => ids.length));
  const count = windows.length;
  const [ids, types] = [new Int32Array(count * length), new Int32Array(count * length)];
  const mask = new Float32Array(count * length);
  for (const [n, window] of windows.entries()) {
    ids.set(window.ids, n * length);
    types.set(window.types, n * length);
    mask.fill(1, n * length, n * length + window.ids.length);
  }
  return {count, length, ids, types, mask};
}

/** Start and end logits of each window's own tokens. */
export async function logitsOf(reader: Answering, windows: readonly Window[]): Promise<BatchLogits[]> {
  const batch = batchOf(windows);
  return ownTokens(windows, await reader.logits(batch), batch.length);
}

/** A batch's numbers by window, without padding. @param tokens How many tokens each window has, with padding. */
export function ownTokens(windows: readonly Window[], {start, end}: BatchLogits, tokens: number): BatchLogits[] {
  return windows.map(({ids}, n) => {
    const from = n * tokens;
    return {start: start.slice(from, from + ids.length), end: end.slice(from, from + ids.length)};
  });
}
