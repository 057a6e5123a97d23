import {PDFDocument} from "@napi-rs/canvas";

import {INK_3} from "./color";
import type {Canvas2D, Sheet} from "./figure";
import {text} from "./text";

/** A4 on its side, in points; and the white around. */
const [WIDTH, HEIGHT, MARGIN] = [842, 595, 36];

/** Sheets as a PDF, a page each, as large as the page holds; lines and letters stay lines and letters. */
export function pdfOf(title: string, sheets: readonly Sheet[]): Uint8Array {
  const pdf = new PDFDocument({title});
  for (const [n, {width, height, draw}] of sheets.entries()) {
    const context = pdf.beginPage(WIDTH, HEIGHT) as unknown as Canvas2D; // the same class by another name in its types
    const scale = Math.min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height);
    context.save();
    context.translate((WIDTH - scale * width) / 2, MARGIN);
    context.scale(scale, scale);
    draw(context);
    context.restore();
    text(context, `${title}   ${n + 1} / ${sheets.length}`, MARGIN, HEIGHT - 18, {size: 9, color: INK_3});
    pdf.endPage();
  }
  return pdf.close();
}
