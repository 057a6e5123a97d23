import {createCanvas, GlobalFonts} from "@napi-rs/canvas";

/**
 * @file Finds fonts that can draw a text. A canvas draws an empty box for a letter that its font lacks, without an
 * error. Our font, DejaVu, has European letters, Arabic and Hebrew. For other letters, a font of this machine is used,
 * or else GNU Unifont, which has nearly all letters in a coarse form. A letter that no font has is written as an
 * escape.
 */

/** A text in a form that can be drawn. */
export interface Drawable {
  readonly words: string;
  /** Font families, as in CSS' font-family: each letter is drawn with the first font that has it. */
  readonly families: string;
}

const COARSE = "Plot Coarse";
/** Fonts that draw every letter as a box or as nothing. */
const IMPOSTORS = /last ?resort|adobe blank|^Plot/i;
/** Our font has all letters below this number (the Latin ones). */
const LATIN = 0x250;
/** A code point that is certainly not a letter, because the last plane is for private use. */
const NO_LETTER = "\u{10fffd}";
/** Characters that are only visible by their effect on others. */
const UNSEEN = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Mark}]$/u;

const known = new Map<string, Map<string, string | null>>();

/** @param family One of our fonts, which is tried first. */
export function drawable(text: string, family: string): Drawable {
  const families = new Set([family]);
  let words = "";
  for (const letter of text) {
    const code = letter.codePointAt(0) as number; // a letter is never empty
    const from = code < LATIN || UNSEEN.test(letter) ? family : fontWith(letter, family);
    if (from !== null) families.add(from);
    words += from === null ? `\\u{${code.toString(16)}}` : letter;
  }
  return {words, families: Array.from(families, (name) => JSON.stringify(name)).join(", ")};
}

/** The first font that has a letter; null if there is none. */
function fontWith(letter: string, family: string): string | null {
  const cache = known.get(family) ?? new Map<string, string | null>();
  known.set(family, cache);
  let found = cache.get(letter);
  if (found === undefined) {
    const used = [...new Set(cache.values())].filter((name): name is string => name !== null && name !== COARSE);
    found = [family, ...used, ...systemFonts()].find((name) => has(name, letter)) ?? null;
    if (found === null) {
      loadCoarse();
      if (has(COARSE, letter)) found = COARSE;
    }
    cache.set(letter, found);
  }
  return found;
}

let system: readonly string[] | undefined;
/** This machine's fonts, plain ones first; their names show which ones are plain. */
function systemFonts(): readonly string[] {
  system ??= GlobalFonts.families
    .map((font) => font.family)
    .filter((name) => !IMPOSTORS.test(name))
    .sort((a, b) => Number(/sans|emoji/i.test(b)) - Number(/sans|emoji/i.test(a)) || (a < b ? -1 : 1));
  return system;
}

let loaded = false;
/** Loads GNU Unifont. This takes a tenth of a second, so it is done only if it is needed. */
function loadCoarse(): void {
  if (!loaded) {
    const path = require.resolve("@fontsource/unifontex/files/unifontex-latin-400-normal.woff");
    GlobalFonts.registerFromPath(path, COARSE);
  }
  loaded = true;
}

const SIDE = 32;
const sheet = createCanvas(SIDE, SIDE).getContext("2d");
const boxes = new Map<string, string>();

/** Whether a font draws something for a letter, and not the same as for a missing letter. */
function has(family: string, letter: string): boolean {
  let box = boxes.get(family);
  if (box === undefined) {
    box = inkOf(family, NO_LETTER);
    boxes.set(family, box);
  }
  const ink = inkOf(family, letter);
  return ink !== box && ink !== "";
}

/** A letter's pixels as a text; "" if there are none. */
function inkOf(family: string, letter: string): string {
  sheet.clearRect(0, 0, SIDE, SIDE);
  sheet.font = `${SIDE / 2}px ${JSON.stringify(family)}`;
  sheet.textAlign = "center";
  sheet.textBaseline = "middle";
  sheet.fillText(letter, SIDE / 2, SIDE / 2);
  const {data} = sheet.getImageData(0, 0, SIDE, SIDE);
  return data.some((value) => value !== 0) ? Buffer.from(data).toString("latin1") : "";
}
