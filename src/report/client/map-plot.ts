import {css, type Rgb, type Tokens, tokens} from "./colors";
import type {Data, MapData} from "./data";
import {h, setText} from "./dom";
import {pct, shortened} from "./format";
import {type Camera, frameOf, inside, place, pointBeside, pointNear, unitPixels} from "./map-view";
import {picture, showImage} from "./pictures";
import {members, singlesOut} from "./selection";
import {splat, wipe} from "./splat";
import type {Store} from "./state";

/** What both maps share when comparing. */
export interface MapControls extends Camera {
  /** Whether dragging draws a lasso, or moves the map. */
  lassoing: boolean;
  redraw(): void;
}

/** Points drawn in one go: same colour, same size. */
interface Bucket {
  readonly color: Rgb;
  readonly points: Int32Array;
  readonly radius: number;
  readonly alpha: number;
  readonly ring: boolean;
}

const TURN = Math.PI * 2;

export interface MapPlot {
  readonly stage: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Sorts the points into colours; wanted when the stop, the mode, the selection or the theme change. */
  group(): void;
  draw(): void;
  /** Milliseconds of the latest drawings. */
  readonly frames: number[];
}

/** One map on a canvas: dots are blended straight into its pixels, names and marks are drawn over them. */
export function mapPlot(data: Data, map: MapData, store: Store, which: "a" | "b", controls: MapControls): MapPlot {
  const canvas = h("canvas", {class: "map-cv", tabindex: "0", role: "application"});
  const thumb = picture(data, 0);
  const caption = h("span");
  const card = h("div", {class: "map-card", hidden: true}, thumb, caption);
  const stage = h("div", {class: "map-stage"}, canvas, card);
  const context = canvas.getContext("2d") as CanvasRenderingContext2D; // a fresh canvas always has one
  const frame = frameOf(map.at, map.dimensions);
  const screen = new Float32Array(3 * map.count);
  const frames: number[] = [];
  const pointsOfClass = Array.from({length: data.classes}, (_, k) =>
    Int32Array.from(map.image.keys()).filter((m) => data.labels[map.image[m]] === k),
  );
  let [width, height] = [0, 0];
  let density = 1;
  let sheet = context.createImageData(1, 1);
  let theme: Tokens | undefined;
  let font = "";
  let buckets: readonly Bucket[] = [];
  let outline: number[] = [];
  let owner = false;

  const at = () => (which === "a" ? store.state.at : store.state.atOther);
  const stop = () => Math.max(0, Math.min(data.last, Math.round(at())));

  const group = () => {
    theme = tokens();
    font = getComputedStyle(document.body).fontFamily;
    const {selection, mode, isolated} = store.state;
    const answers = data.answers[stop()];
    const trained = data.epochs[stop()] > 0;
    const chosen = singlesOut(selection) ? new Set(members(data, store.state)) : null;
    const kinds = new Map<number, Omit<Bucket, "points"> & {z: number; list: number[]}>();
    for (let m = 0; m < map.count; m++) {
      const i = map.image[m];
      const label = data.labels[i];
      const predicted = answers ? answers.predicted[i] : label;
      const wrong = predicted !== label;
      const byRight = mode === "right";
      const k = mode === "predicted" ? predicted : label;
      const on = (!chosen || chosen.has(i)) && (isolated < 0 || k === isolated);
      const quiet = byRight && !wrong;
      const hue = byRight ? (wrong ? -1 : -2) : k % 10;
      const big = wrong && trained;
      const key = 4 * hue + (big ? 2 : 0) + (on ? 1 : 0);
      let kind = kinds.get(key);
      if (!kind) {
        const radius = quiet ? 2.2 : big ? 3.7 : 2.7;
        const alpha = on ? (quiet ? 0.75 : 0.88) : quiet ? 0.3 : 0.16;
        const color = hue < 0 ? (wrong ? theme.bad : theme.dot) : theme.classes[hue];
        kind = {color, radius, alpha, ring: big && on && !byRight, z: (on ? 2 : 0) + (wrong ? 1 : 0), list: []};
        kinds.set(key, kind);
      }
      kind.list.push(m);
    }
    buckets = [...kinds.values()]
      .sort((a, b) => a.z - b.z)
      .map(({list, z, ...look}) => ({...look, points: Int32Array.from(list)}));
  };

  const middles = new Float32Array(3 * data.classes);
  const known = new Map<number, Float32Array>();
  /** The median point of each class at a stop, axis by axis: the middle of its crowd, whatever strays. */
  const middlesOf = (s: number): Float32Array => {
    const found = known.get(s);
    if (found) return found;
    const made = new Float32Array(data.classes * map.dimensions);
    pointsOfClass.forEach((points, k) => {
      for (let axis = 0; axis < map.dimensions; axis++) {
        const values = Float32Array.from(points, (m) => map.at[s][m * map.dimensions + axis]).sort();
        made[k * map.dimensions + axis] = values[points.length >> 1];
      }
    });
    known.set(s, made);
    return made;
  };

  /** Class names at the middle of their dots, so that colour is never the only key. */
  const nameClasses = ({ink, panel}: Tokens, from: number, to: number, share: number) => {
    if (data.classes > 30) return;
    const size = Math.max(15, Math.min(22, Math.min(width, height) / 24));
    context.font = `700 ${size}px ${font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 5;
    context.strokeStyle = css(panel);
    context.fillStyle = css(ink);
    place(middles, middlesOf(from), middlesOf(to), share, frame, controls, width, height);
    pointsOfClass.forEach((points, k) => {
      if (points.length === 0) return;
      const [x, y] = [middles[3 * k], middles[3 * k + 1]];
      context.globalAlpha = store.state.isolated >= 0 && store.state.isolated !== k ? 0.25 : 1;
      const name = shortened(data.names[k], 14);
      context.strokeText(name, x, y);
      context.fillText(name, x, y);
    });
    context.globalAlpha = 1;
  };

  /** Where the chosen image went, epoch by epoch. */
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
  const drawOutline = ({ink}: Tokens) => {
    context.beginPath();
    for (let i = 0; i < outline.length; i += 2) context.lineTo(outline[i], outline[i + 1]);
    context.closePath();
    context.globalAlpha = 0.08;
    context.fillStyle = css(ink);
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash([5, 4]);
    context.lineWidth = 1.5;
    context.strokeStyle = css(ink);
    context.stroke();
    context.setLineDash([]);
  };

  const draw = () => {
    if (!width || !theme) return;
    const began = performance.now();
    const now = Math.max(0, Math.min(data.last, at()));
    const from = Math.min(Math.max(0, data.last - 1), Math.floor(now));
    const to = Math.min(data.last, from + 1);
    place(screen, map.at[from], map.at[to], now - from, frame, controls, width, height);
    const crowd = Math.max(0.55, Math.min(1, Math.sqrt(2500 / map.count)));
    const grow = Math.max(0.8, Math.min(1.25, Math.min(width, height) / 460)) * Math.min(2, controls.zoom ** 0.4);
    wipe(sheet, theme.panel);
    for (const {color, points, radius, alpha, ring} of buckets) {
      const r = radius * grow * density * (ring ? Math.max(0.8, crowd) : crowd);
      for (const m of points) {
        const near = map.dimensions === 3 ? r * (1 + 0.35 * screen[3 * m + 2]) : r;
        const [x, y] = [screen[3 * m] * density, screen[3 * m + 1] * density];
        if (ring) splat(sheet, x, y, near + 1.1 * density, theme.ink, 1); // a mistake's ring: a larger dot of ink below
        splat(sheet, x, y, near, color, ring ? 1 : alpha);
      }
    }
    context.putImageData(sheet, 0, 0);
    context.globalAlpha = 1;
    const {selection, image, hover} = store.state;
    if (selection.kind !== "lasso") nameClasses(theme, from, to, now - from);
    const chosen = map.point[image] ?? -1;
    if (chosen >= 0) {
      trail(chosen, theme);
      mark(chosen, 8, theme);
    }
    const under = hover >= 0 ? map.point[hover] : -1;
    if (under >= 0) mark(under, 6.5, theme);
    if (outline.length > 4) drawOutline(theme);
    showCard();
    frames.push(performance.now() - began);
    if (frames.length > 600) frames.shift();
  };

  const showCard = () => {
    const {hover} = store.state;
    const m = hover >= 0 ? map.point[hover] : -1;
    card.hidden = m < 0 || !owner;
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
    density = Math.min(2, devicePixelRatio || 1);
    [width, height] = [box.width, box.height];
    canvas.width = Math.max(1, Math.round(width * density));
    canvas.height = Math.max(1, Math.round(height * density));
    sheet = context.createImageData(canvas.width, canvas.height);
    context.setTransform(density, 0, 0, density, 0, 0);
    draw();
  };
  new ResizeObserver(resize).observe(stage);

  const spot = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const imageAt = (x: number, y: number, reach: number) => {
    const m = pointNear(screen, x, y, reach);
    return m < 0 ? -1 : map.image[m];
  };
  let pressed: {x: number; y: number; moving: boolean} | null = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const [x, y] = spot(event);
    pressed = {x, y, moving: event.shiftKey || !controls.lassoing};
    outline = pressed.moving ? [] : [x, y];
    if (event.pointerType === "mouse" || controls.lassoing || map.dimensions === 3)
      canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = spot(event);
    owner = true;
    if (!pressed) {
      store.set({hover: imageAt(x, y, 14)});
      return;
    }
    if (pressed.moving) {
      if (map.dimensions === 3 && !event.shiftKey) {
        controls.turn += event.movementX * 0.008;
        controls.tilt = Math.max(-1.5, Math.min(1.5, controls.tilt + event.movementY * 0.008));
        controls.redraw();
      } else if (event.pointerType === "mouse" && controls.zoom > 1) {
        const scale = unitPixels(width, height, frame.span) * controls.zoom;
        controls.shiftX -= event.movementX / scale;
        controls.shiftY -= event.movementY / scale;
        controls.redraw();
      }
      return;
    }
    if (Math.hypot(x - outline[outline.length - 2], y - outline[outline.length - 1]) > 3) {
      outline.push(x, y);
      draw();
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!pressed) return;
    const [x, y] = spot(event);
    const dragged = Math.hypot(x - pressed.x, y - pressed.y) > 6 || outline.length > 12;
    const drawn = outline;
    const {moving} = pressed;
    outline = [];
    pressed = null;
    const touch = event.pointerType === "touch";
    if (!dragged) {
      const image = imageAt(x, y, touch ? 22 : 14);
      if (image >= 0) store.set({image, hover: touch ? -1 : image, sheet: true});
      else if (store.state.selection.kind === "lasso") store.set({selection: {kind: "mistakes"}});
    } else if (!moving && drawn.length > 6) {
      const points = Array.from(map.image.keys()).filter((m) => inside(drawn, screen[3 * m], screen[3 * m + 1]));
      const images = points.map((m) => map.image[m]);
      store.set({selection: images.length ? {kind: "lasso", images} : {kind: "mistakes"}});
    }
    draw();
  });
  canvas.addEventListener("pointercancel", () => {
    pressed = null;
    outline = [];
    draw();
  });
  const leave = () => {
    if (pressed) return;
    owner = false;
    store.set({hover: -1});
    card.hidden = true;
  };
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("blur", leave);
  canvas.addEventListener("keydown", (event) => {
    const way = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    const {hover, image} = store.state;
    const start = hover >= 0 ? hover : image;
    const open = event.key === "Enter" || event.key === " ";
    if (!way && !open) return;
    event.preventDefault();
    event.stopPropagation();
    owner = true;
    if (open) store.set({image: start, sheet: true});
    else if (way) store.set({hover: map.image[pointBeside(screen, Math.max(0, map.point[start]), way[0], way[1])]});
  });
  return {stage, canvas, group, draw, frames};
}
