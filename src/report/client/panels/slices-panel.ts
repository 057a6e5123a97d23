import {type Slice, worstFirst} from "../../../numbers/slices";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {int, pct} from "../format";
import {scopeOf} from "../scope";
import {showsScrolling} from "../scrolls";
import {besides, chooseSlices, isChosen, slicesIn, sliceWords, withSlice} from "../slices";
import type {Store} from "../state";
import {fittedTo} from "../text-width";
import {panel} from "./panel";

/** How many slices are shown at first, and how many images a slice must have to say something. */
const [FIRST, ENOUGH] = [12, 20];

/**
 * Shows which kinds of pictures the network gets wrong: slices by visible properties or by the user's columns, the
 * worst first.
 */
export function mountSlices(data: Data, store: Store): HTMLElement {
  const {words} = data;
  const given = data.columns.length ? ` and by your columns (${data.columns.map(({name}) => name).join(", ")})` : "";
  const help =
    `Test ${words.many} by brightness, by size (the ink's box as a share of the picture) and by stroke width (twice the ink's area over its outline, in pixels)${given}. ` +
    "Each slice has the share that the network gets right, with Wilson's 95 % interval. ▼: the interval lies below the share of all; of many slices one in forty does so by chance. " +
    `Grey: fewer than ${ENOUGH}. Click a slice, and every panel shows only its ${words.many}; a slice of another kind narrows them further. Click it again, or press Esc, to undo the choice.`;
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
  const rowOf = ({right, interval, ...slice}: ReturnType<typeof worstFirst>[number], share: number) => {
    const {field, value, images} = slice;
    const [low, high] = interval.map((one) => (100 * one).toFixed(1));
    const on = isChosen(store.state.slices, slice);
    const pick = h(
      "button",
      {class: "chip", type: "button", title: `${field}: ${value}`, "aria-pressed": String(on)},
      fittedTo(`${field}: ${value}`, 22, 0.8125, 600),
    );
    pick.addEventListener("click", () => {
      // the slice itself, because the row may contain only the images that a slice of another field leaves
      const own = slicesIn(data).find((one) => one.field === field && one.value === value);
      if (own) chooseSlices(data, store, withSlice(store.state.slices, own));
    });
    const figures = [
      int(images.length),
      pct(right / images.length),
      `${low} to ${high}`,
      images.length >= ENOUGH && interval[1] < share ? "▼" : "",
    ];
    const kind = images.length < ENOUGH ? "dim" : "";
    return h("tr", {class: kind}, h("th", {scope: "row"}, pick), ...figures.map((text) => h("td", {}, text)));
  };
  const draw = () => {
    const {stop, slices} = store.state;
    const answers = data.answers[stop];
    if (!answers) return;
    const share = 1 - answers.wrong / data.count;
    const isRight = (image: number) => answers.predicted[image] === data.labels[image];
    // a row counts the images that a click on it would leave
    const within = slicesIn(data).map((slice): Slice => {
      const {images, has} = scopeOf(data, besides(slices, slice));
      return images ? {...slice, images: slice.images.filter(has)} : slice;
    });
    const scores = worstFirst(
      within.filter(({images}) => images.length > 0),
      isRight,
    );
    const telling = [
      ...scores.filter(({images}) => images.length >= ENOUGH),
      ...scores.filter(({images}) => images.length < ENOUGH),
    ];
    const shown = telling.filter((slice, n) => isWhole || n < FIRST || isChosen(slices, slice));
    const focused = rows.contains(document.activeElement) ? document.activeElement?.getAttribute("title") : null;
    rows.replaceChildren(...shown.map((score) => rowOf(score, share)));
    if (focused)
      [...rows.querySelectorAll("button")].find(({title}) => title === focused)?.focus({preventScroll: true});
    more.hidden = isWhole || telling.length <= FIRST;
    const fields = slices.length ? ` A row counts what choosing it leaves, beside ${sliceWords(slices)}.` : "";
    setText(foot, `Of all ${int(data.count)}: ${pct(share)} right.${fields}`);
  };
  store.on(({view}, changed) => {
    const isOther = changed.has("stop") || changed.has("slices") || changed.has("view");
    if (view === "answers" && isOther) draw();
  });
  return root;
}
