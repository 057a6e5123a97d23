import {createCanvas, GlobalFonts} from "@napi-rs/canvas";
import {visible} from "../escape/visible";
import type {Canvas2D} from "./figure";

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
  /** Cut with an ellipsis to this width in units. */
  readonly maxWidth?: number;
  /** A colour around the letters, so that they stand out from what is behind. */
  readonly halo?: string;
}

// The canvas draws no text at all, and says nothing, where it has no font: so ours comes with the package.
for (const [file, family] of [
  ["DejaVuSans.ttf", "Plot"],
  ["DejaVuSans-Bold.ttf", "Plot Bold"],
  ["DejaVuSansMono.ttf", "Plot Mono"],
]) {
  GlobalFonts.registerFromPath(require.resolve(`dejavu-fonts-ttf/ttf/${file}`), family);
}

/** Of longer texts the first letters alone are measured and drawn: a line of a picture has room for no more. */
const MOST_LETTERS = 500;

/** Its own sheet: text has a width before the sheet that it goes on has one. */
const measuring = createCanvas(1, 1).getContext("2d");

/** Writes one line of text at (x, y). What is no letter in it is shown as an escape: NUL ends no text, no line turns. */
export function text(context: Canvas2D, words: string, x: number, y: number, style: TextStyle = {}): void {
  const {color = "#15181d", align = "left", baseline = "middle", angle = 0, maxWidth = Infinity} = style;
  context.save();
  context.font = fontOf(style);
  context.fillStyle = color;
  context.textAlign = align;
  context.textBaseline = baseline;
  context.translate(x, y);
  context.rotate(angle);
  const shown = shortened(context, visible(words), maxWidth);
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
  measuring.font = fontOf(style);
  return measuring.measureText(visible(words.slice(0, MOST_LETTERS))).width;
}

function fontOf({size = 12, bold = false, mono = false}: TextStyle): string {
  return `${size}px "${mono ? "Plot Mono" : bold ? "Plot Bold" : "Plot"}"`;
}

function shortened(context: Canvas2D, words: string, maxWidth: number): string {
  if (words.length <= MOST_LETTERS) {
    if (maxWidth === Infinity || context.measureText(words).width <= maxWidth) return words;
  }
  const letters = Array.from(words.slice(0, MOST_LETTERS));
  while (letters.length > 1 && context.measureText(`${letters.join("")}…`).width > maxWidth) letters.pop();
  return `${letters.join("")}…`;
}
