import {visible} from "../../../escape/visible";
import type {TrackedShown} from "../../tracked-file";
import {hueVariable} from "../colors";
import type {Data} from "../data";
import {h, polyline, rem, setText, svg} from "../dom";
import {panel} from "../panels/panel";
import {showsScrolling} from "../scrolls";
import {drawWhenSized} from "../sized";

/**
 * Shows the images that the user followed: their scores within the epochs, and the weights of the last layer that act
 * on them.
 */
export function mountTracked(data: Data, {images}: TrackedShown): HTMLElement {
  let chosen = images[0];
  const nameOf = ({name}: (typeof images)[number]) => visible(name);
  const choice = h("select", {"aria-label": "Image"}, ...images.map((one, n) => h("option", {value: n}, nameOf(one))));
  choice.addEventListener("change", () => {
    chosen = images[Number(choice.value)];
    draw();
  });
  const help =
    "Images that the run followed (--track): the logit of the label (thick) and of the classes that scored best at the end, twenty times an epoch. The table has the weights of " +
    "the last layer from a node to the label that moved this image's score most: the change itself, the change over the standard deviation of all weights at the start " +
    "(never a percentage of a weight that is near 0), and by how much it moved the score.";
  const {root, body} = panel("tracked", "Followed within the epochs", help, choice);
  const host = h("div", {class: "chart tracked-chart"});
  const keys = h("p", {class: "sample-keys"});
  const rows = h("tbody");
  const heads = ["Node", "First", "Last", "Change", "Over spread", "Moved the score by"];
  const head = h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", {scope: "col"}, text))));
  const table = h("table", {class: "layers tracked"}, head, rows);
  body.append(host, keys, showsScrolling(h("div", {class: "cls-wrap"}, table), table));
  const draw = () => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    const {at, logits, classes, label, weights} = chosen;
    const size = rem() * 0.75;
    const all = logits.flat();
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const left = size * 2.5;
    const x = (when: number) => left + ((width - left - 4) * when) / Math.max(at[at.length - 1], 1e-9);
    const y = (value: number) => 6 + ((height - size * 2 - 6) * (high - value)) / Math.max(high - low, 1e-9);
    const ends = classes.map((k, c) => `${data.names[k]} ${logits[c][logits[c].length - 1]}`).join(", ");
    const sheet = svg("svg", {...{width, height, role: "img"}, "aria-label": `Logits at the end: ${ends}`});
    for (const value of [low, 0, high]) {
      if (value < low || value > high) continue;
      sheet.append(svg("line", {class: "grid", x1: left, x2: width, y1: y(value), y2: y(value)}));
      const words = String(Number(value.toPrecision(2))).replace("-", "−");
      sheet.append(svg("text", {class: "tick", x: left - 4, y: y(value) + size * 0.35, "text-anchor": "end"}, words));
    }
    const last = Math.floor(at[at.length - 1]);
    for (let epoch = 0; epoch <= last; epoch += Math.ceil((last + 1) / 12)) {
      sheet.append(
        svg(
          "text",
          {class: "tick", x: x(epoch), y: height - 3, "text-anchor": epoch === last ? "end" : "middle"},
          String(epoch),
        ),
      );
    }
    classes
      .map((k, c) => ({k, values: logits[c]}))
      .reverse()
      .forEach(({k, values}) => {
        const path = svg("path", {
          class: k === label ? "p-true" : "p-hi",
          d: polyline(values.map((v, n) => [x(at[n]), y(v)] as const)),
        });
        path.style.stroke = hueVariable(data.looks[k]);
        sheet.append(path);
      });
    host.replaceChildren(sheet);
    keys.replaceChildren(
      ...classes.map((k) => {
        const dot = h("i", {class: "sw"});
        dot.style.background = hueVariable(data.looks[k]);
        return h("span", {class: "sample-key"}, dot, `${data.names[k]}${k === label ? ", the label" : ""}`);
      }),
    );
    const told = (value: number) => String(value).replace("-", "−");
    rows.replaceChildren(
      ...weights.map(({node, values, change, overSpread, pushed}) =>
        h(
          "tr",
          {},
          h("th", {scope: "row"}, String(node)),
          ...[values[0], values[values.length - 1], change, overSpread, pushed].map((value) =>
            h("td", {}, told(value)),
          ),
        ),
      ),
    );
    if (weights.length === 0)
      rows.replaceChildren(h("tr", {}, h("td", {colspan: heads.length}, "The last layer's weights were not kept.")));
    setText(root.querySelector(".panel-title h2") as HTMLElement, `Followed within the epochs: ${nameOf(chosen)}`);
  };
  drawWhenSized(host, draw);
  return root;
}
