import {createCanvas, GlobalFonts} from "@napi-rs/canvas";
import {visible} from "../escape/visible";
import type {Canvas2D} from "./figure";
import {fitted} from "./fitted";
import {drawable} from "./glyphs";

export interface TextStyle {
  /** Height of the font in units. */
  readonly size?: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
  readonly color?: string;
  readonly align?: "left" | "center" | "right";
  readonly baseline?: "top" | "middle" | "alphabetic" | "bottom";
  /** In radians, around (x, y), clockwise. */
  readonly angle?: number;
  /** Shortened in the middle to this width in units. */
  readonly maxWidth?: number;
  /** A colour around the letters, so that they stand out from what is behind. */
  readonly halo?: string;
}

// The canvas draws no text at all, and says nothing, if it has no font: so ours comes with the package.
for (const [file, family] of [
  ["DejaVuSans.ttf", "Plot"],
  ["DejaVuSans-Bold.ttf", "Plot Bold"],
  ["DejaVuSansMono.ttf", "Plot Mono"],
]) {
  GlobalFonts.registerFromPath(require.resolve(`dejavu-fonts-ttf/ttf/${file}`), family);
}

/** Longer texts: so many letters of both ends are measured and drawn, because a line of a picture has room for no more. */
const MOST_LETTERS = 250;

/** Its own sheet: text has a width before the sheet that it goes on has one. */
const measuring = createCanvas(1, 1).getContext("2d");

/** Writes one line of text at (x, y). What is no letter in it is shown as an escape: NUL ends no text, no line turns. */
export function text(context: Canvas2D, words: string, x: number, y: number, style: TextStyle = {}): void {
  const {color = "#15181d", align = "left", baseline = "middle", angle = 0, maxWidth = Infinity} = style;
  context.save();
  const {words: letters, font} = inFont(words, style);
  context.font = font;
  context.fillStyle = color;
  context.textAlign = align;
  context.textBaseline = baseline;
  context.translate(x, y);
  context.rotate(angle);
  const shown = fitted(letters, maxWidth, (some) => context.measureText(some).width);
  if (style.halo) {
    context.strokeStyle = style.halo;
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeText(shown, 0, 0);
  }
  context.fillText(shown, 0, 0);
  context.restore();
}

/** The width of one line in units, for laying out before the sheet exists. */
export function textWidth(words: string, style: TextStyle = {}): number {
  const {words: letters, font} = inFont(words, style);
  measuring.font = font;
  return measuring.measureText(letters).width;
}

/** A letter that is read from right to left, and the blanks between it and a figure. */
const FIGURE_AFTER =
  /([\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])(\s+)(?=\d)/gu;

/**
 * A text as it can be shown and drawn, and the font to draw it in. A figure after a name that is read from right to left
 * stays after it: a mark of direction between them (U+200E) tells that it is no part of the name.
 */
function inFont(text: string, {size = 12, bold = false, mono = false}: TextStyle): {words: string; font: string} {
  const {words, families} = drawable(visible(bounded(text)), mono ? "Plot Mono" : bold ? "Plot Bold" : "Plot");
  return {words: words.replace(FIGURE_AFTER, "$1\u200e$2"), font: `${size}px ${families}`};
}

function bounded(text: string): string {
  if (text.length <= 2 * MOST_LETTERS) return text;
  const [start, end] = [text.slice(0, MOST_LETTERS), text.slice(-MOST_LETTERS)];
  return `${start.replace(/[\ud800-\udbff]$/, "")}…${end.replace(/^[\udc00-\udfff]/, "")}`; // no half of a letter
}
