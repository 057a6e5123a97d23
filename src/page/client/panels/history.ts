import {css} from "../../../report/client/colors";
import {fittedTo} from "../../../report/client/text-width";
import {canvasOf, contextOf, fitted} from "../elements";
import type {Page} from "../page";
import {classColors, colors} from "../palette";

/** The room before the lines, the room around them, and the most room for the names at their ends, in CSS pixels. */
const [LEFT, AROUND, NAMES] = [4, 6, 64];
const FONT = "650 12px Figtree, sans-serif";
/** A class whose probability is never above this gets no line; a line that ends below this gets no name. */
const SEEN = 0.12;

/** The answers about the current picture, from the first moment to the last; a click goes to that moment. */
export function mountHistory(page: Page, goTo: (moment: number) => void): void {
  const canvas = canvasOf("history");
  const right = rightOf(page);
  canvas.addEventListener("pointerdown", ({clientX}) => {
    const box = canvas.getBoundingClientRect();
    goTo(Math.round(((clientX - box.left - LEFT) / (box.width - LEFT - right)) * (page.run.stops.length - 1)));
  });
  const shown = () => [page.history, page.answer, page.at, page.run];
  page.onDraw(shown, () => drawHistory(page, right));
}

/** The room for the names at the ends of the lines. */
function rightOf({lesson}: Page): number {
  const c = contextOf(document.createElement("canvas"));
  c.font = FONT;
  return 12 + Math.min(NAMES, Math.max(...lesson.classNames.map((name) => c.measureText(name).width)));
}

function drawHistory({history, run, at, lesson}: Page, right: number): void {
  const {c, width, height} = fitted(canvasOf("history"));
  if (width === 0) return;
  const {ink, panel} = colors();
  const {classNames} = lesson;
  const classes = classNames.length;
  const x = (moment: number) => LEFT + (moment / Math.max(1, run.stops.length - 1)) * (width - LEFT - right);
  const y = (p: number) => height - AROUND - p * (height - 2 * AROUND);
  c.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--line");
  c.lineWidth = 1;
  for (const p of [0, 0.5, 1]) {
    c.beginPath();
    c.moveTo(LEFT, y(p));
    c.lineTo(width - right, y(p));
    c.stroke();
  }
  if (!history) return;
  const known = run.stops.map((_, moment) => moment).filter((moment) => !Number.isNaN(history[moment * classes]));
  const end = known[known.length - 1] ?? 0;
  const named: number[] = [];
  const hues = classColors(classes);
  c.font = FONT;
  c.textBaseline = "middle";
  for (let k = 0; k < classes; k++) {
    if (known.every((moment) => history[moment * classes + k] < SEEN)) continue;
    c.strokeStyle = css(hues[k]);
    c.lineWidth = 2;
    c.beginPath();
    for (const moment of known)
      c[moment === known[0] ? "moveTo" : "lineTo"](x(moment), y(history[moment * classes + k]));
    c.stroke();
    const last = history[end * classes + k];
    if (last <= SEEN || named.some((other) => Math.abs(other - y(last)) < 11)) continue;
    named.push(y(last));
    c.fillStyle = css(hues[k]);
    c.beginPath();
    c.arc(x(end), y(last), 3, 0, 7);
    c.fill();
    // the name in ink on the panel's ground: not every hue can be read as text
    const words = fittedTo(classNames[k], NAMES / 16, 0.75, 650) || "–";
    c.fillStyle = css(panel);
    c.fillRect(x(end) + 5, y(last) - 7, c.measureText(words).width + 2, 14);
    c.fillStyle = css(ink);
    c.fillText(words, x(end) + 6, y(last));
  }
  c.globalAlpha = 0.5;
  c.strokeStyle = css(ink);
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(x(at), 0);
  c.lineTo(x(at), height);
  c.stroke();
  c.globalAlpha = 1;
}
