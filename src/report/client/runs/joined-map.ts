import type {JoinedMaps, RunsShown} from "../../runs-file";
import type {Data} from "../data";
import {h, svg} from "../dom";
import {int} from "../format";
import {panel} from "../panels/panel";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";

/** How near to a dot a click may fall, in pixels. */
const NEAR = 14;

/** Both runs' maps of the same images: dots where this run has them, a line from where the base had those that differ. */
export function mountJoinedMap(
  data: Data,
  shown: RunsShown,
  maps: JoinedMaps,
  store: Store,
): {root: HTMLElement; draw(): void} {
  const {base, run} = shown;
  const place = new Map(maps.indices.map((index, n) => [index, n]));
  const differing = [...shown.fixed, ...shown.broken];
  const there = differing.filter(([index]) => place.has(index));
  const help =
    `The test ${data.words.many} as ${run} maps them. ${base}'s map was turned, mirrored, scaled and moved as a whole to lie over it (least squares). Of each ${data.words.one} ` +
    `that only one of the two gets right a line leads from its place in ${base} (●) to its place in ${run} (○). Click one to look at it.`;
  const {root, body} = panel("joined-map", "Two maps, joined", help);
  const host = h("div", {class: "chart joined-chart"});
  const foot = h(
    "p",
    {class: "panel-foot"},
    `${int(there.length)} of the ${int(differing.length)} ${data.words.many} that differ are on both maps; ${int(maps.indices.length)} dots.`,
  );
  body.append(host, foot);
  const draw = () => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    const side = Math.min(width, height) - 16;
    const [left, top] = [(width - side) / 2, (height - side) / 2];
    const at = (list: readonly number[], n: number) =>
      [left + (side * list[2 * n]) / 1000, top + side - (side * list[2 * n + 1]) / 1000] as const;
    const told = `${int(there.length)} ${data.words.many} with another answer, joined`;
    const sheet = svg("svg", {...{width, height, role: "img"}, "aria-label": told});
    const dots = maps.indices.map((_, n) => {
      const [x, y] = at(maps.run, n);
      return `M${x.toFixed(1)} ${y.toFixed(1)}h.01`;
    });
    sheet.append(svg("path", {class: "joined-dots", d: dots.join("")}));
    for (const [index] of there) {
      const n = place.get(index) as number;
      const [[x1, y1], [x2, y2]] = [at(maps.base, n), at(maps.run, n)];
      const group = svg("g", {class: index === store.state.image ? "joined now" : "joined"});
      group.append(
        svg("line", {x1, y1, x2, y2}),
        svg("circle", {class: "from", cx: x1, cy: y1, r: 3}),
        svg("circle", {class: "to", cx: x2, cy: y2, r: 3.5}),
      );
      sheet.append(group);
    }
    host.replaceChildren(sheet);
  };
  host.addEventListener("click", (event) => {
    const box = host.getBoundingClientRect();
    const side = Math.min(box.width, box.height) - 16;
    const [left, top] = [(box.width - side) / 2, (box.height - side) / 2];
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const far = ([index]: (typeof there)[number]) => {
      const n = place.get(index) as number;
      const to = (list: readonly number[]) =>
        Math.hypot(left + (side * list[2 * n]) / 1000 - px, top + side - (side * list[2 * n + 1]) / 1000 - py);
      return Math.min(to(maps.base), to(maps.run));
    };
    const nearest = [...there].sort((a, b) => far(a) - far(b))[0];
    if (nearest && far(nearest) <= NEAR) store.set({image: nearest[0]});
  });
  drawWhenSized(host, draw);
  return {root, draw};
}
