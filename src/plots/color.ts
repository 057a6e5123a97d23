import {classLook} from "./class-looks";
import type {Mark} from "./marks";

/** Red, green and blue, 0 to 255 each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Ink and its two paler shades for text and rules; their contrast on white is 17.8, 8.9 and 5.5 to 1. */
export const INK = "#15181d";
export const INK_2 = "#434a55";
export const INK_3 = "#626a76";
export const LINE = "#dde0e5";

/**
 * Blue means right, or for; orange means wrong, or against. The same pair is used everywhere; colour-blind people can
 * tell the two apart.
 */
export const FOR: Rgb = [0x1f, 0x5f, 0xb8];
export const AGAINST: Rgb = [0xbb, 0x3e, 0x03];

/**
 * Ten colours for classes. Each has a contrast of at least 3:1 on white, and any two are at least 0.161 apart in OKLab
 * (0.095 in simulated protanopia and deuteranopia). They are ordered so that the digits 4/9, 3/5, 7/9 and 3/8 are far
 * apart. Ten are still too many to be told apart by colour alone, so clusters should be named, too.
 */
const CLASSES: readonly Rgb[] = [
  [0x01, 0x6f, 0x9e],
  [0x2f, 0x54, 0x0a],
  [0x6c, 0xa3, 0x52],
  [0xbe, 0x0b, 0x5e],
  [0x2d, 0x2e, 0xb4],
  [0x64, 0x95, 0xe5],
  [0x74, 0x18, 0x78],
  [0xa0, 0x65, 0x00],
  [0x84, 0x50, 0xdc],
  [0xd7, 0x75, 0xa4],
];

/**
 * The colour of class k out of `classes`. After ten, colours repeat, and marks tell classes with the same colour apart
 * (class-looks.ts).
 */
export function classColor(k: number, classes: number): Rgb {
  return CLASSES[classLook(k, classes).hue];
}

/** Each class's mark and colour. */
export function looksOf(classNames: readonly string[]): {readonly mark: Mark; readonly color: Rgb}[] {
  return classNames.map((_, k) => {
    const {hue, mark} = classLook(k, classNames.length);
    return {mark, color: CLASSES[hue]};
  });
}

/** Grey, from 0 (black) to 1 (white). Other values are clipped; NaN counts as 0. */
export function intensity(value: number): Rgb {
  const grey = 255 * clamp(value, 0, 1);
  return [grey, grey, grey];
}

/** Orange at −1 (against), white at 0, blue at +1 (for). Other values are clipped; NaN counts as 0. */
export function signed(value: number): Rgb {
  const v = clamp(value, -1, 1);
  return mix([255, 255, 255], v < 0 ? AGAINST : FOR, Math.abs(v));
}

/** From white at 0 through teal to nearly black at 1, for magnitudes. Other values are clipped; NaN counts as 0. */
export function sequential(value: number): Rgb {
  const v = clamp(value, 0, 1);
  return v < 0.6
    ? mix([255, 255, 255], [0x00, 0x8a, 0x7c], v / 0.6)
    : mix([0x00, 0x8a, 0x7c], [0x06, 0x1f, 0x26], (v - 0.6) / 0.4);
}

/** From `a` at 0 to `b` at 1, linearly in sRGB. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export function css([red, green, blue]: Rgb, opacity = 1): string {
  return `rgba(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)}, ${opacity})`;
}

/** Relative luminance (WCAG 2.2): 0 black, 1 white. */
export function luminance(color: Rgb): number {
  const [r, g, b] = color.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * The magnitude that maps to full colour: the given quantile of |values|, so that one hot pixel does not wash out the
 * rest. 1 if all values are 0, so that an empty map is drawn empty and nothing is divided by 0.
 */
export function magnitude(values: ArrayLike<number>, quantile = 0.99): number {
  const sorted = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) sorted[i] = Math.abs(values[i]);
  sorted.sort();
  return sorted[Math.floor((sorted.length - 1) * quantile)] || sorted[sorted.length - 1] || 1;
}

function clamp(value: number, low: number, high: number): number {
  return value > low ? Math.min(value, high) : value <= low ? low : 0;
}
