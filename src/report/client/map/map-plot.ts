import {css, type Tokens, tokens} from "../colors";
import type {Data, MapData} from "../data";
import {h, setText} from "../dom";
import {pct} from "../format";
import {ON_PROCESSOR} from "../on-processor";
import {picture, showImage} from "../pictures";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import {theme} from "../theme";
import {drawOutline} from "./draw-outline";
import {type Bucket, groupPoints} from "./map-groups";
import {listenToMap, type MapControls, type MapSurface} from "./map-input";
import {mapNames} from "./map-names";
import {frameOf, place, unitPixels} from "./map-view";
import {splat, wipe} from "./splat";

const TURN = Math.PI * 2;
/** How many canvas pixels a CSS pixel has on paper: 288 to the inch. */
const PAPER_DENSITY = 3;

export interface MapPlot {
  readonly stage: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Sorts the points by colour; call it when the stop, the mode, the selection or the theme changes. */
  group(): void;
  draw(): void;
  /** How many milliseconds the latest drawings took. */
  readonly frames: number[];
}

/**
 * One map on a canvas: dots are blended directly into its pixels, and names and marks are drawn over them. The file is
 * long because it is one closure over one canvas; separate parts would have to pass its state to each other.
 */
export function mapPlot(data: Data, map: MapData, store: Store, which: "a" | "b", controls: MapControls): MapPlot {
  const canvas = h("canvas", {class: "map-cv", tabindex: "0", role: "application"});
  const thumb = picture(data, 0);
  const caption = h("span");
  const card = h("div", {class: "map-card", hidden: true}, thumb, caption);
  const stage = h("div", {class: "map-stage"}, canvas, card);
  const context = canvas.getContext("2d", ON_PROCESSOR) as CanvasRenderingContext2D; // a new canvas always has one
  const frame = frameOf(map.at, map.dimensions);
  const screen = new Float32Array(3 * map.count);
  const frames: number[] = [];
  const nameClasses = mapNames(data, map);
  let [width, height] = [0, 0];
  let density = 1;
  let sheet = context.createImageData(1, 1);
  let look: Tokens | undefined;
  let font = "";
  let buckets: readonly Bucket[] = [];
  let outline: readonly number[] = [];
  /** Whether the pointer or the keyboard is on this map, and not on the other one. */
  let pointed = false;

  const at = () => (which === "a" ? store.state.at : store.state.atOther);
  const stop = () => Math.max(0, Math.min(data.last, Math.round(at())));

  const group = () => {
    look = tokens();
    font = getComputedStyle(document.body).fontFamily;
    buckets = groupPoints(data, map, store.state, stop(), look);
  };

  /** Draws the way of the chosen image, epoch by epoch. */
  const trail = (m: number, {ink, panel}: Tokens) => {
    const reached = Math.min(data.last, Math.floor(at()));
    const spot = new Float32Array(3);
    const points: [number, number][] = [];
    for (let s = 0; s <= reached; s++) {
      const here = map.at[s].subarray(m * map.dimensions, (m + 1) * map.dimensions);
      place(spot, here, here, 0, frame, controls, width, height);
      points.push([spot[0], spot[1]]);
    }
    const stroke = (color: string, thickness: number) => {
      context.strokeStyle = color;
      context.lineWidth = thickness;
      context.beginPath();
      for (const [x, y] of points) context.lineTo(x, y);
      context.lineTo(screen[3 * m], screen[3 * m + 1]);
      context.stroke();
    };
    stroke(css(panel), 3.5);
    stroke(css(ink), 1.4);
    context.fillStyle = css(ink);
    for (const [x, y] of points) {
      context.beginPath();
      context.arc(x, y, 2.2, 0, TURN);
      context.fill();
    }
  };
  const mark = (m: number, radius: number, {ink, panel}: Tokens) => {
    context.beginPath();
    context.arc(screen[3 * m], screen[3 * m + 1], radius, 0, TURN);
    for (const [color, thickness] of [[panel, 4] as const, [ink, 2] as const]) {
      context.strokeStyle = css(color);
      context.lineWidth = thickness;
      context.stroke();
    }
  };
  const draw = () => {
    if (!width || !look) return;
    const began = performance.now();
    const now = Math.max(0, Math.min(data.last, at()));
    const from = Math.min(Math.max(0, data.last - 1), Math.floor(now));
    const to = Math.min(data.last, from + 1);
    place(screen, map.at[from], map.at[to], now - from, frame, controls, width, height);
    const crowd = Math.max(0.55, Math.min(1, Math.sqrt(2500 / map.count)));
    const grow = Math.max(0.8, Math.min(1.25, Math.min(width, height) / 460)) * Math.min(2, controls.zoom ** 0.4);
    wipe(sheet, look.panel);
    for (const {mark, color, points, radius, alpha, ring} of buckets) {
      const r = radius * grow * density * (ring ? Math.max(0.8, crowd) : crowd);
      for (const m of points) {
        const near = map.dimensions === 3 ? r * (1 + 0.35 * screen[3 * m + 2]) : r;
        const [x, y] = [screen[3 * m] * density, screen[3 * m + 1] * density];
        if (ring) splat(sheet, x, y, near + 1.1 * density, look.ink, 1, mark); // a mistake's ring: a larger dot of ink below
        splat(sheet, x, y, near, color, ring ? 1 : alpha, mark);
      }
    }
    putDots();
    context.globalAlpha = 1;
    const {selection, image, hover} = store.state;
    if (selection.kind !== "lasso") {
      const view = {frame, camera: controls, width, height};
      nameClasses(context, view, store.state, {from, to, share: now - from}, {tokens: look, font});
    }
    const chosen = map.point[image] ?? -1;
    if (chosen >= 0) {
      trail(chosen, look);
      mark(chosen, 8, look);
    }
    const under = hover >= 0 ? map.point[hover] : -1;
    if (under >= 0) mark(under, 6.5, look);
    if (outline.length > 4) drawOutline(context, outline, look.ink);
    showCard();
    frames.push(performance.now() - began);
    if (frames.length > 600) frames.shift();
  };

  /**
   * Puts the pixels of the dots on the canvas. Printers get a canvas's drawings and not its pixels, so for paper the
   * dots are drawn as a picture.
   */
  const putDots = () => {
    if (!theme.onPaper) return context.putImageData(sheet, 0, 0);
    const dots = h("canvas", {width: sheet.width, height: sheet.height});
    dots.getContext("2d", ON_PROCESSOR)?.putImageData(sheet, 0, 0);
    context.drawImage(dots, 0, 0, width, height);
  };

  const showCard = () => {
    const {hover} = store.state;
    const m = hover >= 0 ? map.point[hover] : -1;
    card.hidden = m < 0 || !pointed;
    if (card.hidden) return;
    showImage(thumb, data, hover);
    const answers = data.answers[stop()];
    const name = data.names[data.labels[hover]];
    const right = answers?.predicted[hover] === data.labels[hover];
    const sure = answers ? pct(answers.confidence[hover]) : "";
    const did = right ? data.words.right : `${data.words.as} ${data.names[answers?.predicted[hover] ?? 0]}`;
    setText(caption, answers ? `${name}, ${did}, ${sure}` : name);
    const [cardWidth, cardHeight] = [card.offsetWidth, card.offsetHeight];
    const [px, py] = [screen[3 * m], screen[3 * m + 1]];
    const x = px + 14 + cardWidth > width ? px - 14 - cardWidth : px + 14;
    const y = Math.max(4, Math.min(height - cardHeight - 4, py - cardHeight / 2));
    card.style.transform = `translate(${Math.max(4, Math.min(width - cardWidth - 4, x))}px, ${y}px)`;
  };

  const resize = () => {
    const box = stage.getBoundingClientRect();
    density = theme.onPaper ? PAPER_DENSITY : Math.min(2, devicePixelRatio || 1);
    [width, height] = [box.width, box.height];
    canvas.width = Math.max(1, Math.round(width * density));
    canvas.height = Math.max(1, Math.round(height * density));
    sheet = context.createImageData(canvas.width, canvas.height);
    context.setTransform(density, 0, 0, density, 0, 0);
    draw();
  };
  drawWhenSized(stage, resize);

  const surface: MapSurface = {
    canvas,
    hasSheet: true,
    screen,
    unit: () => unitPixels(width, height, frame, controls.tilt),
    setOutline: (points) => {
      outline = points;
      draw();
    },
    setPointed: (here) => {
      pointed = here;
      if (!here) card.hidden = true;
    },
  };
  listenToMap(surface, map, store, controls);
  return {stage, canvas, group, draw, frames};
}
