import {UserError} from "../../nouns/options";
import type {Question} from "../data/text/questions";
import type {Token} from "../data/text/word-piece";
import type {KeptQuestion} from "./files";
import type {Reader} from "./reader";
import type {Tracked} from "./tracked";

/** How many questions are tracked by default. */
const TRACKED = 3;

/**
 * The places of the questions to track.
 *
 * @param list The value of `--track`: places with commas between them, none, or "" for the first three.
 * @throws UserError if there is no such place.
 */
export function trackedOf(list: string, heldOut: readonly Question[]): number[] {
  const count = heldOut.length;
  if (list === "none") return [];
  if (list === "") {
    // of made ones those that only who finds the question's event on the board answers
    const hard = heldOut.flatMap(({id}, place) => (id.endsWith("-alike") ? [place] : []));
    return [...hard, ...heldOut.keys()]
      .slice(0, Math.min(TRACKED, count))
      .filter((place, n, all) => all.indexOf(place) === n);
  }
  const places = list.split(",").map((place) => (place.trim() === "" ? Number.NaN : Number(place)));
  for (const place of places) {
    if (!(Number.isInteger(place) && place >= 0 && place < count)) {
      throw new UserError(`--track: expected places from 0 to ${count - 1}, or none, got "${list}"`);
    }
  }
  return [...new Set(places)];
}

/** The held-out questions, and for tracked ones the window that the reader gets. */
export function keptQuestions(
  reader: Reader,
  heldOut: readonly Question[],
  tracked: readonly Tracked[],
): KeptQuestion[] {
  const known = new Map(tracked.map((one) => [one.place, one]));
  return heldOut.map((question, place) => {
    const one = known.get(place);
    if (!one) return question;
    const {window} = one;
    const special = (piece: string) => ({piece, in: "" as const, from: 0, to: 0});
    const placed = (part: "question" | "text", tokens: readonly Token[]) =>
      tokens.map(({text, from, to}) => ({piece: text, in: part, from, to}));
    const tokens = [
      special("[CLS]"),
      ...placed("question", reader.words.tokenize(question.question)),
      special("[SEP]"),
      ...placed("text", window.tokens),
      special("[SEP]"),
    ];
    return {...question, tracked: {tokens, right: [window.start, window.end] as const}};
  });
}
