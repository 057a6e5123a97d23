/**
 * @file Turns a panel into plain shapes, in pixels from its corner, which can be written as SVG that any program reads,
 * or drawn as PNG. Positions and colours are those that the browser has computed. The file is long because it is one
 * walk through one tree.
 */

/** How a shape's own coordinates become those of the panel, as in SVG's `matrix(a b c d e f)`. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export type Shape =
  | {
      readonly kind: "path";
      readonly d: string;
      readonly at: Matrix;
      readonly fill: string;
      readonly evenOdd: boolean;
      readonly stroke: string;
      readonly width: number;
      readonly dash: readonly number[];
      readonly opacity: number;
    }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly at: Matrix;
      readonly anchor: "start" | "middle" | "end";
      readonly size: number;
      readonly weight: string;
      readonly family: string;
      readonly fill: string;
      /** The colour around the letters; "" for none. */
      readonly halo: string;
      readonly opacity: number;
    }
  | {
      readonly kind: "image";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly source: HTMLCanvasElement;
      readonly pixelated: boolean;
    };

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

/** Parts that are controls and do not belong to the picture. */
const LEFT_OUT = ".panel-tools, .q, .save, .tools, .map-card, .tray-clear, .btn, [hidden]";
const CLEAR = "rgba(0, 0, 0, 0)";
const HERE: Matrix = [1, 0, 0, 1, 0, 0];

/** Everything that is visible of a panel. */
export function sceneOf(panel: HTMLElement): Scene {
  const origin = panel.getBoundingClientRect();
  const shapes: Shape[] = [];
  const walk = (element: Element, clip: DOMRect) => {
    if (element.matches(LEFT_OUT)) return;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden") return;
    if (style.display !== "contents" && (box.width === 0 || box.height === 0) && !element.children.length) return;
    if (box.bottom < clip.top || box.top > clip.bottom || box.right < clip.left || box.left > clip.right) return;
    if (element instanceof SVGSVGElement) {
      shapes.push(...vectors(element, origin));
      return;
    }
    if (element instanceof HTMLCanvasElement) {
      shapes.push(...pictureOf(element, style, box, origin));
      return;
    }
    shapes.push(...boxes(style, box, origin));
    const inner = element.classList.contains("scrolls") ? box : clip;
    for (const node of element.childNodes) {
      if (node instanceof Element) walk(node, inner);
      else if (node instanceof Text) shapes.push(...lines(node, element, style, origin, inner));
    }
  };
  walk(panel, origin);
  return {width: origin.width, height: origin.height, shapes};
}

/** An element's background, border and ring. */
function boxes(style: CSSStyleDeclaration, box: DOMRect, origin: DOMRect): Shape[] {
  const found: Shape[] = [];
  const [x, y] = [box.left - origin.left, box.top - origin.top];
  const corner = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, box.width / 2, box.height / 2);
  const radius = style.borderTopLeftRadius.endsWith("%") ? Math.min(box.width, box.height) / 2 : corner;
  const opacity = Number(style.opacity);
  const put = (fill: string, stroke: string, width: number, inset: number) => {
    const d = rounded(x + inset, y + inset, box.width - 2 * inset, box.height - 2 * inset, Math.max(0, radius - inset));
    found.push({kind: "path", d, at: HERE, fill, evenOdd: false, stroke, width, dash: [], opacity});
  };
  const [hatch] = style.backgroundImage.match(/rgba?\([^)]*\)/) ?? [];
  if (style.backgroundColor !== CLEAR) put(style.backgroundColor, "none", 0, 0);
  else if (hatch) put(hatch, "none", 0, 0); // stripes are drawn as a full area
  const border = Number.parseFloat(style.borderTopWidth);
  if (border > 0 && style.borderTopStyle !== "none" && style.borderLeftStyle !== "none") {
    put("none", style.borderTopColor, border, border / 2);
  } else if (border > 0 && style.borderTopStyle !== "none") {
    const d = `M${x} ${y}H${x + box.width}`;
    const line = {d, fill: "none", stroke: style.borderTopColor, width: border, dash: [], opacity};
    found.push({kind: "path", at: HERE, evenOdd: false, ...line});
  }
  // rings are shadows without blur: `rgb(…) 0px 0px 0px 2px inset`
  for (const [, color, width, inset] of style.boxShadow.matchAll(/(rgba?\([^)]*\)) 0px 0px 0px ([\d.]+)px( inset)?/g)) {
    const thick = Number(width);
    put("none", color, thick, inset ? thick / 2 : -thick / 2);
  }
  return found;
}

function rounded(x: number, y: number, width: number, height: number, r: number): string {
  if (!(r > 0)) return `M${x} ${y}h${width}v${height}h${-width}Z`;
  const [w, h] = [width - 2 * r, height - 2 * r];
  const arc = (dx: number, dy: number) => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
  return `M${x + r} ${y}h${w}${arc(r, r)}v${h}${arc(-r, r)}h${-w}${arc(-r, -r)}v${-h}${arc(r, -r)}Z`;
}

/** The lines of a text node, each at its place; upright headings and rotated words keep their rotation. */
function lines(node: Text, element: Element, style: CSSStyleDeclaration, origin: DOMRect, clip: DOMRect): Shape[] {
  if (!node.data.trim()) return [];
  const size = Number.parseFloat(style.fontSize);
  const look = {
    ...{size, weight: style.fontWeight, family: style.fontFamily, fill: style.color, halo: ""},
    opacity: Number(style.opacity),
  };
  const range = document.createRange();
  range.selectNodeContents(node);
  const whole = range.getBoundingClientRect();
  const turn = turnOf(element);
  if (turn) {
    const [cx, cy] = [(whole.left + whole.right) / 2 - origin.left, (whole.top + whole.bottom) / 2 - origin.top];
    const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
    const down = 0.35 * size; // from the middle of the letters to their baseline
    const at: Matrix = [cos, sin, -sin, cos, cx - sin * down, cy + cos * down];
    return [{kind: "text", text: node.data.trim(), at, anchor: "middle", ...look}];
  }
  const found: Shape[] = [];
  let [from, top] = [0, Number.NaN];
  const flush = (to: number) => {
    const raw = node.data.slice(from, to);
    const text = raw.trim();
    if (!text) return;
    const start = from + raw.indexOf(text);
    range.setStart(node, start);
    range.setEnd(node, start + text.length);
    const box = [...range.getClientRects()].find(({width}) => width > 0);
    if (!box || box.bottom > clip.bottom + 1 || box.top < clip.top - 1) return;
    if (box.right > clip.right + 1 || box.left < clip.left - 1) return; // scrolled out of sight, or half
    const y = box.top - origin.top + box.height * ascentShare(style);
    const x = (box.left + box.right) / 2 - origin.left;
    found.push({kind: "text", text, at: [1, 0, 0, 1, x, y], anchor: "middle", ...look});
  };
  for (let i = 0; i < node.length; i++) {
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const box = range.getClientRects()[0];
    if (!box || box.width === 0) continue;
    if (Math.abs(box.top - top) > size / 2) {
      flush(i);
      from = i;
    }
    top = box.top;
  }
  flush(node.length);
  return found;
}

/** The share of a line's box that lies above the baseline of its letters. */
function ascentShare({fontWeight, fontSize, fontFamily}: CSSStyleDeclaration): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return 0.8; // this fits most fonts
  pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  const {fontBoundingBoxAscent: above, fontBoundingBoxDescent: below} = pen.measureText("x");
  return above / (above + below);
}

let pen: CanvasRenderingContext2D | null | undefined;

/** The rotation of an element's text in radians, clockwise; 0 for most elements. */
function turnOf(element: Element): number {
  let turn = 0;
  for (let at: Element | null = element; at && !at.matches(".panel"); at = at.parentElement) {
    const {writingMode, transform} = getComputedStyle(at);
    if (at === element && writingMode.startsWith("vertical")) turn += Math.PI / 2;
    if (transform !== "none") {
      const {a, b} = new DOMMatrix(transform);
      turn += Math.atan2(b, a);
    }
  }
  return Math.abs(turn) < 1e-6 ? 0 : turn;
}

/** A canvas as it is shown: complete within its box, and in the ink of its theme. */
function pictureOf(canvas: HTMLCanvasElement, style: CSSStyleDeclaration, box: DOMRect, origin: DOMRect): Shape[] {
  if (!canvas.width || !canvas.height) return [];
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d");
  context?.drawImage(canvas, 0, 0);
  if (context && style.filter.includes("invert(1)")) {
    const sheet = context.getImageData(0, 0, copy.width, copy.height);
    for (let i = 0; i < sheet.data.length; i++) if (i % 4 < 3) sheet.data[i] = 255 - sheet.data[i];
    context.putImageData(sheet, 0, 0);
  }
  const scale =
    style.objectFit === "contain" ? Math.min(box.width / canvas.width, box.height / canvas.height) : undefined;
  const [width, height] = scale ? [canvas.width * scale, canvas.height * scale] : [box.width, box.height];
  return [
    {
      kind: "image",
      x: box.left - origin.left + (box.width - width) / 2,
      y: box.top - origin.top + (box.height - height) / 2,
      width,
      height,
      source: copy,
      pixelated: style.imageRendering === "pixelated",
    },
  ];
}

/** The shapes of which a chart is made. */
function vectors(sheet: SVGSVGElement, origin: DOMRect): Shape[] {
  const found: Shape[] = [];
  for (const element of sheet.querySelectorAll<SVGGraphicsElement>("path, line, circle, text")) {
    const style = getComputedStyle(element);
    const matrix = element.getScreenCTM();
    if (!matrix || style.display === "none") continue;
    const at: Matrix = [matrix.a, matrix.b, matrix.c, matrix.d, matrix.e - origin.left, matrix.f - origin.top];
    const opacity = Number(style.opacity);
    const stroked = style.stroke !== "none";
    if (element instanceof SVGTextElement) {
      const [x, y] = ["x", "y"].map((name) => Number(element.getAttribute(name) ?? 0));
      const anchor = style.textAnchor as "start" | "middle" | "end";
      const moved: Matrix = [at[0], at[1], at[2], at[3], at[0] * x + at[2] * y + at[4], at[1] * x + at[3] * y + at[5]];
      found.push({
        ...{kind: "text", text: element.textContent ?? "", at: moved, anchor, fill: style.fill, opacity},
        ...{size: Number.parseFloat(style.fontSize), weight: style.fontWeight, family: style.fontFamily},
        halo: stroked ? style.stroke : "",
      });
      continue;
    }
    found.push({
      ...{kind: "path", d: outline(element), at, fill: style.fill, evenOdd: style.fillRule === "evenodd", opacity},
      stroke: stroked ? style.stroke : "none",
      width: stroked ? Number.parseFloat(style.strokeWidth) : 0,
      dash: style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(",").map(Number.parseFloat),
    });
  }
  return found;
}

function outline(element: SVGGraphicsElement): string {
  const number = (name: string) => Number(element.getAttribute(name) ?? 0);
  if (element instanceof SVGLineElement) return `M${number("x1")} ${number("y1")}L${number("x2")} ${number("y2")}`;
  if (element instanceof SVGCircleElement) {
    const [x, y, r] = ["cx", "cy", "r"].map(number);
    return `M${x + r} ${y}a${r} ${r} 0 1 1 ${-2 * r} 0a${r} ${r} 0 1 1 ${2 * r} 0Z`;
  }
  return element.getAttribute("d") ?? "";
}
