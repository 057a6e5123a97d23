import {css, type Tokens} from "../colors";

/**
 * Draws the circle that the reader draws by hand, with dashes and a slightly darker inside. @param outline The numbers
 * x and y in turn.
 */
export function drawOutline(context: CanvasRenderingContext2D, outline: ArrayLike<number>, color: Tokens["ink"]): void {
  context.beginPath();
  for (let i = 0; i < outline.length; i += 2) context.lineTo(outline[i], outline[i + 1]);
  context.closePath();
  context.globalAlpha = 0.08;
  context.fillStyle = css(color);
  context.fill();
  context.globalAlpha = 1;
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = css(color);
  context.stroke();
  context.setLineDash([]);
}
