import {windowsOf} from "../data/text/windows";
import type {Answering} from "./answering";

/**
 * The longest window that a reader gets for a question; if the question is not known, the longest that it takes.
 *
 * @returns Of `[length]` tokens each.
 * @throws UserError if the question leaves no room for its text.
 */
export function longestWindow(
  reader: Answering,
  asked?: {readonly question: string; readonly context: string},
): {readonly length: number; readonly ids: Int32Array; readonly types: Int32Array} {
  if (!asked) {
    const ids = new Int32Array(reader.longest).fill(reader.words.idOf("[UNK]"));
    return {length: reader.longest, ids, types: new Int32Array(reader.longest)};
  }
  const windows = windowsOf([{id: "asked", ...asked, answers: []}], reader.words, reader);
  const longest = windows.reduce((most, one) => (one.ids.length > most.ids.length ? one : most));
  const {ids, types} = longest;
  return {length: ids.length, ids: Int32Array.from(ids), types: Int32Array.from(types)};
}
