import {Path2D} from "@napi-rs/canvas";
import type {Canvas2D} from "./figure";
import {MARK_PATHS, type Mark} from "./marks";

const paths = new Map<Mark, Path2D>();

/** Fills a mark around (x, y) in the context's colour. */
export function drawMark(context: Canvas2D, mark: Mark, x: number, y: number, radius: number): void {
  if (mark === "disc") {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  const path = paths.get(mark) ?? new Path2D(MARK_PATHS[mark]);
  paths.set(mark, path);
  context.save();
  context.translate(x, y);
  context.scale(radius, radius);
  context.fill(path, "evenodd");
  context.restore();
}
