import type {Data} from "../data";
import {h, polyline, rem, setText, svg} from "../dom";
import {int, pct} from "../format";
import {panel} from "../panels/panel";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import {fittedTo} from "../text-width";
import {alikeGroups} from "./alike-words";
import type {LayersData} from "./data";

/** From this many layers on, their rows are lower. */
const MANY = 8;

/**
 * Draws one row for each layer, with time across: how far its weights moved, and how similar it was to its final state.
 */
export function mountStave(data: Data, layers: LayersData, store: Store): HTMLElement {
  const help =
    `Black line: how similar the layer's outputs for ${int(layers.images)} test images are to its final ones, by linear CKA (unbiased; Kornblith et al. ` +
    "2019, Nguyen et al. 2021): 100 % means equal up to a rotation and a scale, 0 means unrelated. Dashed: similarity to the epoch before. Grey: how far the " +
    (layers.within
      ? "weights moved from each look to the next within the epochs (--track), divided by their length then. On"
      : "weights moved since the epoch before, divided by their length then. On") +
    " the right: the distance from the start, divided by the length at the start. Places of a convolution are first averaged in at most 7 × 7 blocks." +
    (layers.blocks
      ? " A block of a transformer is one row: all its matrices together, and what it gives on. Heads are alike where the maps of what they look " +
        "at have a correlation above 0.95."
      : "");
  const {root, body} = panel(
    "stave",
    "The score of the layers",
    help,
    h(
      "span",
      {class: "key-fa"},
      h("i", {class: "sw sw-moved"}),
      "moved",
      h("i", {class: "ln"}),
      "like the end",
      h("i", {class: "ln ln-before"}),
      "like before",
    ),
  );
  const rows = layers.rows.map((layer) => {
    const host = h("div", {class: "stave-chart"});
    const end = h("span", {class: "stave-end"});
    const alike = h("span", {class: "stave-alike"});
    const parts = "layers" in layer ? `${layer.name}: ${layer.layers.join(", ")}` : layer.name;
    const name = h(
      "span",
      {class: "stave-name", title: parts},
      h("b", {}, fittedTo(layer.name, 5, 0.8125, 650)),
      h("small", {}, int(layer.weights)),
      alike,
    );
    return {layer, host, end, alike, root: h("div", {class: "stave-row"}, name, host, end)};
  });
  const axis = h("div", {class: "stave-chart stave-axis"});
  body.append(
    h(
      "div",
      {class: layers.rows.length >= MANY ? "stave many" : "stave"},
      ...rows.map((row) => row.root),
      h("div", {class: "stave-row"}, h("span"), axis, h("span")),
    ),
  );
  const {within} = layers;
  const movesIn = ({name}: LayersData["rows"][number]) => within?.rows[name];
  const peak = Math.max(0.01, ...layers.rows.flatMap((row) => movesIn(row) ?? row.moved.map((one) => one ?? 0)));
  const x = (e: number, width: number) =>
    layers.epochs.length > 1 ? (width * (e + 0.5)) / layers.epochs.length : width / 2;
  const draw = () => {
    const alike = data.attention?.alike(store.state.stop);
    for (const row of rows) {
      drawRow(row.layer, row.host, row.end);
      row.alike.replaceChildren(...alikeGroups(row.layer, alike).map((text) => h("span", {}, text)));
    }
    const width = axis.clientWidth;
    if (!width) return;
    const size = rem() * 0.75;
    const sheet = svg("svg", {width, height: size * 1.5, "aria-hidden": "true"});
    const every = Math.ceil((layers.epochs.length * size * 2.5) / width);
    layers.epochs.forEach((epoch, e) => {
      if (e % every) return;
      sheet.append(svg("text", {class: "tick", x: x(e, width), y: size * 1.1, "text-anchor": "middle"}, String(epoch)));
    });
    axis.replaceChildren(sheet);
  };
  /** Steps, one from each look to the next. */
  const area = (at: readonly number[], moves: readonly number[], width: number, y: (share: number) => number) => {
    const place = (time: number) => x(lookAt(layers.epochs, time), width);
    const steps = moves.map((moved, n) => {
      const from = n > 0 ? at[n - 1] : layers.epochs[0];
      return `V${y(moved / peak)}H${place(Math.max(at[n], from))}`;
    });
    return svg(
      "path",
      {class: "stave-area", d: `M${place(layers.epochs[0])} ${y(0)}${steps.join("")}V${y(0)}Z`},
      svg("title", {}, `moved at most ${pct(Math.max(...moves))} of its length from one look to the next`),
    );
  };
  const drawRow = (layer: LayersData["rows"][number], host: HTMLElement, end: HTMLElement) => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    const now = layers.at(data.epochs[store.state.stop]);
    const top = 4;
    const y = (share: number) => top + (height - top - 2) * (1 - Math.max(0, Math.min(1, share)));
    const told = layers.epochs.map((epoch, e) => {
      const like = layer.likeLast[e];
      return `epoch ${epoch}${like === null ? "" : `, ${pct(Math.max(0, like), 0)} like the end`}${layer.moved[e] === null ? "" : `, moved ${pct(layer.moved[e] ?? 0, 0)}`}`;
    });
    const sheet = svg("svg", {...{width, height, role: "img"}, "aria-label": `${layer.name}: ${told.join("; ")}`});
    sheet.append(
      svg("line", {class: "grid", x1: 0, x2: width, y1: y(1), y2: y(1)}),
      svg("line", {class: "grid", x1: 0, x2: width, y1: y(0), y2: y(0)}),
    );
    const column = width / layers.epochs.length;
    const bar = Math.min(column * 0.5, 3 * rem());
    const moves = movesIn(layer);
    if (within && moves) sheet.append(area(within.at, moves, width, y));
    else
      layer.moved.forEach((moved, e) => {
        if (moved === null) return;
        const mark = svg("rect", {
          class: e === now ? "stave-bar on" : "stave-bar",
          x: x(e, width) - bar / 2,
          y: y(moved / peak),
          width: bar,
          height: y(0) - y(moved / peak),
        });
        mark.append(svg("title", {}, told[e]));
        sheet.append(mark);
      });
    if (now >= 0) sheet.append(svg("line", {class: "ph", x1: x(now, width), x2: x(now, width), y1: 0, y2: height}));
    const line = (values: readonly (number | null)[], name: string) => {
      const points = values.flatMap((value, e) => (value === null ? [] : [[x(e, width), y(value)] as const]));
      sheet.append(svg("path", {class: name, d: polyline(points)}));
      if (name === "stave-like")
        for (const [cx, cy] of points) sheet.append(svg("circle", {class: "d-val", cx, cy, r: 3}));
    };
    line(layer.likeBefore, "stave-before");
    line(layer.likeLast, "stave-like");
    host.replaceChildren(sheet);
    const from = now < 0 ? null : layer.fromStart[now];
    setText(end, from === null ? "" : `${from.toFixed(1)} ×`);
    end.title = "Distance from the start, in lengths of the weights at the start";
  };
  drawWhenSized(body, draw);
  store.on(({view}, changed) => {
    if (view === "layers" && (changed.has("stop") || changed.has("view"))) draw();
  });
  return root;
}

/** The place of a time among the epochs that were looked at, whole numbers at these. @param time In epochs. */
export function lookAt(epochs: readonly number[], time: number): number {
  const next = epochs.findIndex((epoch) => epoch >= time);
  if (next < 0) return epochs.length - 1;
  if (next === 0) return 0;
  return next - (epochs[next] - time) / (epochs[next] - epochs[next - 1]);
}
