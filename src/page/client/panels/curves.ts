import {css} from "../../../report/client/colors";
import {canvasOf, fitted} from "../elements";
import type {Page} from "../page";
import {colors} from "../palette";
import {type CurvePoint, type Curves, curvesOf, epochsAt, epochsBetween} from "../run";

type Name = "accuracy" | "loss";

interface Scale {
  to(value: number): number;
  readonly ends: readonly [number, number];
  readonly ticks: readonly number[];
}

/**
 * The loss has a logarithmic scale. Right answers are drawn by minus the logarithm of the share of wrong ones, so that
 * the last per cents can be seen.
 */
const SCALES: {readonly [name in Name]: Scale} = {
  accuracy: {to: (v) => -Math.log10(1.004 - v), ends: [0, 1], ticks: [1, 0.97, 0.9, 0.5, 0]},
  loss: {to: (v) => Math.log10(Math.max(v, 0.02)), ends: [0.02, 3.5], ticks: [0.02, 0.1, 0.5]},
};
const tickWords = (name: Name, v: number) => (name === "loss" ? `${v}`.replace("0.", ".") : `${Math.round(100 * v)}`);

/** The room around the curves, in CSS pixels. */
const [LEFT, RIGHT, TOP, BOTTOM] = [32, 6, 6, 15];
/** How much a batch moves the pale line, which is a running mean. */
const SMOOTH = 0.15;

/** Both curves; a click or a drag on them goes to that moment. */
export function mountCurves(page: Page, goTo: (moment: number) => void): void {
  const shown = () => [page.run, page.run.batches.length, page.run.moments.length, page.ghosts, page.at];
  const most = () => Math.max(page.run.config.epochs, ...page.ghosts.map(({curves}) => curves.length));
  for (const name of ["accuracy", "loss"] as const) {
    const canvas = canvasOf(name);
    const scrub = ({clientX}: PointerEvent) => {
      const box = canvas.getBoundingClientRect();
      const wanted = (most() * (clientX - box.left - LEFT)) / (box.width - LEFT - RIGHT);
      const far = page.run.moments.map((_, i) => Math.abs(epochsAt(page.run, i) - wanted));
      if (far.length) goTo(far.indexOf(Math.min(...far)));
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      scrub(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) scrub(event);
    });
    page.onDraw(shown, () => drawCurve(name, page, most()));
  }
}

function drawCurve(name: Name, page: Page, most: number): void {
  const {c, width, height} = fitted(canvasOf(name));
  if (width === 0) return;
  const {to, ends, ticks} = SCALES[name];
  const {ink, ok, panel, muted} = colors();
  const line = getComputedStyle(document.documentElement).getPropertyValue("--line");
  const x = (at: number) => LEFT + (at / most) * (width - LEFT - RIGHT);
  const [low, high] = ends.map(to);
  const within = (v: number) => Math.max(ends[0], Math.min(ends[1], v));
  const y = (v: number) => height - BOTTOM - ((to(within(v)) - low) / (high - low)) * (height - TOP - BOTTOM);
  const stroke = (points: readonly CurvePoint[], color: string, thick: number, dash: number[] = []) => {
    c.strokeStyle = color;
    c.lineWidth = thick;
    c.lineJoin = "round";
    c.setLineDash(dash);
    c.beginPath();
    for (const point of points) c.lineTo(x(point.at), y(point[name]));
    c.stroke();
    c.setLineDash([]);
  };

  c.font = "11px Figtree, sans-serif";
  c.textBaseline = "middle";
  // for the loss, also that of a guess among all classes, as a dotted line
  const guess = Math.log(page.lesson.classNames.length);
  let written = Infinity;
  for (const v of name === "loss" ? [...ticks, guess] : ticks) {
    c.textAlign = "right";
    c.fillStyle = css(muted);
    if (Math.abs(y(v) - written) >= 11) {
      c.fillText(v === guess ? v.toFixed(2) : tickWords(name, v), LEFT - 5, y(v));
      written = y(v);
    }
    c.strokeStyle = line;
    c.lineWidth = 1;
    if (v === guess) c.setLineDash([2, 3]);
    c.beginPath();
    c.moveTo(LEFT, y(v));
    c.lineTo(width - RIGHT, y(v));
    c.stroke();
    c.setLineDash([]);
  }
  c.textAlign = "center";
  for (let epoch = 0; epoch <= most; epoch += Math.ceil(most / 8)) c.fillText(String(epoch), x(epoch), height - 5);

  const {batches, moments}: Curves = curvesOf(page.run);
  for (const {curves} of page.ghosts) stroke(curves.moments, css(muted), 1.5, [4, 3]);
  c.globalAlpha = 0.45;
  stroke(smoothed(batches), css(ok), 1.25);
  c.globalAlpha = 1;
  stroke(moments, css(ok), 2.25);

  const playhead = epochsBetween(page.run, page.at);
  const head = moments.reduce<CurvePoint | undefined>((a, p) => (p.at <= playhead + 1e-6 ? p : a), undefined);
  if (!head) return;
  c.globalAlpha = 0.4;
  c.strokeStyle = css(ink);
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(x(playhead), TOP - 4);
  c.lineTo(x(playhead), height - BOTTOM);
  c.stroke();
  c.globalAlpha = 1;
  c.fillStyle = css(panel);
  c.strokeStyle = css(ok);
  c.lineWidth = 2.25;
  c.beginPath();
  c.arc(x(head.at), y(head[name]), 4, 0, 7);
  c.fill();
  c.stroke();
}

function smoothed(batches: readonly CurvePoint[]): CurvePoint[] {
  let [loss, accuracy] = [batches[0]?.loss ?? 0, batches[0]?.accuracy ?? 0];
  return batches.map((batch) => {
    loss += (batch.loss - loss) * SMOOTH;
    accuracy += (batch.accuracy - accuracy) * SMOOTH;
    return {at: batch.at, loss, accuracy};
  });
}
