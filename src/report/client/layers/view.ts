import type {Data} from "../data";
import {h} from "../dom";
import {pct} from "../format";
import {mountCurves} from "../panels/curves";
import type {Store} from "../state";
import type {PageView} from "../views";
import type {LayersData} from "./data";
import {mountFilters} from "./filters";
import {mountLayersLead} from "./lead";
import {mountStave} from "./stave";
import {mountUnits} from "./units";

/** The view of the layers: what moved inside, and when did it settle? */
export function mountLayers(data: Data, layers: LayersData, store: Store): PageView {
  const filters = mountFilters(data, layers, store);
  const stave = mountStave(data, layers, store);
  const curves = data.file.metrics.length ? mountCurves(data, store) : null;
  const left = h(
    "div",
    {class: "left"},
    h("div", {class: curves ? "hero of-2" : "hero of-1"}, mountLayersLead(data, layers, store), curves),
    h("div", {class: filters ? "pair of-2" : "pair of-1"}, stave, filters?.root),
    mountUnits(data, layers, store),
  );
  return {left, side: null, draw: () => filters?.draw(), step: () => {}, clear: () => {}};
}

/** The words about this view in the row of questions, at an epoch: "like the end: 94 %". */
export function layersFinding(layers: LayersData, epoch: number): string {
  const e = layers.at(epoch);
  const likes = layers.rows.flatMap(({likeLast}) => (e < 0 ? [] : (likeLast[e] ?? [])));
  return likes.length ? `like the end: ${pct(Math.max(0, Math.min(...likes)), 0)}` : "";
}
