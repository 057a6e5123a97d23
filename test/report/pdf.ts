import {PDFiumLibrary} from "@hyzyla/pdfium";
import {type Canvas, createCanvas} from "@napi-rs/canvas";

/** Pixels to a PDF's point (1/72 of an inch). */
export const PDF_SCALE = 2;

/** The pages of a PDF as Chromium's own PDF reader draws them. */
export async function pdfPages(pdf: Uint8Array): Promise<Canvas[]> {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(pdf);
  const pages: Canvas[] = [];
  for (const page of document.pages()) {
    const {width, height, data} = await page.render({scale: PDF_SCALE, render: "bitmap"});
    const canvas = createCanvas(width, height);
    const context = canvas.getContext("2d");
    const sheet = context.createImageData(width, height);
    sheet.data.set(data);
    context.putImageData(sheet, 0, 0);
    pages.push(canvas);
  }
  document.destroy();
  library.destroy();
  return pages;
}
