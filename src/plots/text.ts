import {createCanvas, GlobalFonts} from "@napi-rs/canvas";
import {visible} from "../escape/visible";
import type {Canvas2D} from "./figure";
import {fitted} from "./fitted";
import {drawable} from "./glyphs";

export interface TextStyle {
  /** The height of the font in units. */
  readonly size?: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
  readonly color?: string;
  readonly align?: "left" | "center" | "right";
  readonly baseline?: "top" | "middle" | "alphabetic" | "bottom";
  /** The rotation around (x, y) in radians, clockwise. */
  readonly angle?: number;
  /** If set, the text is shortened in the middle to this width in units. */
  readonly maxWidth?: number;
  /** A colour around the letters, so that they stand out from what is behind. */
  readonly halo?: string;
}

// Without a font, the canvas draws no text at all and reports no error, so our font is part of the package.
for (const [file, family] of [
  ["DejaVuSans.ttf", "Plot"],
  ["DejaVuSans-Bold.ttf", "Plot Bold"],
  ["DejaVuSansMono.ttf", "Plot Mono"],
]) {
  GlobalFonts.registerFromPath(require.resolve(`dejavu-fonts-ttf/ttf/${file}`), family);
}

/**
 * If a text is longer, only this many letters at both ends are measured and drawn, because a line of a picture has no
 * room for more.
 */
const MOST_LETTERS = 250;

/** A separate canvas for measuring, because the width of a text must be known before its sheet exists. */
const measuring = createCanvas(1, 1).getContext("2d");

/**
 * Writes one line of text at (x, y). Control characters are shown as escapes, so NUL does not end the text, and no
 * character changes its direction.
 */
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

/** Matches a letter that is read from right to left, and the blanks between it and a figure. */
const FIGURE_AFTER =
  /([\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])(\s+)(?=\d)/gu;

/**
 * A text in a form that can be shown and drawn, and the font for it. A figure after a name that is read from right to
 * left stays after it, because a direction mark between them (U+200E) shows that it is not part of the name.
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
