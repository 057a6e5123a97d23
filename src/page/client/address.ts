import {type Config, choicesOf, defaultsOf, SETTINGS} from "../config";
import type {Lesson} from "../lesson";
import type {Stroke} from "../rasterise";

/**
 * The page's state in its address: the settings that differ from the defaults, the moment, and the picture that is
 * shown.
 */
export interface Address {
  readonly config: Config;
  /** The moment of the training to go to, once the network is trained. */
  readonly at?: number | undefined;
  readonly test?: number | undefined;
  readonly strokes?: Stroke[] | undefined;
  /** Whether training begins at once. */
  readonly go: boolean;
  /** The step at which the tour begins, counted from 1. */
  readonly tour?: number | undefined;
  readonly theme?: "light" | "dark" | undefined;
}

const ABC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const [MOST_MOMENTS, TOUR_STEPS, LONGEST] = [100, 6, 4000];

/** Reads an address; any part that it does not understand is ignored. */
export function readAddress(hash: string, lesson: Lesson): Address {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const choices = choicesOf(lesson);
  const config = {...defaultsOf(lesson)};
  for (const name of SETTINGS) {
    const value = Number(given.get(name));
    if (given.has(name) && choices[name].includes(value)) Object.assign(config, {[name]: value});
  }
  const whole = (name: string, least: number, most: number) => {
    const value = Number(given.get(name) ?? Number.NaN);
    return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
  };
  const theme = given.get("theme");
  return {
    config,
    at: whole("at", 0, MOST_MOMENTS),
    test: whole("test", 0, lesson.test - 1),
    tour: whole("tour", 1, TOUR_STEPS),
    go: given.has("go") || given.has("at"),
    strokes: strokesOf(given.get("draw") ?? ""),
    theme: theme === "light" || theme === "dark" ? theme : undefined,
  };
}

/**
 * Writes an address.
 *
 * @returns The part after the "#".
 */
export function writeAddress(
  {config, at, test, strokes}: Omit<Address, "go" | "tour" | "theme">,
  lesson: Lesson,
): string {
  const kept = new URLSearchParams();
  const first = defaultsOf(lesson);
  for (const name of SETTINGS) if (config[name] !== first[name]) kept.set(name, String(config[name]));
  if (at !== undefined) kept.set("at", String(at));
  if (test !== undefined) kept.set("test", String(test));
  if (strokes?.length) kept.set("draw", lettersOf(strokes));
  return `${kept}`;
}

/** Two letters for each point, and a dot between strokes. */
function lettersOf(strokes: readonly Stroke[]): string {
  const letter = (v: number) => ABC[Math.max(0, Math.min(63, Math.round(v * 63)))];
  return strokes.map((stroke) => stroke.map(([x, y]) => letter(x) + letter(y)).join("")).join(".");
}

function strokesOf(text: string): Stroke[] | undefined {
  if (!/^[\w-]+(\.[\w-]+)*$/.test(text) || text.length > LONGEST) return undefined;
  const number = (letter: string) => ABC.indexOf(letter) / 63;
  const strokes = text
    .split(".")
    .map((part): Stroke => [...part.matchAll(/(.)(.)/g)].map(([, x, y]) => [number(x), number(y)] as const));
  const drawn = strokes.filter(({length}) => length > 0);
  return drawn.length ? drawn : undefined;
}
