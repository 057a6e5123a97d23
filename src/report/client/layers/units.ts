import {wilsonInterval} from "../../../numbers/intervals";
import type {Data} from "../data";
import {h} from "../dom";
import {int, pct} from "../format";
import {panel} from "../panels/panel";
import {showsScrolling} from "../scrolls";
import type {Store} from "../state";
import type {LayersData} from "./data";

/** How many units a cell names; if there are more, it shows only their number. */
const NAMED = 12;

/** Shows which units do nothing, and the figures of every layer at the current epoch. */
export function mountUnits(data: Data, layers: LayersData, store: Store): HTMLElement {
  const help =
    `Dead: 0 for every place of all ${int(layers.images)} test images (only layers without outputs below 0 can have such units). Dormant: mean |output| at most ` +
    "2.5 % of the layer's mean (Sokar et al. 2023); dead units are dormant too. Both count only these images: a unit may be active for others. Moved, from start: ‖change‖ over " +
    "‖weights‖ before it. Like before, like the end: CKA. Probe: how many of the images a linear classifier of the layer's outputs " +
    "(ridge regression) gets right, each left out of its fit, with Wilson's 95 % interval. Gradient: the length of the loss' gradient at the layer's weights, of some training images.";
  const {root, body} = panel("units", "Layer by layer", help);
  const rows = h("tbody");
  const heads = [
    "Layer",
    "Weights",
    "Moved",
    "From start",
    "Like before",
    "Like the end",
    "Probe",
    "Gradient",
    "Units",
    "Dead",
    "Dormant",
  ];
  const table = h(
    "table",
    {class: "layers units"},
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", {scope: "col"}, head)))),
    rows,
  );
  body.append(showsScrolling(h("div", {class: "cls-wrap"}, table), table));
  const named = (units: readonly number[] | null) => {
    if (units === null) return "–";
    if (units.length === 0) return "0";
    return units.length > NAMED ? int(units.length) : `${units.length}: ${units.join(", ")}`;
  };
  const probed = (right: number | null | undefined, of: number) => {
    if (right === null || right === undefined) return "–";
    const [low, high] = wilsonInterval(right, of);
    return `${pct(right / of, 0)} (${pct(low, 0)} to ${pct(high, 0)})`;
  };
  const figure = (value: number | null | undefined) =>
    value === null || value === undefined ? "–" : String(Number(value.toPrecision(2)));
  store.on(({stop, view}, changed) => {
    if (view !== "layers" || !(changed.has("stop") || changed.has("view"))) return;
    const e = layers.at(data.epochs[stop]);
    const share = (value: number | null | undefined) =>
      value === null || value === undefined ? "–" : pct(Math.max(0, value));
    const lines = layers.layers.flatMap((layer): LayersData["rows"][number][] => {
      const block = layers.blocks?.find((one) => one.layers[0] === layer.name);
      return block ? [block, layer] : [layer];
    });
    rows.replaceChildren(
      ...lines.map((layer) =>
        h(
          "tr",
          {},
          h("th", {scope: "row"}, layer.name, " ", h("small", {}, "type" in layer ? layer.type : "all of it")),
          ...[
            layer.sampled < layer.weights
              ? `${int(layer.weights)} (${int(layer.sampled)} sampled)`
              : int(layer.weights),
            share(layer.moved[e]),
            share(layer.fromStart[e]),
            share(layer.likeBefore[e]),
            share(layer.likeLast[e]),
            probed(layer.probe[e], layers.images),
            figure(layer.gradient[e]),
            ...("units" in layer
              ? [int(layer.units), e < 0 ? "–" : named(layer.dead[e]), e < 0 ? "–" : named(layer.dormant[e])]
              : ["–", "–", "–"]),
          ].map((text) => h("td", {}, text)),
        ),
      ),
    );
  });
  return root;
}
