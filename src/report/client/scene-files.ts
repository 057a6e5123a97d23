import {svg} from "./dom";
import type {Scene, Shape} from "./scene";

/** How many pixels of a PNG a pixel of the page becomes. */
const SHARP = 2;

/** A scene as a separate SVG file: shapes, text as text, and the page's font. */
export function svgFile({width, height, shapes}: Scene): Blob {
  const sheet = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`});
  const fonts = [...document.styleSheets].flatMap((styles) =>
    [...styles.cssRules].filter((rule) => rule instanceof CSSFontFaceRule).map(({cssText}) => cssText),
  );
  sheet.append(svg("style", {}, fonts.join("\n")));
  for (const shape of shapes) sheet.append(elementOf(shape));
  return new Blob([new XMLSerializer().serializeToString(sheet)], {type: "image/svg+xml"});
}

function elementOf(shape: Shape): SVGElement {
  if (shape.kind === "image") {
    const {x, y, width, height, source, pixelated} = shape;
    const how = pixelated ? {"image-rendering": "pixelated"} : {};
    return svg("image", {x, y, width, height, href: source.toDataURL(), preserveAspectRatio: "none", ...how});
  }
  const transform = `matrix(${shape.at.map((v) => Number(v.toFixed(4))).join(" ")})`;
  const opacity = shape.opacity < 1 ? shape.opacity : undefined;
  if (shape.kind === "text") {
    const {text, anchor, size, weight, family, fill, halo} = shape;
    const font = {"font-family": family, "font-size": size, "font-weight": weight, "text-anchor": anchor};
    const around = halo ? {stroke: halo, "stroke-width": 3, "paint-order": "stroke"} : {};
    return svg("text", {transform, fill, opacity, ...font, ...around}, text);
  }
  const {d, fill, evenOdd, stroke, width, dash} = shape;
  const rule = evenOdd ? {"fill-rule": "evenodd"} : {};
  const line =
    stroke === "none" ? {} : {stroke, "stroke-width": width, "stroke-dasharray": dash.join(" ") || undefined};
  return svg("path", {d, transform, fill, opacity, ...rule, ...line});
}

/** A scene as a PNG file. @throws Error if the browser cannot make it, because the panel is too large. */
export async function pngFile(scene: Scene): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(scene.width * SHARP);
  canvas.height = Math.ceil(scene.height * SHARP);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("expected a canvas to draw on, got none");
  for (const shape of scene.shapes) draw(context, shape);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error(`expected a picture of ${canvas.width} × ${canvas.height} pixels, got none`);
  return blob;
}

function draw(context: CanvasRenderingContext2D, shape: Shape): void {
  context.setTransform(SHARP, 0, 0, SHARP, 0, 0);
  if (shape.kind === "image") {
    context.globalAlpha = 1;
    context.imageSmoothingEnabled = !shape.pixelated;
    context.drawImage(shape.source, shape.x, shape.y, shape.width, shape.height);
    return;
  }
  context.transform(...shape.at);
  context.globalAlpha = shape.opacity;
  if (shape.kind === "text") {
    context.font = `${shape.weight} ${shape.size}px ${shape.family}`;
    context.textAlign = shape.anchor === "middle" ? "center" : shape.anchor;
    context.textBaseline = "alphabetic";
    if (shape.halo) {
      [context.strokeStyle, context.lineWidth, context.lineJoin] = [shape.halo, 3, "round"];
      context.strokeText(shape.text, 0, 0);
    }
    context.fillStyle = shape.fill;
    context.fillText(shape.text, 0, 0);
    return;
  }
  const path = new Path2D(shape.d);
  if (shape.fill !== "none") {
    context.fillStyle = shape.fill;
    context.fill(path, shape.evenOdd ? "evenodd" : "nonzero");
  }
  if (shape.stroke === "none") return;
  context.strokeStyle = shape.stroke;
  context.lineWidth = shape.width;
  context.setLineDash([...shape.dash]);
  context.stroke(path);
  context.setLineDash([]);
}
