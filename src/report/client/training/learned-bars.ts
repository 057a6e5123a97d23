import type {Data} from "../data";
import {h, rem, svg} from "../dom";
import {int} from "../format";
import {panel} from "../panels/panel";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import type {TrainingData} from "./data";
import {movesByEpoch} from "./samples";

/**
 * If the first epoch learned more than this many times as much as any later one, its bar is cut; otherwise the others
 * could not be seen.
 */
const CUT = 1.6;

/**
 * Draws a pair of bars for each epoch: newly right answers upwards, newly wrong ones downwards. The first bar is cut if
 * it is much longer than the others.
 */
export function mountLearnedBars(data: Data, training: TrainingData, store: Store): HTMLElement {
  const help =
    `Up: training ${data.words.many} answered right that were wrong in the epoch before. Down: answered wrong that were right before. ` +
    "All later bars have one scale; the first bar is cut if it would be much longer, and shows its number. Each answer is the one that the " +
    `network gave ${training.isAfter ? "after the epoch, with dropout off" : "as the image was presented, before it learned from it"}.`;
  const {root, body} = panel(
    "moves",
    "Learned and forgotten",
    help,
    h("span", {class: "key-fa"}, h("i", {class: "sw sw-for"}), "learned", h("i", {class: "sw sw-lost"}), "forgotten"),
  );
  const host = h("div", {class: "chart chart-moves"});
  body.append(host);
  const moves = movesByEpoch(training);
  const draw = () => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    const size = rem() * 0.75;
    const later = Math.max(1, ...moves.slice(1).map(({learned}) => learned));
    const down = Math.max(0, ...moves.map(({forgotten}) => forgotten));
    const isCut = moves.length > 1 && moves[0].learned > CUT * later;
    const up = isCut ? CUT * later : Math.max(1, ...moves.map(({learned}) => learned));
    const room = height - size * 4.6;
    const scale = room / (up + down);
    const base = size * 1.5 + up * scale;
    const column = width / moves.length;
    const bar = Math.min(column * 0.62, 5 * rem());
    const told = moves.map(
      ({learned, forgotten}, e) => `epoch ${training.epochs[e]}: ${learned} learned, ${forgotten} forgotten`,
    );
    const sheet = svg("svg", {
      ...{width, height, viewBox: `0 0 ${width} ${height}`, role: "img"},
      "aria-label": `Newly right and newly wrong: ${told.join("; ")}`,
    });
    sheet.append(svg("line", {class: "moves-base", x1: 0, x2: width, y1: base, y2: base}));
    const epochs = training.epochsBy(data.epochs[store.state.stop]);
    const small = column < size * 5;
    moves.forEach(({learned, forgotten}, e) => {
      const x = column * (e + 0.5);
      const on = e === epochs - 1;
      const high = Math.min(learned, up) * scale;
      const name = on ? "moves on" : "moves";
      if (learned)
        sheet.append(svg("rect", {class: `${name} up`, x: x - bar / 2, y: base - high, width: bar, height: high}));
      if (isCut && e === 0) {
        const y = base - high * 0.62;
        const d = `M${x - bar / 2 - 3},${y + 5}L${x + bar / 2 + 3},${y - 3}`;
        sheet.append(svg("path", {class: "moves-break", d}));
      }
      const low = forgotten * scale;
      if (forgotten)
        sheet.append(svg("rect", {class: `${name} down`, x: x - bar / 2, y: base, width: bar, height: low}));
      const label = (text: string, y: number, more = "") =>
        sheet.append(svg("text", {class: `moves-n ${on ? "on" : ""} ${more}`, x, y, "text-anchor": "middle"}, text));
      if (!small || on) label(`+${int(learned)}`, base - high - size * 0.45);
      if (forgotten && (!small || on)) label(`−${int(forgotten)}`, base + low + size * 1.1);
      label(String(training.epochs[e]), height - size * 0.3, "tick");
      const hit = svg("rect", {class: "moves-hit", x: column * e, y: 0, width: column, height});
      hit.addEventListener("click", () => {
        const stop = data.epochs.indexOf(training.epochs[e]);
        if (stop >= 0) store.go(stop);
      });
      hit.append(svg("title", {}, `Go to ${told[e]}`));
      sheet.append(hit);
    });
    host.replaceChildren(sheet);
  };
  drawWhenSized(host, draw);
  store.on(({view}, changed) => {
    if (view === "training" && (changed.has("stop") || changed.has("view"))) draw();
  });
  return root;
}
