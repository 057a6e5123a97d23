import {fitted} from "../../plots/fitted";
import {broughtInside, placeLabels} from "../../plots/labels";
import {h, rem} from "./dom";
import {drawWhenSized} from "./sized";
import {textWidth} from "./text-width";

/** The most letters of a name, and its font size in rems. */
const [LETTERS, SIZE] = [16, 0.75];

/**
 * Writes the names of a strip's cells, each under its cell. If names would touch, the one with the greater value is
 * shown. A cell's tooltip shows its name, too.
 *
 * @param values One value for each cell.
 */
export function stripNames(names: readonly string[], values: ArrayLike<number>): HTMLElement {
  const host = h("div", {class: "in-names"});
  const order = Array.from(names.keys()).sort((a, b) => values[b] - values[a] || a - b);
  const shown = names.map((name) => fitted(name || "–", LETTERS));
  const draw = () => {
    const {clientWidth: width, clientHeight: height} = host;
    if (!width) return;
    const size = SIZE * rem();
    const bounds = {left: 0, top: 0, right: width, bottom: height};
    const labels = order.map((k) => {
      const wide = textWidth(shown[k], `500 ${size}px`) + size / 2;
      const middle = ((k + 0.5) * width) / names.length;
      return {width: wide, height, places: [broughtInside([middle, height / 2], wide, height, bounds)]};
    });
    const boxes = placeLabels(labels, bounds);
    host.replaceChildren(
      ...order.flatMap((k, n) => {
        const box = boxes[n];
        const left = box && `${box.left}px`;
        return box ? [h("span", {title: names[k], style: {left, width: `${box.right - box.left}px`}}, shown[k])] : [];
      }),
    );
  };
  drawWhenSized(host, draw);
  return host;
}
