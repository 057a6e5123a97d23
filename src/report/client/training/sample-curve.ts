import {hueVariable} from "../colors";
import type {Data} from "../data";
import {polyline, rem, svg} from "../dom";
import {pct} from "../format";
import type {TrainingData} from "./data";

/**
 * Draws a training image's own curve: the probability of its label by epoch and, where the answer was another class,
 * the probability of the answer.
 */
export function drawSampleCurve(host: HTMLElement, data: Data, training: TrainingData, row: number): void {
  const [width, height] = [host.clientWidth, host.clientHeight];
  if (!width || !height || row < 0) return;
  const size = rem() * 0.75;
  const column = width / training.epochs.length;
  const y = (p: number) => size * 0.6 + (height - size * 1.2) * (1 - p);
  const x = (e: number) => column * (e + 0.5);
  const label = training.labels[row];
  const of = training.epochs.map((_, e) => training.probability(e, row));
  const spoken = training.epochs.map((epoch, e) => `epoch ${epoch} ${pct(of[e], 0)}`).join(", ");
  const sheet = svg("svg", {
    ...{width, height, viewBox: `0 0 ${width} ${height}`, role: "img"},
    "aria-label": `Probability of the label ${data.names[label]}: ${spoken}`,
  });
  for (const p of [0, 0.5, 1]) sheet.append(svg("line", {class: "grid", x1: 0, x2: width, y1: y(p), y2: y(p)}));
  // other answers: one line for each class, over the epochs at which it was the answer
  const others = new Map<number, [number, number][]>();
  training.epochs.forEach((_, e) => {
    const {predicted, sureness} = training.answer(e, row);
    if (predicted === label) return;
    others.set(predicted, [...(others.get(predicted) ?? []), [x(e), y(sureness)]]);
  });
  const dots = (points: readonly (readonly [number, number])[], k: number) => {
    for (const [cx, cy] of points) {
      const dot = svg("circle", {r: 3, cx, cy});
      dot.style.fill = hueVariable(data.looks[k]);
      sheet.append(dot);
    }
  };
  const line = (points: readonly (readonly [number, number])[], k: number, name: string) => {
    const path = svg("path", {class: name, d: polyline(points)});
    path.style.stroke = hueVariable(data.looks[k]);
    sheet.append(path);
    dots(points, k);
  };
  for (const [k, points] of others) line(points, k, "p-hi");
  line(
    of.map((p, e) => [x(e), y(p)] as const),
    label,
    "p-true",
  );
  host.replaceChildren(sheet);
}
