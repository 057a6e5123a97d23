import {css, mix, tokens} from "../colors";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {int, pct} from "../format";
import {ON_PROCESSOR} from "../on-processor";
import {panel, segmented} from "../panels/panel";
import {showsScrolling} from "../scrolls";
import type {Store} from "../state";
import type {FilterPicture, LayersData} from "./data";

/** A filter is crossed out if it is above 0 at a smaller share of images and places than this. */
const HARDLY = 0.001;

/** Shows the filters that changed most: before training, and at the current epoch. */
export function mountFilters(data: Data, layers: LayersData, store: Store): {root: HTMLElement; draw(): void} | null {
  const able = layers.layers.filter(({filters}) => filters);
  if (able.length === 0) return null;
  let chosen = able[0];
  const choice = segmented(
    "Layer",
    able.map(({name}) => [name, name] as const),
    chosen.name,
    (name) => {
      chosen = able.find((layer) => layer.name === name) ?? chosen;
      draw();
    },
  );
  if (able.length < 2) choice.root.hidden = true;
  const help =
    "Each pair is one filter: as it was before training on the left, at the epoch shown on the right; blue weights are above 0, orange ones below, both on " +
    "one scale. If a filter has several input channels, you see the channel that changed most. The figure is the share of test images and places at which " +
    "the filter's output is above 0; below 0.1 % it is crossed out.";
  const {root, body} = panel("filters", "Filters, most changed first", help, choice.root);
  const grid = showsScrolling(h("div", {class: "kern", role: "group", "aria-label": "Filters"}));
  const foot = h("p", {class: "panel-foot"});
  body.append(grid, foot);
  const draw = () => {
    if (store.state.view !== "layers") return;
    const {filters} = chosen;
    const e = Math.max(0, layers.at(data.epochs[store.state.stop]));
    if (!filters) return;
    const pictures = filters.units.map((_, n) => [layers.filter(chosen, 0, n), layers.filter(chosen, e, n)] as const);
    const peak = pictures.reduce(
      (most, pair) => Math.max(most, ...pair.flatMap(({values}) => [...values].map(Math.abs))),
      1e-9,
    );
    const figures = filters.units.map((unit, n) => {
      const share = layers.on(chosen, e, n);
      const change = filters.changes[n];
      const title = `Filter ${unit}${filters.inputs > 1 ? `, input channel ${filters.channels[n]}` : ""}: on at ${pct(share)} of places${change === null ? "" : `, changed by ${pct(change, 0)} of its length in all`}`;
      const [before, now] = pictures[n];
      const label = {role: "img", "aria-label": title};
      return h(
        "figure",
        {class: share < HARDLY ? "hardly" : "", title},
        h("div", {class: "kern-pair", ...label}, kernel(before, peak), kernel(now, peak)),
        h("figcaption", {}, pct(share, 0)),
      );
    });
    grid.replaceChildren(...figures);
    const of = chosen.units > filters.units.length ? `, ${int(filters.units.length)} of ${int(chosen.units)}` : "";
    setText(
      foot,
      `${chosen.name}${of}: epoch ${layers.epochs[0]} and epoch ${layers.epochs[e]}; on in so many % of places.`,
    );
  };
  store.on(({view}, changed) => {
    if (view === "layers" && (changed.has("stop") || changed.has("view"))) draw();
  });
  return {root, draw};
}

function kernel({height, width, values}: FilterPicture, peak: number): HTMLCanvasElement {
  const canvas = h("canvas", {class: "px", width, height, "aria-hidden": "true"});
  const context = canvas.getContext("2d", ON_PROCESSOR);
  const theme = tokens();
  for (let p = 0; context && p < height * width; p++) {
    const strength = Math.min(1, Math.abs(values[p]) / peak) ** 0.8;
    context.fillStyle = css(mix(theme.tile, values[p] > 0 ? theme.ok : theme.bad, strength));
    context.fillRect(p % width, Math.floor(p / width), 1, 1);
  }
  return canvas;
}
