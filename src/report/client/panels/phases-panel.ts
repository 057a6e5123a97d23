import type {Data} from "../data";
import {h} from "../dom";
import {seconds} from "../format";
import {showsScrolling} from "../scrolls";
import type {Store} from "../state";
import {panel} from "./panel";
import {phasesOf} from "./phases";

/** Shows how the time was used: the seconds of each epoch by phase. */
export function mountPhases(data: Data, store: Store): HTMLElement {
  const {metrics} = data.file;
  const phases = phasesOf(metrics);
  const isTrainedHere = phases.some(([phase]) => phase === "train");
  const help =
    `Wall-clock seconds of each epoch: ${isTrainedHere ? "training the network, " : ""}evaluating it on the validation and test ` +
    "images, and the probes that made what this page shows.";
  const {root, body} = panel("phases", "Time", help);
  const isSample = data.file.stops.length < data.file.recorded;
  const shown = isSample ? metrics.filter(({epoch}) => data.epochs.includes(epoch)) : metrics;
  const total = (row: (typeof metrics)[number]) => phases.reduce((sum, [phase]) => sum + (row.seconds[phase] ?? 0), 0);
  const longest = Math.max(1e-9, ...metrics.map(total));
  const all = metrics.reduce((sum, row) => sum + total(row), 0);
  const key = phases.map(([phase, word]) => {
    const spent = metrics.reduce((sum, row) => sum + (row.seconds[phase] ?? 0), 0);
    return h("span", {}, h("i", {class: `sw ph-${phase}`}), `${word} ${seconds(spent)}`);
  });
  const rows = shown.map((row) => {
    const parts = phases.map(([phase]) =>
      h("i", {class: `ph-${phase}`, style: {"--w": String((row.seconds[phase] ?? 0) / longest)}}),
    );
    const told = phases.map(([phase, word]) => `${word} ${seconds(row.seconds[phase] ?? 0)}`).join(", ");
    const line = h(
      "button",
      {class: "ph-row", type: "button", title: `Epoch ${row.epoch}: ${told}`},
      h("span", {class: "ph-e"}, String(row.epoch)),
      h("span", {class: "ph-bar"}, ...parts),
      h("span", {class: "ph-s"}, seconds(total(row))),
    );
    const stop = data.epochs.indexOf(row.epoch);
    if (stop >= 0) line.addEventListener("click", () => store.go(stop));
    else line.disabled = true;
    return line;
  });
  body.append(
    h("p", {class: "panel-say"}, `${seconds(all)} in all.`),
    h("div", {class: "ph-key"}, ...key),
    showsScrolling(h("div", {class: "ph-rows", tabindex: "-1"}, ...rows)),
  );
  store.on(({stop, other}, changed) => {
    if (!changed.has("stop") && !changed.has("other")) return;
    rows.forEach((row, n) => {
      const here = data.epochs.indexOf(shown[n].epoch);
      row.classList.toggle("on", here >= 0 && (here === stop || here === other));
    });
  });
  return root;
}
