import {imageTraits} from "../../../numbers/image-traits";
import {quartersOf, type Slice, slicesOf, worstFirst} from "../../../numbers/slices";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {int, pct} from "../format";
import {showsScrolling} from "../scrolls";
import type {Store} from "../state";
import {fittedTo} from "../text-width";
import {panel} from "./panel";

/** Slices that are shown at first, and images from which on a slice says something. */
const [FIRST, ENOUGH] = [12, 20];

/** Which kinds of pictures does it get wrong? Slices by what can be seen of them, or by the user's columns, the worst first. */
export function mountSlices(data: Data, store: Store): HTMLElement {
  const {words} = data;
  const given = data.columns.length ? ` and by your columns (${data.columns.map(({name}) => name).join(", ")})` : "";
  const help =
    `Test ${words.many} by brightness, by size (the ink's box as a share of the picture) and by stroke width (twice the ink's area over its outline, in pixels)${given}. ` +
    "Each slice has the share that the network gets right, with Wilson's 95 % interval. ▼: the interval lies below the share of all; of many slices one in forty does so by chance. " +
    `Grey: fewer than ${ENOUGH}. Click a slice to list its ${words.many} and to mark them on the map; Esc lets go.`;
  const {root, body} = panel("slices", "Worst slices", help);
  const rows = h("tbody");
  const heads = ["Slice", "Images", "Right", "95 %", ""];
  const table = h(
    "table",
    {class: "layers slices"},
    h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", {scope: "col"}, text)))),
    rows,
  );
  const foot = h("p", {class: "panel-foot"});
  const more = h("button", {class: "link", type: "button"}, "Show all slices");
  let isWhole = false;
  more.addEventListener("click", () => {
    isWhole = true;
    draw();
  });
  body.append(showsScrolling(h("div", {class: "cls-wrap"}, table), table), foot, more);
  let slices: readonly Slice[] | undefined;
  const draw = () => {
    const answers = data.answers[store.state.stop];
    if (!answers) return;
    slices ??= slicesIn(data);
    const share = 1 - answers.wrong / data.count;
    const scores = worstFirst(slices, (image) => answers.predicted[image] === data.labels[image]);
    const telling = [
      ...scores.filter(({images}) => images.length >= ENOUGH),
      ...scores.filter(({images}) => images.length < ENOUGH),
    ];
    rows.replaceChildren(
      ...telling.slice(0, isWhole ? telling.length : FIRST).map(({field, value, images, right, interval}) => {
        const [low, high] = interval.map((one) => (100 * one).toFixed(1));
        const pick = h(
          "button",
          {class: "chip", type: "button", title: `${field}: ${value}`},
          fittedTo(`${field}: ${value}`, 22, 0.8125, 600),
        );
        pick.addEventListener("click", () => store.set({selection: {kind: "lasso", images}}));
        return h(
          "tr",
          {class: images.length < ENOUGH ? "dim" : ""},
          h("th", {scope: "row"}, pick),
          ...[
            int(images.length),
            pct(right / images.length),
            `${low} to ${high}`,
            images.length >= ENOUGH && interval[1] < share ? "▼" : "",
          ].map((text) => h("td", {}, text)),
        );
      }),
    );
    more.hidden = isWhole || telling.length <= FIRST;
    setText(foot, `Of all ${int(data.count)}: ${pct(share)} right.`);
  };
  store.on(({view}, changed) => {
    if (view === "answers" && (changed.has("stop") || changed.has("view"))) draw();
  });
  return root;
}

function slicesIn(data: Data): Slice[] {
  const {height, width, channels} = data.image;
  const traits = Array.from({length: data.count}, (_, i) => imageTraits(data.pixels(i), height, width, channels));
  return [
    ...quartersOf("brightness", traits.map(({brightness}) => brightness)), // biome-ignore format: a field a line
    ...quartersOf("size", traits.map(({size}) => size)), // biome-ignore format: as above
    ...quartersOf("stroke width", traits.map(({stroke}) => stroke)), // biome-ignore format: as above
    ...data.columns.flatMap(({name, values}) => slicesOf(name, values)),
  ];
}
