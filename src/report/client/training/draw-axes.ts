import {acrossOf, CONFIDENCE_TICKS, heightOf, VARIABILITY_TICKS} from "../../../plots/data-map-axes";
import {css, type Tokens} from "../colors";
import {rem} from "../dom";

/** The size of a canvas, and the room beside the dots, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

type Color = Tokens["ink"];

/** Writes the numbers on both axes of the data map. @param zoomed Whether the axes spread the corners. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  {width, height, left, right, top, bottom}: Frame,
  zoomed: boolean,
  color: Color,
): void {
  const kind = zoomed ? "zoomed" : "plain";
  context.font = `${0.75 * rem()}px ${getComputedStyle(document.body).fontFamily}`;
  context.fillStyle = css(color);
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const tick of CONFIDENCE_TICKS[kind]) {
    const y = top + (height - top - bottom) * (1 - heightOf(tick, zoomed));
    context.fillText(`${100 * tick} %`, left - 6, y);
  }
  context.textAlign = "center";
  for (const tick of VARIABILITY_TICKS[kind]) {
    const x = left + (width - left - right) * acrossOf(tick, zoomed);
    context.fillText(String(tick), Math.min(x, width - 8), height - 0.6 * rem());
  }
}
