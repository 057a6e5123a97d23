import {inside, pointBeside, pointNear} from "../map/map-view";
import type {Store} from "../state";

/** How near to a dot a pointer must be, in pixels. */
const REACH = {mouse: 12, touch: 22};
/** If the pointer moves at least this far while it is pressed, in pixels, it is a drag and not a click. */
const DRAG = 6;

/** The actions of pointer and keys on the data map. */
export interface DotHand {
  /** The circle that is being drawn: x and y in turn, in pixels; empty if there is none. */
  outline(): readonly number[];
  /** Whether the pointer or the keys are on the map, so that their dot has a card. */
  isPointing(): boolean;
}

export interface DotHandOptions {
  /** The place of each row's dot on the canvas: x, y and one more number for each row. */
  readonly screen: Float32Array;
  /** The button that turns the circle on and off. */
  readonly lasso: HTMLElement;
  redraw(): void;
  /** Called with whether a press now begins a circle. */
  onLasso(on: boolean): void;
}

/**
 * Handles the pointer and the keys: a pointer near a dot highlights it, a click opens it, and a circle lists the dots
 * inside. Shift with the arrow keys and Enter do the same.
 */
export function dotHand(canvas: HTMLCanvasElement, store: Store, options: DotHandOptions): DotHand {
  const {screen, lasso, redraw} = options;
  let lassoing = !matchMedia("(pointer: coarse)").matches;
  let outline: readonly number[] = [];
  let pointed = false;
  let pressed: {x: number; y: number} | null = null;
  const arm = (on: boolean) => {
    lassoing = on;
    lasso.setAttribute("aria-pressed", String(on));
    options.onLasso(on);
  };
  lasso.addEventListener("click", () => arm(!lassoing));
  arm(lassoing);

  const spot = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const [x, y] = spot(event);
    pressed = {x, y};
    outline = lassoing ? [x, y] : [];
    if (lassoing || event.pointerType === "mouse") canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = spot(event);
    pointed = true;
    if (!pressed) return store.set({sampleHover: pointNear(screen, x, y, REACH.mouse)});
    if (outline.length && Math.hypot(x - (outline.at(-2) ?? 0), y - (outline.at(-1) ?? 0)) > 3) {
      outline = [...outline, x, y];
      redraw();
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!pressed) return;
    const [x, y] = spot(event);
    const isDragged = Math.hypot(x - pressed.x, y - pressed.y) > DRAG || outline.length > 12;
    const drawn = outline;
    [outline, pressed] = [[], null];
    if (!isDragged) clicked(x, y, event.pointerType === "touch");
    else if (drawn.length > 6) {
      const rows = rowsWithin(drawn, screen);
      store.set({samples: rows.length ? {kind: "lasso", rows} : {kind: "suspects"}});
    }
    redraw();
  });
  const clicked = (x: number, y: number, isTouch: boolean) => {
    const row = pointNear(screen, x, y, isTouch ? REACH.touch : REACH.mouse);
    if (row >= 0) store.set({sample: row, sampleHover: isTouch ? -1 : row, sheet: true});
    else if (store.state.samples.kind === "lasso") store.set({samples: {kind: "suspects"}});
  };
  canvas.addEventListener("pointercancel", () => {
    [pressed, outline] = [null, []];
    redraw();
  });
  const leave = () => {
    if (pressed) return;
    pointed = false;
    store.set({sampleHover: -1});
  };
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("blur", leave);
  canvas.addEventListener("keydown", (event) => {
    const ways = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const way = event.shiftKey ? ways[event.key as keyof typeof ways] : undefined;
    const isOpening = event.key === "Enter" || event.key === " ";
    if (!way && !isOpening) return;
    event.preventDefault();
    event.stopPropagation();
    pointed = true;
    const {sampleHover, sample} = store.state;
    const from = Math.max(0, sampleHover >= 0 ? sampleHover : sample);
    if (isOpening) store.set({sample: from, sheet: true});
    else if (way) store.set({sampleHover: pointBeside(screen, from, way[0], way[1])});
  });
  return {outline: () => outline, isPointing: () => pointed};
}

function rowsWithin(outline: readonly number[], screen: Float32Array): number[] {
  const rows: number[] = [];
  for (let row = 0; 3 * row < screen.length; row++) {
    if (inside(outline, screen[3 * row], screen[3 * row + 1])) rows.push(row);
  }
  return rows;
}
