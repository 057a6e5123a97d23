import {fitted} from "../../plots/fitted";
import {rem} from "./dom";

let context: CanvasRenderingContext2D | null | undefined;
let family = "";

/**
 * The width of one line of text in the page's font, in pixels. @param style The style as in CSS' `font`, without the
 * family.
 */
export function textWidth(text: string, style: string): number {
  context ??= document.createElement("canvas").getContext("2d");
  family ||= getComputedStyle(document.body).fontFamily;
  if (!context) return 0;
  context.font = `${style} ${family}`;
  return context.measureText(text).width;
}

/** A text, shortened in the middle to this many rems, in a font of `size` rems. */
export function fittedTo(text: string, width: number, size: number, weight: number): string {
  const one = rem();
  return fitted(text, width * one, (some) => textWidth(some, `${weight} ${size * one}px`));
}
