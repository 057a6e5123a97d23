import {brierScore, calibration, classwiseError} from "../../../numbers/calibration";
import {tempered} from "../../../numbers/temperature";
import type {Data} from "../data";
import {h, rem, setText, svg} from "../dom";
import {int, pct} from "../format";
import {type Scope, scopeOf} from "../scope";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import {panel} from "./panel";

type Reliability = ReturnType<typeof calibration>;

interface Figures {
  readonly now: Reliability;
  readonly brier: number;
  readonly classwise: number;
  /** The calibration with the temperature; null if no temperature was fitted. */
  readonly after: Reliability | null;
}

/**
 * Shows how often the network is right for each degree of certainty: a reliability diagram, and the expected
 * calibration error.
 */
export function mountCalibration(data: Data, store: Store): HTMLElement {
  const help =
    "Answers are sorted into 15 bins by how sure the network was. On the diagonal it is right as often as it is sure; " +
    "below it, too sure of itself; above, too modest. Larger dots stand for more answers, so the small ones weigh little. ECE, the expected calibration " +
    "error, is the mean distance from the diagonal over all answers; class-wise ECE is the mean of that of each class's probability; Brier's score is the mean squared " +
    "distance from the truth, 0 to 2. The temperature is fitted on the validation images (Guo et al. 2017): probabilities to the power of 1 / T change no answer; hollow dots " +
    "stand where they would be.";
  const {root, body} = panel("calibration", "Calibration", help);
  const say = h("p", {class: "panel-say"});
  const host = h("div", {class: "cal-chart"});
  body.append(say, host);
  const percent = (share: number) => pct(share, 1);
  const more = h("p", {class: "panel-foot"});
  body.append(more);
  /**
   * Figures that need a pass over all probabilities. They are computed when a stop is first shown, and again for other
   * slices.
   */
  let figures = new Map<number, Figures | null>();
  let shown: Scope | undefined;
  const figuresOf = (scope: Scope, stop: number): Figures | null => {
    if (shown !== scope) figures = new Map();
    shown = scope;
    const found = figures.get(stop) ?? figuresIn(data, scope, stop);
    figures.set(stop, found);
    return found;
  };
  const draw = () => {
    const {stop, other, slices} = store.state;
    const scope = scopeOf(data, slices);
    const found = figuresOf(scope, stop);
    const [a, b] = [found?.now, other === null ? null : figuresOf(scope, other)?.now];
    if (!a) {
      setText(say, scope.count ? "This epoch's answers were not recorded." : "There is no image in both slices.");
      setText(more, "");
      host.replaceChildren();
      return;
    }
    const surest = a.bins.at(-1);
    const temperature = data.file.temperatures?.[stop] ?? null;
    const mended =
      found?.after && temperature !== null
        ? ` With temperature ${temperature.toFixed(2)} the ECE would be ${percent(found.after.ece)} (hollow dots).`
        : "";
    setText(
      more,
      found ? `Class-wise ECE ${pct(found.classwise, 2)}, Brier ${found.brier.toFixed(4)}.${b ? "" : mended}` : "",
    );
    if (b && other !== null) {
      setText(
        say,
        `ECE ${percent(a.ece)} at epoch ${data.epochs[stop]}, ${percent(b.ece)} at epoch ${data.epochs[other]}.`,
      );
    } else if (surest) {
      const mean = a.bins.reduce((sum, {count, confidence}) => sum + count * confidence, 0) / scope.count;
      const right = a.bins.reduce((sum, {count, accuracy}) => sum + count * accuracy, 0) / scope.count;
      const word = mean > right ? "too sure" : "too modest";
      const means = `On average ${percent(mean)} sure and ${percent(right)} right`;
      setText(say, `ECE ${percent(a.ece)}. ${means}: ${a.ece < 0.005 ? "well calibrated" : word}.`);
    }
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    const size = rem() * 0.75;
    const [left, right, top, bottom] = [size * 3.2, size * 1.2, size * 1.8, size * 3];
    const x = (p: number) => left + (width - left - right) * p;
    const y = (p: number) => top + (height - top - bottom) * (1 - p);
    const spoken = a.bins.map((bin) => `${pct(bin.confidence, 0)} sure, ${pct(bin.accuracy, 0)} right, ${bin.count}`);
    const label = `Share right by confidence: ${spoken.join("; ")}`;
    const sheet = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label});
    sheet.append(svg("text", {class: "ch-title", x: 0, y: size * 0.95}, "Right, %"));
    for (const p of [0, 0.25, 0.5, 0.75, 1]) {
      const text = String(p * 100);
      sheet.append(
        svg("line", {class: "grid", x1: x(0), x2: x(1), y1: y(p), y2: y(p)}),
        svg("text", {class: "tick", x: x(0) - size * 0.5, y: y(p) + size * 0.35, "text-anchor": "end"}, text),
        svg("text", {class: "tick", x: x(p), y: y(0) + size * 1.3, "text-anchor": "middle"}, text),
      );
    }
    const middle = {class: "tick", x: x(0.5), y: height - size * 0.3, "text-anchor": "middle"};
    sheet.append(
      svg("text", middle, "sure, %"),
      svg("line", {class: "cal-diagonal", x1: x(0), y1: y(0), x2: x(1), y2: y(1)}),
    );
    const hollow = other === null ? found?.after : b;
    for (const [bins, name] of [[hollow?.bins ?? [], "b"] as const, [a.bins, "a"] as const]) {
      // lines from the diagonal to each bin: a bin with few answers may be far away, and a line through all bins would
      // exaggerate this
      for (const {confidence: p, accuracy} of bins) {
        sheet.append(svg("line", {class: `cal-line cal-${name}`, x1: x(p), x2: x(p), y1: y(p), y2: y(accuracy)}));
      }
      for (const {low, high, count, confidence, accuracy} of bins) {
        // the area follows the count; the smallest dot can still be seen
        const r = Math.max(2.2, Math.sqrt(count / scope.count) * size * 1.1);
        const told = `${pct(low, 0)} to ${pct(high, 0)} sure: ${int(count)}, ${pct(accuracy)} right`;
        const dot = svg("circle", {class: `cal-dot cal-${name}`, cx: x(confidence), cy: y(accuracy), r});
        dot.append(svg("title", {}, told));
        sheet.append(dot);
      }
    }
    host.replaceChildren(sheet);
  };
  drawWhenSized(host, draw);
  store.on((_, changed) => {
    if (changed.has("stop") || changed.has("other") || changed.has("slices")) draw();
  });
  return root;
}

/**
 * How well the answers to the images in question are calibrated at a stop; null if none were recorded, or if there is
 * no image.
 */
function figuresIn(data: Data, {images, count, answers: at}: Scope, stop: number): Figures | null {
  const answers = at(stop);
  if (!answers || count === 0) return null;
  const {classes} = data;
  const rows = images ?? Array.from({length: count}, (_, n) => n);
  const labels = Uint16Array.from(rows, (i) => data.labels[i]);
  const predicted = Uint16Array.from(rows, (i) => answers.predicted[i]);
  const confidence = Float32Array.from(rows, (i) => answers.confidence[i]);
  const probabilities = Float32Array.from({length: count * classes}, (_, place) =>
    answers.of(rows[Math.floor(place / classes)], place % classes),
  );
  const temperature = data.file.temperatures?.[stop] ?? null;
  const mended = temperature === null ? null : tempered(probabilities, classes, temperature);
  const after = mended && Float32Array.from(predicted, (k, n) => mended[n * classes + k]);
  return {
    now: calibration(labels, predicted, confidence),
    brier: brierScore(labels, probabilities, classes),
    classwise: classwiseError(labels, probabilities, classes),
    after: after && calibration(labels, predicted, after),
  };
}
