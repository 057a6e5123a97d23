import type {JoinedMaps, RunsShown} from "../../runs-file";
import type {Data} from "../data";
import {h, setText, svg} from "../dom";
import {int} from "../format";
import {listenToMap, type Pointed} from "../map/map-input";
import {HOME} from "../map/map-view";
import {panel} from "../panels/panel";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import {fittedTo} from "../text-width";
import {countsOf, isNarrowed, listsOf, narrowingOf, walkOf, withinWords} from "./lists";

/** How many pixels there are between the dots and the edge. */
const EDGE = 8;

/**
 * Shows both runs' maps of the same images: a dot where this run has an image and, if the answers differ, a line to the
 * place where the base had it. A circle around dots selects their images, as on the map of the answers.
 */
export function mountJoinedMap(
  data: Data,
  shown: RunsShown,
  maps: JoinedMaps,
  store: Store,
): {root: HTMLElement; draw(): void} {
  const {base, run} = shown;
  const {one, many} = data.words;
  const place = new Map(maps.indices.map((index, n) => [index, n]));
  const isThere = ([index]: readonly [index: number, ...more: number[]]) => place.has(index);
  const lists = listsOf(shown);
  const differing = [...lists.fixed, ...lists.broken];
  const counts = countsOf(shown);
  const ofThose = differing.length < counts.fixed + counts.broken ? "that differ and are listed" : "that differ";
  const joined = differing.filter(isThere).map(([index]) => index);
  const wrong = lists.wrong.filter(isThere).map(([index]) => index);
  const points = pointsOf([...joined, ...wrong], joined, data.count);
  const screen = new Float32Array(3 * points.image.length);
  const help =
    `The test ${many} as ${run} maps them. ${base}'s map was turned, mirrored, scaled and moved as a whole to lie over it (least squares). Of each ${one} ` +
    `that only one of the two gets right a line leads from its place in ${base} (○) to its place in ${run} (●); the larger grey dots are ${many} that both ` +
    `get wrong. Click one to look at it. Draw a circle round places: the lists and the lines then show only the ${many} with a place inside. Shift and an arrow key go from one to the next, Enter opens it.`;
  const lasso = h("button", {class: "tool", type: "button", title: `Draw round the places to select ${many}`}, "Lasso");
  const {root, body} = panel("joined-map", "Two maps, joined", help, lasso);
  const host = h("div", {class: "chart joined-chart map-cv", tabindex: "0", role: "application"});
  host.setAttribute(
    "aria-label",
    `${int(joined.length)} ${many} that only one run gets right, on both maps. Shift and an arrow key go to the next, Enter opens it.`,
  );
  const key = (which: "a" | "b", name: string) =>
    h("span", {class: `ab ab-${which}`, title: name}, `place in ${fittedTo(name, 14, 0.875, 650)}`);
  const facts = h("p", {class: "map-facts"});
  const foot = h("div", {class: "map-foot"}, h("span", {class: "joined-key"}, key("a", run), key("b", base)), facts);
  body.append(host, foot);

  const outline = svg("path", {class: "joined-outline"});
  const marks = new Map<number, SVGElement>();
  const draw = () => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height) return;
    const side = Math.min(width, height) - 2 * EDGE;
    const [left, top] = [(width - side) / 2, (height - side) / 2];
    const at = (list: readonly number[], n: number) =>
      [left + (side * list[2 * n]) / 1000, top + side - (side * list[2 * n + 1]) / 1000] as const;
    const sheet = svg("svg", {width, height, "aria-hidden": "true"});
    const dots = maps.indices.map((_, n) => {
      const [x, y] = at(maps.run, n);
      return `M${x.toFixed(1)} ${y.toFixed(1)}h.01`;
    });
    sheet.append(svg("path", {class: "joined-dots", d: dots.join("")}));
    marks.clear();
    points.image.forEach((index, m) => {
      const n = place.get(index) as number;
      const isBase = m >= joined.length + wrong.length;
      screen.set([...at(isBase ? maps.base : maps.run, n), 0], 3 * m);
      if (isBase) return;
      const [[x1, y1], [x2, y2]] = [at(maps.base, n), at(maps.run, n)];
      const group =
        m < joined.length
          ? svg(
              "g",
              {},
              svg("line", {x1, y1, x2, y2}),
              svg("circle", {class: "from", cx: x1, cy: y1, r: 3.5}),
              svg("circle", {class: "to", cx: x2, cy: y2, r: 3}),
            )
          : svg("g", {}, svg("circle", {class: "neither", cx: x2, cy: y2, r: 2.5}));
      marks.set(index, group);
      sheet.append(group);
    });
    sheet.append(outline);
    host.replaceChildren(sheet);
    mark();
  };
  /** Says which places are shown, and which are outside the circle. */
  const mark = () => {
    const {image, hover} = store.state;
    const by = narrowingOf(data, store);
    const within = isNarrowed(by) ? new Set(walkOf(listsOf(shown, by)).map(([index]) => index)) : null;
    for (const [index, group] of marks) {
      const looks = [index === image && "now", index === hover && "hover", within && !within.has(index) && "off"];
      group.setAttribute("class", ["joined", ...looks].filter(Boolean).join(" "));
    }
    const count = within && joined.filter((index) => within.has(index)).length;
    const circled = count === null ? "" : `; ${int(count)} of them ${withinWords(by)}`;
    setText(
      facts,
      `${int(joined.length)} of the ${int(differing.length)} ${many} ${ofThose} are on both maps${circled}; ${int(maps.indices.length)} dots.`,
    );
  };

  const controls = {...HOME, lassoing: !matchMedia("(pointer: coarse)").matches, redraw: draw};
  const arm = (on: boolean) => {
    controls.lassoing = on;
    lasso.setAttribute("aria-pressed", String(on));
    root.classList.toggle("lassoing", on);
  };
  lasso.addEventListener("click", () => arm(!controls.lassoing));
  arm(controls.lassoing);
  const setOutline = (drawn: readonly number[]) => {
    const corners = Array.from({length: drawn.length / 2}, (_, i) => `${drawn[2 * i]} ${drawn[2 * i + 1]}`);
    outline.setAttribute("d", drawn.length > 4 ? `M${corners.join("L")}Z` : "");
  };
  const surface = {canvas: host, screen, hasSheet: false, unit: () => 1, setOutline, setPointed: () => {}};
  listenToMap(surface, points, store, controls);
  store.on(({view}, changed) => {
    if (view === "runs" && (changed.has("hover") || changed.has("slices"))) mark();
  });
  drawWhenSized(host, draw);
  return {root, draw};
}

/** The places that can be pointed at: where this run has `images`, then where the base has `twice`. @param count Test images. */
function pointsOf(images: readonly number[], twice: readonly number[], count: number): Pointed {
  const point = new Int32Array(count).fill(-1);
  images.forEach((index, m) => {
    point[index] = m;
  });
  return {image: Uint32Array.from([...images, ...twice]), point, dimensions: 2};
}
