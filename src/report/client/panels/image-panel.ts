import {fitted} from "../../../plots/fitted";
import {hueVariable} from "../colors";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {int, pct} from "../format";
import {picture} from "../pictures";
import type {Store} from "../state";
import {fittedTo} from "../text-width";
import {attentionBlock} from "./attention-block";
import {tileRow} from "./image-tiles";
import {panel, segmented} from "./panel";
import {mountScore} from "./score";

/** How many nearest neighbours are shown. */
const NEIGHBOURS = 8;

/** Added to the help if the page has maps by methods that the user asked for. */
const MAPS_HELP =
  " In the maps by other methods, blue pixels speak for the class and orange pixels against it; if a method gives only " +
  "strengths, strong pixels are teal. Faithfulness says how well a map foretells what removing parts does: 1 exactly, 0 not " +
  "at all. The completeness gap says by how much the sum of a map misses the difference that it explains.";

export interface ImagePanel {
  readonly root: HTMLElement;
  draw(): void;
  /** Goes to the next (1) or previous (−1) image of the list. */
  step(by: 1 | -1): void;
}

/** Shows everything that is known about one test image. */
export function mountImagePanel(data: Data, store: Store, images: () => readonly number[]): ImagePanel {
  const {words, names, labels} = data;
  const step = (by: 1 | -1) => {
    const list = images();
    if (list.length === 0) return;
    const now = list.indexOf(store.state.image);
    const next = now < 0 ? (by > 0 ? 0 : list.length - 1) : (now + by + list.length) % list.length;
    store.set({image: list[next]});
  };
  const tool = (label: string, title: string, sign: string, click: () => void, more = "") =>
    h("button", {class: `tool sq${more}`, type: "button", "aria-label": label, title, onclick: click}, sign);
  const help =
    `Everything known about one test ${words.one}. Saliency shows the pixels that would change the answer most; infidelity ` +
    "says how badly it predicts what hiding a part does (0 exactly, 1 no better than no map), sensitivity how much of it " +
    "changes with noise that no eye sees. LIME " +
    "hides pieces and watches the probability: blue pieces speak for the class, orange hatched pieces against it. “Up to " +
    "34 % each” is the pull of the strongest piece; R² says how well the pieces add up to the answer, stability how " +
    "alike the picture comes out when made again." +
    (data.pixelMaps.length === 0 ? "" : MAPS_HELP);
  const {root, body} = panel(
    "image",
    `One ${words.one}`,
    help,
    tool(`Previous ${words.one} of the list`, "Previous (K)", "‹", () => step(-1)),
    tool(`Next ${words.one} of the list`, "Next (J)", "›", () => step(1)),
    tool("Close", "Close (Esc)", "×", () => store.set({sheet: false}), " sheet-close"),
  );
  const verdict = h("p", {class: "verdict", "aria-live": "polite"});
  const meta = h("p", {class: "meta"});
  const tiles = h("div", {class: "tiles"});
  const limeBar = h("div", {class: "lime-bar"});
  const bars = h("div", {class: "bars"});
  const score = mountScore(data, store);
  const near = h("div", {class: "near"});
  const heads = attentionBlock(data);
  body.append(verdict, meta, tiles, limeBar, heads.root, bars, score.root, near);

  const tell = (stop: number, other: number | null, i: number) => {
    const [a, b] = [data.answers[stop], other === null ? null : data.answers[other]];
    const name = h("strong", {}, names[labels[i]] || "–");
    const read = (predicted: number) =>
      h("strong", {class: predicted === labels[i] ? "" : "bad"}, names[predicted] || "–");
    if (!a) return verdict.replaceChildren(name);
    const first = a.predicted[i];
    const sure = h("span", {class: "num"}, pct(a.confidence[i]));
    if (b) {
      const then = b.predicted[i] === first ? [" at both epochs"] : [", then ", read(b.predicted[i])];
      return verdict.replaceChildren(name, ` ${words.as} `, read(first), ...then);
    }
    if (first === labels[i]) return verdict.replaceChildren(name, ` ${words.right}, `, sure, " sure");
    return verdict.replaceChildren(name, ` ${words.as} `, read(first), ", ", sure, " sure");
  };

  const limeChoice = (stop: number, i: number) => {
    limeBar.replaceChildren();
    const entries = data.lime?.of(stop, i) ?? [];
    const isSigned = data.pixelMaps.some((map) => map.signed && map.tile(stop, i));
    if (entries.length === 0 && !isSigned) return;
    limeBar.append(
      h("span", {class: "key-fa"}, h("i", {class: "sw sw-for"}), "for", h("i", {class: "sw sw-against"}), "against"),
    );
    const predicted = data.answers[stop]?.predicted[i];
    const both = predicted !== labels[i] && entries.some(({explained}) => explained === labels[i]);
    if (!both || predicted === undefined || entries.length < 2) return;
    const items = [
      ["predicted", `For ${fitted(names[predicted], 12)}, ${words.asAnswered}`],
      ["label", `For ${fitted(names[labels[i]], 12)}, the truth`],
    ] as const;
    limeBar.append(segmented("LIME for", items, store.state.limeFor, (limeFor) => store.set({limeFor})).root);
  };

  /**
   * The three largest probabilities, and that of the true class; in a comparison, also that of the other epoch's
   * answer.
   */
  const drawBars = (stop: number, other: number | null, i: number) => {
    const [a, b] = [data.answers[stop], other === null ? null : data.answers[other]];
    bars.hidden = !a;
    if (!a) return;
    const classes = Array.from({length: data.classes}, (_, k) => k);
    const top = classes.sort((k, j) => a.of(i, j) - a.of(i, k)).slice(0, 3);
    if (!top.includes(labels[i])) top[top.length - 1] = labels[i];
    const then = b?.predicted[i];
    if (then !== undefined && !top.includes(then)) top[top[2] === labels[i] ? 1 : 2] = then;
    const fill = (share: number, k: number, more: string) =>
      h("span", {class: `bar-fill ${more}`, style: {"--w": String(share), "--c": hueVariable(data.looks[k])}});
    bars.classList.toggle("two", b !== null);
    const header =
      b &&
      other !== null &&
      h(
        "div",
        {class: "bar bar-head"},
        h("span"),
        h("span"),
        h("span", {class: "bar-v ab ab-a"}, String(data.epochs[stop])),
        h("span", {class: "bar-v ab ab-b"}, String(data.epochs[other])),
      );
    const lines = top.map((k) =>
      h(
        "div",
        {class: k === labels[i] ? "bar is-true" : "bar"},
        h("span", {class: "bar-n", title: names[k]}, fittedTo(names[k], 4.75, 0.9375, 650) || "–"),
        h("span", {class: "bar-track"}, fill(a.of(i, k), k, ""), b && fill(b.of(i, k), k, "bar-b")),
        h("span", {class: "bar-v"}, pct(a.of(i, k))),
        b && h("span", {class: "bar-v"}, pct(b.of(i, k))),
      ),
    );
    bars.replaceChildren(...(header ? [header] : []), ...lines);
  };

  /** The images that are nearest to this one at a stop. */
  const drawNear = (stop: number, i: number) => {
    const {map} = data;
    const point = map?.point[i] ?? -1;
    near.hidden = !map || point < 0;
    if (!map || point < 0) return;
    const {points, from} = map.neighbours(stop, point, NEIGHBOURS);
    const list = points.map((m) => {
      const j = map.image[m];
      const differs = labels[j] !== labels[i];
      const label = `${names[labels[j]]}${differs ? ", another class" : ""}`;
      const button = h("button", {
        type: "button",
        class: differs ? "nb wrong" : "nb",
        "aria-label": label,
        title: label,
      });
      const image = picture(data, j);
      button.append(image, h("span", {class: "th-cap"}, fittedTo(names[labels[j]], 2.25, 0.75, 650) || "–"));
      button.addEventListener("click", () => store.set({image: j}));
      return button;
    });
    const where = from === "features" ? "by what the network sees" : "on the map";
    near.replaceChildren(h("h3", {}, `Nearest ${words.many} ${where}`), h("div", {class: "nbs"}, ...list));
  };

  const draw = () => {
    const {image: i, stop, other} = store.state;
    tell(stop, other, i);
    const list = images();
    const place = list.indexOf(i);
    const inList = place >= 0 ? `, ${int(place + 1)} of ${int(list.length)} in the list` : "";
    setText(meta, `Test image ${int(i)}${inList}`);
    const file = data.fileOf(i);
    if (file) {
      const name = file.link
        ? h(
            "a",
            {class: "file", href: file.link, target: "_blank", rel: "noopener", title: `Open ${file.path}`},
            file.path,
          )
        : h("span", {class: "file"}, file.path);
      meta.append(" · ", name);
    }
    tiles.replaceChildren(
      tileRow(data, store, stop, other !== null),
      ...(other === null ? [] : [tileRow(data, store, other, true)]),
    );
    limeChoice(stop, i);
    heads.draw(stop, i);
    drawBars(stop, other, i);
    // the chart of scores takes longer, and nobody reads it while epochs play, so it is drawn when the page has time
    score.later();
    drawNear(stop, i);
  };
  store.on((_, changed) => {
    if (["image", "stop", "other", "limeFor", "selection"].some((key) => changed.has(key as "image"))) draw();
  });
  return {root, draw, step};
}
