import type {MapData} from "../data";
import type {Store} from "../state";
import {type Camera, inside, pointBeside, pointNear} from "./map-view";

/** Facts about the points: their images, each of which may have several points, and the first point of each image. */
export type Pointed = Pick<MapData, "image" | "point" | "dimensions">;

/** The controls that both maps share when the user compares two epochs. */
export interface MapControls extends Camera {
  /** Whether dragging draws a lasso, or moves the map. */
  lassoing: boolean;
  redraw(): void;
}

/** The surface on which the pointer and the keyboard act. */
export interface MapSurface {
  readonly canvas: HTMLElement;
  /** Whether the image that is opened has its own panel, which lies over the page on a narrow screen. */
  readonly hasSheet: boolean;
  /** The places of the points, `[x, y, depth]` each, in pixels of the page. */
  readonly screen: Float32Array;
  /** How many pixels a unit of the map has, before zooming. */
  unit(): number;
  /** Shows the lasso that is being drawn, `[x, y, x, y, …]`; empty for none. */
  setOutline(points: readonly number[]): void;
  /** Whether this is the map that the pointer or the keyboard is on. */
  setPointed(here: boolean): void;
}

/** If the pointer moves at least this far while it is pressed, in pixels, it is a drag and not a click. */
const DRAG = 6;
/** How near to a dot a mouse pointer must be, and a finger. */
const REACH = {mouse: 14, touch: 22};

/**
 * Handles hovering, clicking, drawing a lasso, moving and rotating the map. Shift and an arrow key go from dot to dot,
 * because arrow keys alone move through the epochs.
 */
export function listenToMap(surface: MapSurface, map: Pointed, store: Store, controls: MapControls): void {
  const {canvas, screen, hasSheet, unit, setOutline, setPointed} = surface;
  let outline: readonly number[] = [];
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
    setOutline(outline);
    if (event.pointerType === "mouse" || controls.lassoing || map.dimensions === 3)
      canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = spot(event);
    setPointed(true);
    if (!pressed) {
      store.set({hover: imageAt(x, y, REACH.mouse)});
      return;
    }
    if (pressed.moving) {
      if (map.dimensions === 3 && !event.shiftKey) {
        controls.turn += event.movementX * 0.008;
        controls.tilt = Math.max(-1.5, Math.min(1.5, controls.tilt + event.movementY * 0.008));
        controls.redraw();
      } else if (event.pointerType === "mouse" && controls.zoom > 1) {
        const scale = unit() * controls.zoom;
        controls.shiftX -= event.movementX / scale;
        controls.shiftY -= event.movementY / scale;
        controls.redraw();
      }
      return;
    }
    if (Math.hypot(x - outline[outline.length - 2], y - outline[outline.length - 1]) > 3) {
      outline = [...outline, x, y];
      setOutline(outline);
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!pressed) return;
    const [x, y] = spot(event);
    const dragged = Math.hypot(x - pressed.x, y - pressed.y) > DRAG || outline.length > 12;
    const drawn = outline;
    const {moving} = pressed;
    outline = [];
    pressed = null;
    const touch = event.pointerType === "touch";
    if (!dragged) {
      const image = imageAt(x, y, touch ? REACH.touch : REACH.mouse);
      if (image >= 0) store.set({image, hover: touch ? -1 : image, sheet: hasSheet});
      else if (store.state.selection.kind === "lasso") store.set({selection: {kind: "mistakes"}});
    } else if (!moving && drawn.length > 6) {
      const points = Array.from(map.image.keys()).filter((m) => inside(drawn, screen[3 * m], screen[3 * m + 1]));
      const images = [...new Set(points.map((m) => map.image[m]))];
      store.set({selection: images.length ? {kind: "lasso", images} : {kind: "mistakes"}});
    }
    setOutline(outline);
  });
  canvas.addEventListener("pointercancel", () => {
    pressed = null;
    outline = [];
    setOutline(outline);
  });
  const leave = () => {
    if (pressed) return;
    setPointed(false);
    store.set({hover: -1});
  };
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("blur", leave);
  canvas.addEventListener("keydown", (event) => {
    const ways = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const way = event.shiftKey ? ways[event.key as keyof typeof ways] : undefined;
    const {hover, image} = store.state;
    const start = hover >= 0 ? hover : image;
    const open = event.key === "Enter" || event.key === " ";
    if (!way && !open) return;
    event.preventDefault();
    event.stopPropagation();
    setPointed(true);
    if (open) store.set({image: start, sheet: hasSheet});
    else if (way) store.set({hover: map.image[pointBeside(screen, Math.max(0, map.point[start]), way[0], way[1])]});
  });
}
