import {PDFDocument} from "@napi-rs/canvas";

import {INK_3} from "./color";
import type {Canvas2D, Sheet} from "./figure";
import {text} from "./text";

/** The size of A4 in points, its longer side first; and the white margin. */
const [LONG, SHORT, MARGIN] = [842, 595, 36];

/**
 * Writes sheets as a PDF, one on each page, in portrait or landscape format, whichever shows the sheet larger. Lines
 * and letters stay lines and letters.
 */
export function pdfOf(title: string, sheets: readonly Sheet[]): Uint8Array {
  const pdf = new PDFDocument({title});
  for (const [n, sheet] of sheets.entries()) {
    const {pageWidth, pageHeight, scale} = placed(sheet);
    const context = pdf.beginPage(pageWidth, pageHeight) as unknown as Canvas2D; // the same class by another name in its types
    context.save();
    context.translate((pageWidth - scale * sheet.width) / 2, MARGIN);
    context.scale(scale, scale);
    sheet.draw(context);
    context.restore();
    text(context, `${title}   ${n + 1} / ${sheets.length}`, MARGIN, pageHeight - 18, {size: 9, color: INK_3});
    pdf.endPage();
  }
  return pdf.close();
}

function placed({width, height}: Pick<Sheet, "width" | "height">) {
  const on = (pageWidth: number, pageHeight: number) => {
    const scale = Math.min((pageWidth - 2 * MARGIN) / width, (pageHeight - 2 * MARGIN) / height);
    return {pageWidth, pageHeight, scale};
  };
  const [flat, upright] = [on(LONG, SHORT), on(SHORT, LONG)];
  return upright.scale > flat.scale ? upright : flat;
}
