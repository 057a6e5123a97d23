import type {InsideStop} from "../../report-file";
import {css, mix, tokens} from "../colors";
import type {Activation, Data, InsideData} from "../data";
import {h, setText, svg} from "../dom";
import {int} from "../format";
import {ON_PROCESSOR} from "../on-processor";
import {picture} from "../pictures";
import type {Store} from "../state";
import {stripNames} from "../strip-names";
import {visTables} from "../vis-tables";

type Weights = InsideStop["weights"][number];

/**
 * Shows the inside of the network: its layers, the distribution of its weights, and each layer's answer to an image.
 */
export function mountInside(data: Data, inside: InsideData, store: Store): {root: HTMLElement; draw(): void} {
  const summary = h("div", {class: "in-vis"});
  const statistics = h("div", {class: "in-vis"});
  const spread = h("div", {class: "in-spread"});
  const maps = h("div", {class: "in-maps"});
  const samples = h("div", {class: "in-samples", role: "group", "aria-label": "Images to send through"});
  const when = h("p", {class: "panel-say"});
  const root = h(
    "details",
    {class: "panel inside"},
    h("summary", {}, h("h2", {}, "Inside the network")),
    when,
    h(
      "div",
      {class: "in-grid"},
      h("div", {}, h("h3", {}, "Layers"), summary),
      h("div", {}, h("h3", {}, "Weights"), statistics),
    ),
    h("h3", {}, "How the weights are spread"),
    h("p", {class: "panel-foot"}, "Filled: the epoch shown. Line: before training, or the other epoch when comparing."),
    spread,
    h("h3", {}, `What each layer makes of the ${data.words.one}`),
    samples,
    maps,
  );
  const choices = inside.images.map((i) => {
    const choice = h("button", {
      type: "button",
      class: "in-sample",
      "aria-label": `${data.names[data.labels[i]]}, test image ${i}`,
    });
    choice.append(picture(data, i));
    choice.addEventListener("click", () => store.set({image: i}));
    samples.append(choice);
    return choice;
  });
  const drawTables = visTables(data, inside, summary, statistics);

  let shown = -1;
  const draw = () => {
    if (!root.open) return;
    const {stop, other, image} = store.state;
    if (inside.images.includes(image)) shown = image;
    if (shown < 0) shown = inside.images[0];
    choices.forEach((choice, n) => {
      choice.setAttribute("aria-pressed", String(inside.images[n] === shown));
    });
    const now = inside.weights(stop);
    setText(when, now ? `At epoch ${data.epochs[stop]}.` : `Not recorded at epoch ${data.epochs[stop]}.`);
    const against = inside.weights(other ?? data.epochs.indexOf(0));
    spread.replaceChildren(...(now ?? []).map((array, n) => histogram(array, against?.[n])));
    maps.replaceChildren(...inside.activations(stop, shown).map((activation) => activationRow(data, activation)));
    drawTables(stop);
  };
  root.addEventListener("toggle", draw);
  store.on((_, changed) => {
    if (["stop", "other", "image"].some((key) => changed.has(key as "stop"))) draw();
  });
  return {root, draw};
}

/** Draws the distribution of one array: filled bars, and that of the other epoch as an outline over the same axis. */
function histogram(array: Weights, against: Weights | undefined): HTMLElement {
  const [width, height, top] = [180, 74, 4];
  // biases are all equal at first, so there is nothing to draw
  const both = against && against !== array && against.max > against.min ? [array, against] : [array];
  const low = Math.min(...both.map(({min}) => min));
  const high = Math.max(...both.map(({max}) => max));
  const x = (value: number) => (high > low ? ((value - low) / (high - low)) * width : width / 2);
  // heights are densities, so that wide and narrow buckets can be compared
  const densities = ({buckets}: Weights) =>
    Array.from({length: buckets.length / 3}, (_, k) => ({
      from: buckets[3 * k],
      to: buckets[3 * k + 1],
      density: buckets[3 * k + 2] / (buckets[3 * k + 1] - buckets[3 * k] || 1),
    }));
  const outline = (weights: Weights) => {
    const steps = densities(weights);
    const peak = Math.max(...steps.map(({density}) => density));
    const y = (density: number) => top + (height - top) * (1 - density / (peak || 1));
    const points = steps.flatMap(({from, to, density}) => [`${x(from)},${y(density)}`, `${x(to)},${y(density)}`]);
    return points.length
      ? `M${x(steps[0].from)},${height}L${points.join("L")}L${x(steps[steps.length - 1].to)},${height}`
      : "";
  };
  const label = `${array.name}: ${array.min.toPrecision(2)} to ${array.max.toPrecision(2)}`;
  const sheet = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
    preserveAspectRatio: "none",
  });
  sheet.append(svg("path", {class: "in-bars", d: outline(array)}));
  if (both[1]) sheet.append(svg("path", {class: "in-line", d: outline(both[1])}));
  if (low < 0 && high > 0) sheet.append(svg("line", {class: "grid", x1: x(0), x2: x(0), y1: 0, y2: height}));
  const ends = h("span", {class: "in-ends"}, h("span", {}, low.toPrecision(2)), h("span", {}, high.toPrecision(2)));
  return h("figure", {class: "in-hist"}, sheet, ends, h("figcaption", {}, array.name));
}

/** Draws a layer's channels as small maps, or as one strip if the layer has no places. */
function activationRow(
  data: Data,
  {layer, type, height, width, size: own, channels, of, values}: Activation,
): HTMLElement {
  const theme = tokens();
  const flat = height * width === 1;
  const draw = (canvas: HTMLCanvasElement, rows: number, columns: number, at: (p: number) => number) => {
    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext("2d", ON_PROCESSOR);
    for (let p = 0; context && p < rows * columns; p++) {
      context.fillStyle = css(mix(theme.tile, theme.saliency, Math.sqrt(at(p))));
      context.fillRect(p % columns, Math.floor(p / columns), 1, 1);
    }
    return canvas;
  };
  const name = (c: number) => `${layer}, channel ${c}`;
  const canvases = flat
    ? [draw(h("canvas", {class: "px in-strip", role: "img", "aria-label": layer}), 1, channels, (p) => values[p])]
    : Array.from({length: channels}, (_, c) =>
        draw(
          h("canvas", {class: "px in-map", role: "img", "aria-label": name(c), title: name(c)}),
          height,
          width,
          (p) => values[p * channels + c],
        ),
      );
  const some = of > channels ? `, the first ${channels} of ${int(of)}` : "";
  const size = flat ? `${int(of)} units` : `${int(of)} channels of ${own[0]} × ${own[1]}`;
  return h(
    "div",
    {class: "in-row"},
    h("p", {}, h("strong", {}, layer), ` ${type}: ${size}${some}`),
    h("div", {class: "in-canvases"}, ...canvases),
    // if there are as many units as classes, each unit belongs to a class
    flat && of === data.classes && channels === of && stripNames(data.names, values),
  );
}
