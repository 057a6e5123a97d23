import {css} from "../../../report/client/colors";
import type {Lesson} from "../../lesson";
import type {Stroke} from "../../rasterise";
import {byId, canvasOf, fitted} from "../elements";
import {colors} from "../palette";
import {pictureOf} from "../pictures";

/** The pad to draw on. */
export interface Pad {
  draw(): void;
  /** Shows a picture in place of strokes; without one, an empty pad. */
  show(pixels?: Float32Array): void;
  /** Puts strokes on the pad, as if they had been drawn. */
  put(strokes: Stroke[]): void;
  /** Says whether the pad still shows its invitation to draw. */
  invite(isInviting: boolean): void;
}

/** The pen as it is shown, in shares of the pad. */
const PEN = 0.075;
/** Points that are nearer to each other than this count as one. */
const STEP = 0.008;
/** How far an arrow key moves the pen. */
const KEY_STEP = 0.04;
const ARROWS: {readonly [key: string]: readonly [number, number]} = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

/** A pad for mouse, finger, pen and keys. @param changed Called after every change, with whether the pen is up. */
export function openPad(lesson: Lesson, changed: (strokes: Stroke[], isDone: boolean) => void): Pad {
  const canvas = canvasOf("pad");
  let strokes: Stroke[] = [];
  let pen: number | undefined;
  let picture: Float32Array | undefined;
  /** The pen that keys move: where it is, and whether it is down. */
  const key = {at: [0.5, 0.5] as [number, number], isDown: false, isShown: false};

  const draw = () => {
    const {c, width, height} = fitted(canvas);
    if (picture) {
      c.imageSmoothingEnabled = false;
      const [rows, columns] = lesson.shape;
      const scale = Math.min(width / columns, height / rows);
      const [w, h] = [columns * scale, rows * scale];
      c.drawImage(pictureOf(picture, lesson), (width - w) / 2, (height - h) / 2, w, h);
    } else drawStrokes(c, strokes, width);
    if (!key.isShown) return;
    c.strokeStyle = css(key.isDown ? colors().bad : colors().ink);
    c.lineWidth = 2;
    c.beginPath();
    c.arc(key.at[0] * width, key.at[1] * height, 7, 0, 7);
    c.stroke();
  };
  const start = (at: readonly [number, number]) => {
    if (picture) [strokes, picture] = [[], undefined];
    strokes.push([at]);
    draw();
    changed(strokes, false);
  };
  const goOn = (points: readonly (readonly [number, number])[]) => {
    const stroke = strokes[strokes.length - 1];
    for (const [x, y] of points) {
      const [px, py] = stroke[stroke.length - 1];
      if (Math.hypot(x - px, y - py) > STEP) stroke.push([x, y]);
    }
    draw();
    changed(strokes, false);
  };
  const pointOf = ({clientX, clientY}: PointerEvent): readonly [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (pen !== undefined || event.button > 0) return;
    event.preventDefault();
    canvas.focus({preventScroll: true});
    key.isShown = false;
    pen = event.pointerId;
    canvas.setPointerCapture(pen);
    start(pointOf(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const parts = event.getCoalescedEvents?.() ?? [];
    goOn((parts.length ? parts : [event]).map(pointOf));
  });
  const up = (event: PointerEvent) => {
    if (event.pointerId !== pen) return;
    pen = undefined;
    changed(strokes, true);
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      key.at = [0, 1].map((d) => Math.max(0.05, Math.min(0.95, key.at[d] + arrow[d]))) as [number, number];
      if (key.isDown) goOn([key.at]);
    } else if (event.key === "Enter") {
      key.isDown = !key.isDown;
      if (key.isDown) start(key.at);
      else changed(strokes, true);
    } else return;
    key.isShown = true;
    draw();
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("blur", () => {
    if (key.isDown) changed(strokes, true);
    key.isDown = key.isShown = false;
    draw();
  });

  return {
    draw,
    show(pixels) {
      [strokes, picture] = [[], pixels];
      draw();
    },
    put(given) {
      [strokes, picture] = [given, undefined];
      draw();
    },
    invite(isInviting) {
      byId("pad-hint").hidden = !isInviting;
    },
  };
}

function drawStrokes(c: CanvasRenderingContext2D, strokes: readonly Stroke[], width: number): void {
  c.strokeStyle = css(colors().ink);
  c.lineWidth = width * PEN;
  c.lineCap = c.lineJoin = "round";
  for (const stroke of strokes) {
    c.beginPath();
    c.moveTo(stroke[0][0] * width, stroke[0][1] * width);
    for (const [x, y] of stroke) c.lineTo(x * width, y * width);
    if (stroke.length === 1) c.lineTo(stroke[0][0] * width + 0.01, stroke[0][1] * width);
    c.stroke();
  }
}
