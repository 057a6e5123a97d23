import type {EpochMetrics} from "../../../pipeline/types";
import {spread} from "../../../plots/labels";
import type {Data} from "../data";
import {h, polyline, rem, svg} from "../dom";
import {pct} from "../format";
import {type Scope, scopeOf} from "../scope";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import {textWidth} from "../text-width";
import {panel, segmented} from "./panel";

type Quantity = "loss" | "accuracy";
/** Values, and their places on the axis. */
interface Axis {
  readonly ticks: readonly number[];
  readonly low: number;
  readonly high: number;
  along(value: number): number;
  label(value: number): string;
}

/** Finer ticks for a loss that hardly changes. */
const FINE_LOSS_TICKS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]
  .flatMap((step) => [0.001, 0.01, 0.1, 1, 10].map((ten) => Number((step * ten).toPrecision(2))))
  .sort((a, b) => a - b);
const LOSS_TICKS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];
const ACCURACY_TICKS = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];

/**
 * The axis of a quantity. If it is zoomed, it shows the logarithm of the loss, or −log(1 − accuracy), which spreads the
 * last per cents.
 */
export function axisOf(quantity: Quantity, values: readonly number[], zoomed: boolean): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (quantity === "loss") {
    if (zoomed && low > 0) {
      const [bottom, top] = [low * 0.85, high * 1.15];
      const within = (tick: number) => tick >= bottom && tick <= top;
      const coarse = LOSS_TICKS.filter(within);
      const ticks = coarse.length > 2 ? coarse : FINE_LOSS_TICKS.filter(within);
      return {ticks, low: bottom, high: top, along: Math.log, label: String};
    }
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10].find((size) => high / size <= 5) ?? high / 4;
    const ticks = Array.from({length: Math.floor(high / step) + 1}, (_, n) => Number((n * step).toFixed(2)));
    return {ticks, low: 0, high: high * 1.05, along: (v) => v, label: String};
  }
  const percent = (v: number) => String(Number((v * 100).toFixed(1)));
  if (!zoomed) return {ticks: [0, 0.25, 0.5, 0.75, 1], low: 0, high: 1, along: (v) => v, label: percent};
  const best = Math.max(0.5, ...values.filter((v) => v < 1));
  const top = Math.min(0.9997, best + (1 - best) * 0.25);
  const ticks = ACCURACY_TICKS.filter((tick) => tick <= best + (1 - best) * 0.2);
  return {ticks, low: 0, high: top, along: (v) => -Math.log(1.0005 - v), label: percent};
}

/** Probabilities are kept to 1/65,535: a smaller one counts as half of that. */
const LEAST_PROBABILITY = 0.5 / 65_535;

/**
 * The epoch, and the loss or accuracy of the images in question, for every stop whose answers are known; empty if these
 * are all images.
 */
function sliceLine(data: Data, scope: Scope, quantity: Quantity): readonly (readonly [number, number])[] {
  const {images, count} = scope;
  if (!images || count === 0) return [];
  return data.epochs.flatMap((epoch, stop) => {
    const answers = scope.answers(stop);
    if (!answers) return [];
    if (quantity === "accuracy") return [[epoch, 1 - answers.wrong / count] as const];
    const loss = (i: number) => -Math.log(Math.max(LEAST_PROBABILITY, answers.of(i, data.labels[i])));
    return [[epoch, images.reduce((sum, i) => sum + loss(i), 0) / count] as const];
  });
}

/** If there are more epochs, those that the page can stop at are read aloud. */
const MOST_SPOKEN = 100;

/**
 * The split that is shown beside training: the validation images, or the test images if there are none (as for a
 * network from elsewhere).
 */
function judgedBy({file: {metrics}}: Data): "validation" | "test" {
  return metrics.some(({validationLoss}) => Number.isFinite(validationLoss)) ? "validation" : "test";
}

function chart(data: Data, store: Store, quantity: Quantity): HTMLElement {
  const host = h("div", {class: "chart"});
  const {metrics} = data.file;
  const judged = judgedBy(data);
  const lines = {
    train: metrics.map((row) => [row.epoch, quantity === "loss" ? row.trainLoss : row.trainAccuracy] as const),
    validation: metrics.map(
      (row) => [row.epoch, quantity === "loss" ? row[`${judged}Loss`] : row[`${judged}Accuracy`]] as const,
    ),
  };
  const known = (line: readonly (readonly [number, number | null])[]) =>
    line.filter((point): point is readonly [number, number] => Number.isFinite(point[1]));
  const train = known(lines.train);
  const validation = known(lines.validation);
  const within = metrics.flatMap((row: EpochMetrics) =>
    (row.steps ?? []).map((step) => [step.at, quantity === "loss" ? step.loss : step.accuracy] as const),
  );
  const trained = Math.max(1, ...metrics.map(({epoch}) => epoch));
  /** The curve within the epoch that is being trained. */
  const going = () => {
    const {live} = store.state;
    if (live?.kind !== "training" || metrics.some(({epoch}) => epoch === live.epoch)) return [];
    return live.steps.map((step) => [step.at, quantity === "loss" ? step.loss : step.accuracy] as const);
  };
  let lastEpoch = trained;
  const title = quantity === "loss" ? "Loss" : "Accuracy, %";
  const format = (v: number) => (quantity === "loss" ? v.toFixed(3) : pct(v));
  const spoken = metrics.flatMap((row, n) => {
    if (metrics.length > MOST_SPOKEN && !data.epochs.includes(row.epoch)) return [];
    const [t, v] = [lines.train[n][1], lines.validation[n][1]];
    return `epoch ${row.epoch}${t === null ? "" : ` train ${format(t)},`} ${judged} ${v === null ? "none" : format(v)}`;
  });
  let x = (epoch: number) => epoch;
  let y = (value: number) => value;
  let heads: SVGLineElement[] = [];
  let dots: SVGGElement | undefined;

  let slice: readonly (readonly [number, number])[] = [];
  const draw = () => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height || validation.length === 0) return;
    const size = rem() * 0.75;
    const [left, right, top, bottom] = [size * 2.9, size * 5.2, size * 1.9, size * 1.7];
    const now = [...within, ...going()];
    slice = sliceLine(data, scopeOf(data, store.state.slices), quantity);
    lastEpoch = Math.max(trained, Math.ceil(now.at(-1)?.[0] ?? 0));
    const axis = axisOf(
      quantity,
      [...train, ...validation, ...slice, ...now].map(([, v]) => v),
      store.state.zoomed,
    );
    const [from, to] = [axis.along(axis.low), axis.along(axis.high)];
    x = (epoch) => left + ((width - left - right) * epoch) / lastEpoch;
    y = (value) => {
      const inside = Math.max(axis.low, Math.min(axis.high, value));
      return top + (height - top - bottom) * (1 - (axis.along(inside) - from) / (to - from));
    };
    const own = slice.map(([epoch, value]) => `; slice at epoch ${epoch} ${format(value)}`).join("");
    const label = `${title.replace(", %", "")} after each epoch: ${spoken.join("; ")}${own}`;
    const sheet = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label});
    sheet.append(svg("text", {class: "ch-title", x: 0, y: size * 0.95}, title));
    let above = Number.NEGATIVE_INFINITY; // ticks that would touch are left out, beginning from the better end
    for (const tick of [...axis.ticks].sort((m, n) => y(m) - y(n))) {
      const at = y(tick);
      if (at - above < size * 1.2) continue;
      above = at;
      sheet.append(
        svg("line", {class: "grid", x1: left, x2: width - right, y1: at, y2: at}),
        svg("text", {class: "tick", x: left - size * 0.5, y: at + size * 0.35, "text-anchor": "end"}, axis.label(tick)),
      );
    }
    const widest = Math.max(size * 2.2, textWidth(`${lastEpoch}`, `400 ${size}px`) + size);
    const room = Math.max(2, Math.floor((width - left - right) / widest));
    for (let epoch = 0; epoch <= lastEpoch; epoch += Math.ceil((lastEpoch + 1) / room)) {
      const at = {class: "tick", x: x(epoch), y: height - size * 0.3, "text-anchor": "middle"};
      sheet.append(svg("text", at, String(epoch)));
    }
    heads = ["ph", "ph ph-b"].map((name) => svg("line", {class: name, y1: top, y2: height - bottom}));
    const path = (points: readonly (readonly [number, number])[], name: string) =>
      svg("path", {class: name, d: polyline(points.map(([epoch, value]) => [x(epoch), y(value)]))});
    dots = svg("g");
    sheet.append(
      ...heads,
      path(now, "l-batch"),
      path(train, "l-train"),
      path(validation, "l-val"),
      path(slice, "l-slice"),
      dots,
    );
    const named = [
      ["train", train.at(-1)],
      [judged, validation.at(-1)],
      ["slice", slice.at(-1)],
    ] as const;
    const ending = named.flatMap(([name, end]) => (end ? [{name, at: y(end[1])}] : []));
    const places = spread(
      ending.map(({at}) => at),
      size * 1.2,
      top,
      height - bottom - size * 0.35,
    );
    ending.forEach(({name}, n) => {
      const at = {x: width - right + size * 0.5, y: places[n] + size * 0.35};
      sheet.append(svg("text", {class: `ch-lab ${name === judged ? "val" : name}`, ...at}, name));
    });
    host.replaceChildren(sheet);
    move();
  };
  /** Between stops, the marker moves along with the moving parts. */
  const epochAt = (at: number) => {
    const before = Math.floor(at);
    const after = Math.min(data.last, before + 1);
    return data.epochs[before] + (data.epochs[after] - data.epochs[before]) * (at - before);
  };
  const move = () => {
    const {at, atOther, stop, other} = store.state;
    [at, other === null ? null : atOther].forEach((place, n) => {
      if (!heads[n]) return;
      heads[n].style.display = place === null ? "none" : "";
      if (place === null) return;
      heads[n].setAttribute("x1", String(x(epochAt(place))));
      heads[n].setAttribute("x2", String(x(epochAt(place))));
    });
    const marks = [stop, other].flatMap((place) => {
      if (place === null) return [];
      const epoch = data.epochs[place];
      const mark = (line: readonly (readonly [number, number])[], name: string, r: number) =>
        line.filter(([e]) => e === epoch).map(([, v]) => svg("circle", {class: name, r, cx: x(epoch), cy: y(v)}));
      return [...mark(train, "d-train", 3.2), ...mark(validation, "d-val", 3.8), ...mark(slice, "d-slice", 3.4)];
    });
    dots?.replaceChildren(...marks);
  };
  drawWhenSized(host, draw);
  host.addEventListener("click", (event) => {
    const epoch = (event.clientX - host.getBoundingClientRect().left - x(0)) / (x(1) - x(0));
    const distance = (s: number) => Math.abs(data.epochs[s] - epoch);
    store.go(data.epochs.reduce((best, _, s) => (distance(s) < distance(best) ? s : best), 0));
  });
  store.on((_, changed) => {
    if (changed.has("zoomed") || changed.has("live") || changed.has("slices")) draw();
    else if (["at", "atOther", "stop", "other"].some((key) => changed.has(key as "at"))) move();
  });
  return host;
}

export function mountCurves(data: Data, store: Store): HTMLElement {
  const scale = segmented(
    "Scale",
    [
      ["zoomed", "Zoomed"],
      ["plain", "Plain"],
    ] as const,
    "zoomed",
    (choice) => store.set({zoomed: choice === "zoomed"}),
  );
  const judged = judgedBy(data) === "test" ? "Test" : "Validation";
  const help =
    `Loss is how wrong the network is on average: lower is better. “${judged}” ${data.words.many} are never trained ` +
    `on, so when train keeps improving and ${judged.toLowerCase()} does not, the network is memorising. The thin line is the ` +
    "training inside each epoch. The zoomed scale spreads out the last few per cent. With a slice chosen, “slice” is the line of its test " +
    `${data.words.many} alone, of answers kept to 1/65,535.`;
  const {root, body} = panel("curves", "Learning curves", help, scale.root);
  body.append(chart(data, store, "loss"), chart(data, store, "accuracy"));
  return root;
}
