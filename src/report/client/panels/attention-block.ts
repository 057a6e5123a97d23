import type {AttentionOf, PatchLooks} from "../attention";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {pct} from "../format";
import {drawAttention} from "../pictures";
import {patchHand} from "./patch-hand";

/** Below this sharpness, a head looks at all patches nearly equally. */
const SHARP = 0.1;

/**
 * Shows where a transformer's heads look at one image: the rollout, and a table of layers and heads. If the reader
 * points at a patch, it shows where this patch looks. It is hidden if there is nothing to show.
 */
export function attentionBlock(data: Data): {readonly root: HTMLElement; draw(stop: number, i: number): void} {
  const root = h("section", {class: "attention", "aria-label": "Attention"});
  const {attention, words} = data;
  if (!attention) {
    root.hidden = true;
    return {root, draw: () => {}};
  }
  const chosen = h("p", {class: "attention-words"});
  const now = h("p", {class: "attention-now", "aria-live": "polite"});
  const rollout = mapCanvas("0");
  const rows = h("tbody");
  const columns = h("tr");
  root.append(
    h("h3", {}, "Where each head looks"),
    h(
      "div",
      {class: "attention-head"},
      h("figure", {class: "rollout"}, rollout, h("figcaption", {}, "Rollout", h("small", {}, "all layers together"))),
      chosen,
    ),
    now,
    h("table", {class: "heads"}, h("thead", {}, columns), rows),
  );
  let cells: (readonly HeadCell[])[] = [];
  let seen: AttentionOf | undefined;
  let image = -1;
  let patch: number | undefined;

  const place = (token: number) =>
    `row ${Math.floor(token / attention.columns) + 1}, column ${(token % attention.columns) + 1}`;
  const paint = () => {
    if (!seen) return;
    const from: PatchLooks | undefined = patch === undefined ? undefined : seen.from?.(patch);
    // rollout has one scale for all epochs, so that it can be seen growing while the epochs play
    if (from) drawAttention(rollout, data, image, from.rollout, attention, {from: patch});
    else drawAttention(rollout, data, image, seen.rollout, attention, {most: attention.most(image)});
    seen.layers.forEach(({heads}, l) => {
      heads.forEach(({received}, n) => {
        drawAttention(cells[l][n].canvas, data, image, from?.heads[l][n] ?? received, attention, from && {from: patch});
      });
    });
    if (!from || patch === undefined) {
      const hint = seen.from
        ? "Point at a patch, tap it, or press Shift and an arrow key on a map: the maps then show where it looks."
        : `Where each single patch looks is not kept of this ${words.one}.`;
      return setText(now, hint);
    }
    const most = from.rollout.indexOf(Math.max(...from.rollout));
    setText(
      now,
      `The patch in ${place(patch)} looks, over all layers, most at ` +
        `${most === patch ? "itself" : `the one in ${place(most)}`} (${pct(from.rollout[most], 0)}).`,
    );
  };
  const {listenTo} = patchHand(
    {...attention, ...data.image},
    () => (seen?.from ? patch : null),
    (next) => {
      if (next === patch) return;
      patch = next;
      paint();
    },
  );
  listenTo(rollout);
  const rollouts = `The share of each part of the ${words.one} in what the network classifies, over all layers`;
  rollout.setAttribute("aria-label", rollouts);
  rollout.title = rollouts;

  const draw = (stop: number, i: number) => {
    seen = attention.of(stop, i);
    root.hidden = !seen;
    if (!seen) return;
    if (i !== image) patch = undefined;
    image = i;
    // the canvases stay if the heads are the same, so that the pointer or the focus stays on its canvas
    if (seen.layers.map(({heads}) => heads.length).join() !== cells.map((own) => own.length).join()) {
      cells = seen.layers.map(({heads}) => heads.map(() => headCell()));
      for (const {canvas} of cells.flat()) listenTo(canvas);
      const most = Math.max(...cells.map((own) => own.length));
      const head = (text: string) => h("th", {scope: "col"}, text);
      columns.replaceChildren(head("Layer"), ...Array.from({length: most}, (_, n) => head(`Head ${n + 1}`)));
      rows.replaceChildren(
        ...cells.map((own, l) =>
          h(
            "tr",
            {},
            h("th", {scope: "row", title: seen?.layers[l].name}, `${l + 1}`),
            ...own.map(({root: cell}) => cell),
          ),
        ),
      );
    }
    seen.layers.forEach(({heads}, l) => {
      heads.forEach(({distance, sharpness, importance}, n) => {
        cells[l][n].say(
          `Layer ${l + 1}, head ${n + 1}: sharpness ${sharpness.toFixed(2)}; looks ${distance.toFixed(1)} pixels far; ` +
            `the loss changes by ${importance.toFixed(2)} with the size of its output`,
          sharpness.toFixed(2),
        );
      });
    });
    const epoch = data.epochs[stop];
    const when = epoch === 0 ? "Before training" : `After epoch ${epoch}`;
    const heads = seen.layers.flatMap((layer) => layer.heads);
    const sharp = heads.filter(({sharpness}) => sharpness >= SHARP).length;
    setText(
      chosen,
      `${when}, ${sharp} of ${heads.length} heads have chosen where to look. The figure under each map says how sharply: ` +
        "0, at all parts equally; 1, at one part only. Attention says where a head looks, not why the network gave its answer.",
    );
    paint();
  };
  return {root, draw};
}

const mapCanvas = (tabindex: string) => h("canvas", {class: "px head-map", role: "img", tabindex});

type HeadCell = ReturnType<typeof headCell>;

/** One head's map and its figure. */
function headCell() {
  const canvas = mapCanvas("-1");
  const figure = h("small");
  return {
    canvas,
    root: h("td", {}, canvas, figure),
    say(label: string, text: string) {
      canvas.setAttribute("aria-label", label);
      canvas.title = label;
      setText(figure, text);
    },
  };
}
