/** @file The page's colours as numbers, read from the style sheet's tokens so that both themes have one source. */

import type {ClassLook} from "../../plots/class-looks";

export type Rgb = readonly [red: number, green: number, blue: number];

export interface Tokens {
  readonly ink: Rgb;
  readonly panel: Rgb;
  readonly raised: Rgb;
  readonly tile: Rgb;
  readonly muted: Rgb;
  /** The colour for "right" and "for", and the one for "wrong" and "against". */
  readonly ok: Rgb;
  readonly bad: Rgb;
  readonly saliency: Rgb;
  readonly dot: Rgb;
  /** The class colours, by hue. */
  readonly classes: readonly Rgb[];
}

export function tokens(): Tokens {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): Rgb => {
    const hex = style.getPropertyValue(name).trim().slice(1);
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb; // three of them
  };
  return {
    ink: color("--ink"),
    panel: color("--panel"),
    raised: color("--raised"),
    tile: color("--tile"),
    muted: color("--ink-3"),
    ok: color("--ok"),
    bad: color("--bad"),
    saliency: color("--sal"),
    dot: color("--dot"),
    classes: Array.from({length: 10}, (_, k) => color(`--c${k}`)),
  };
}

/** The style sheet's colour of a class's hue. */
export function hueVariable({hue}: ClassLook): string {
  return `var(--c${hue})`;
}

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/** WCAG 2.2's contrast ratio, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * The first of the theme's ink, paper, black and white that is legible on `ground` (4.6:1), or else the one with the
 * most contrast.
 */
export function inkOn(ground: Rgb, {ink, panel}: Tokens): Rgb {
  const inks: readonly Rgb[] = [ink, panel, [0, 0, 0], [255, 255, 255]];
  return (
    inks.find((color) => contrast(ground, color) >= 4.6) ??
    inks.reduce((best, color) => (contrast(ground, color) > contrast(ground, best) ? color : best))
  );
}
