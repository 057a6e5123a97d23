import {MARK_PATHS} from "../../plots/marks";
import {hueVariable} from "./colors";
import type {Data} from "./data";
import {svg} from "./dom";

/** A class's colour and mark, as they are on the map. */
export function swatch({looks}: Pick<Data, "looks">, k: number): SVGElement {
  const {mark} = looks[k];
  const viewBox = mark === "disc" ? "-1 -1 2 2" : "-1.3 -1.3 2.6 2.6";
  const sheet = svg("svg", {class: "sw", viewBox, "aria-hidden": "true"});
  const shape = svg("path", {d: MARK_PATHS[mark], "fill-rule": "evenodd"});
  shape.style.fill = hueVariable(looks[k]);
  sheet.append(shape);
  return sheet;
}
