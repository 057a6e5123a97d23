import type {Data} from "../data";
import {h} from "../dom";
import {drawAttention} from "../pictures";

/** Under this sharpness a head looks at all patches nearly alike. */
const SHARP = 0.1;

/** Where a transformer's heads look at one image: rollout, and a table of layers and heads. Hidden where there is nothing. */
export function attentionBlock(data: Data): {readonly root: HTMLElement; draw(stop: number, i: number): void} {
  const root = h("section", {class: "attention", "aria-label": "Attention"});
  const draw = (stop: number, i: number) => {
    const {attention, words} = data;
    const seen = attention?.of(stop, i);
    root.hidden = !seen;
    if (!attention || !seen) return;
    const map = (shares: Float32Array, label: string) => {
      const canvas = h("canvas", {class: "px head-map", role: "img", "aria-label": label, title: label});
      drawAttention(canvas, data, i, shares, attention);
      return canvas;
    };
    const epoch = data.epochs[stop];
    const when = epoch === 0 ? "Before training" : `After epoch ${epoch}`;
    const heads = seen.layers.flatMap((layer) => layer.heads);
    const chosen = heads.filter(({sharpness}) => sharpness >= SHARP).length;
    root.replaceChildren(
      h("h3", {}, "Where each head looks"),
      h(
        "div",
        {class: "attention-head"},
        h(
          "figure",
          {class: "rollout"},
          map(
            seen.rollout,
            `The share of each part of the ${words.one} in what the network classifies, over all layers`,
          ),
          h("figcaption", {}, "Rollout", h("small", {}, "all layers together")),
        ),
        h(
          "p",
          {class: "attention-words"},
          `${when}, ${chosen} of ${heads.length} heads have chosen where to look. The figure under each map says how sharply: `,
          "0, at all parts equally; 1, at one part only. Attention says where a head looks, not why the network gave its answer.",
        ),
      ),
      table(
        seen.layers.map(({name, heads: own}, l) => ({
          name,
          cells: own.map(({received, distance, sharpness, importance}, n) => {
            const label =
              `Layer ${l + 1}, head ${n + 1}: sharpness ${sharpness.toFixed(2)}; looks ${distance.toFixed(1)} pixels far; ` +
              `the loss changes by ${importance.toFixed(2)} with the size of its output`;
            return h("td", {}, map(received, label), h("small", {}, sharpness.toFixed(2)));
          }),
        })),
      ),
    );
  };
  return {root, draw};
}

/** A row a layer, a cell a head. */
function table(layers: readonly {readonly name: string; readonly cells: readonly HTMLElement[]}[]): HTMLElement {
  const most = Math.max(...layers.map(({cells}) => cells.length));
  const head = (text: string) => h("th", {scope: "col"}, text);
  const names = Array.from({length: most}, (_, n) => head(`Head ${n + 1}`));
  const rows = layers.map(({name, cells}, l) =>
    h("tr", {}, h("th", {scope: "row", title: name}, `${l + 1}`), ...cells),
  );
  return h("table", {class: "heads"}, h("thead", {}, h("tr", {}, head("Layer"), ...names)), h("tbody", {}, ...rows));
}
