import {fitted} from "../../../plots/fitted";
import {affordable, around, broughtInside, placeLabels} from "../../../plots/labels";
import {css, type Tokens} from "../colors";
import type {Data, MapData} from "../data";
import type {State} from "../state";
import {textWidth} from "../text-width";
import {type Camera, type Frame, place} from "./map-view";

/** The most letters of a name on the map; the legend shows the whole name. */
const LETTERS = 18;
/** From this many classes on, names are smaller. */
const MANY = 13;
/** How many pixels a name keeps from the border. */
const EDGE = 3;

export interface MapView {
  readonly frame: Frame;
  readonly camera: Camera;
  readonly width: number;
  readonly height: number;
}

/** The place of a class's name; absent if it has none. */
type Places = ReadonlyMap<number, readonly [x: number, y: number]>;

/**
 * Class names at the middle of their dots, so that colour is never the only key; beside it if another name is there.
 * The most important names choose first: the selected class, the two of a chosen cell, then those with the most
 * mistakes, then the largest.
 */
export function mapNames(
  data: Data,
  map: MapData,
): (context: CanvasRenderingContext2D, view: MapView, state: State, moment: Moment, look: Look) => void {
  const pointsOfClass = Array.from({length: data.classes}, (_, k) =>
    Int32Array.from(map.image.keys()).filter((m) => data.labels[map.image[m]] === k),
  );
  const names = data.names.map((name) => fitted(name, LETTERS));
  const middles = new Map<number, Float32Array>();
  /**
   * The median point of each class at a stop, axis by axis: the middle of most of its points, even if some are far
   * away.
   */
  const middlesOf = (s: number): Float32Array => {
    const made = middles.get(s) ?? new Float32Array(data.classes * map.dimensions);
    if (middles.has(s)) return made;
    middles.set(s, made);
    pointsOfClass.forEach((points, k) => {
      for (let axis = 0; axis < map.dimensions; axis++) {
        const values = Float32Array.from(points, (m) => map.at[s][m * map.dimensions + axis]).sort();
        made[k * map.dimensions + axis] = values[points.length >> 1];
      }
    });
    return made;
  };

  const rank = (s: number, {isolated, selection}: State): number[] => {
    const answers = data.answers[s];
    const first = new Set([isolated, ...(selection.kind === "cell" ? [selection.actual, selection.predicted] : [])]);
    const mistakes = pointsOfClass.map((points, k) =>
      answers ? points.reduce((sum, m) => sum + Number(answers.predicted[map.image[m]] !== k), 0) : 0,
    );
    return Array.from(pointsOfClass.keys())
      .filter((k) => pointsOfClass[k].length > 0)
      .sort(
        (a, b) =>
          Number(first.has(b)) - Number(first.has(a)) ||
          mistakes[b] - mistakes[a] ||
          pointsOfClass[b].length - pointsOfClass[a].length ||
          a - b,
      );
  };

  const kept = new Map<number, {readonly key: string; readonly places: Places}>();
  const placesAt = (s: number, {frame, camera, width, height}: MapView, state: State, size: number): Places => {
    const {isolated, selection} = state;
    const cell = selection.kind === "cell" ? `${selection.actual}-${selection.predicted}` : "";
    const key = [width, height, ...Object.values(camera), isolated, cell, size].join(" ");
    const known = kept.get(s);
    if (known?.key === key) return known.places;
    const screen = new Float32Array(3 * data.classes);
    place(screen, middlesOf(s), middlesOf(s), 0, frame, camera, width, height);
    const bounds = {left: EDGE, top: EDGE, right: width - EDGE, bottom: height - EDGE};
    const labels = rank(s, state).flatMap((k) => {
      const [x, y] = [screen[3 * k], screen[3 * k + 1]];
      if (x < 0 || y < 0 || x > width || y > height) return []; // zoomed out of sight
      const [wide, high] = [textWidth(names[k] || "–", `700 ${size}px`) + 6, size * 1.15];
      const middle = broughtInside([x, y], wide, high, bounds);
      return [{k, width: wide, height: high, places: around(...middle, wide, high)}];
    });
    const shown = affordable(labels, bounds);
    const boxes = placeLabels(shown, bounds);
    const places = new Map(
      shown.flatMap(({k}, n) => {
        const box = boxes[n];
        return box ? [[k, [(box.left + box.right) / 2, (box.top + box.bottom) / 2]] as const] : [];
      }),
    );
    kept.set(s, {key, places});
    return places;
  };

  return (context, view, state, {from, to, share}, {tokens: {ink, panel}, font}) => {
    const side = Math.min(view.width, view.height);
    const size = data.classes < MANY ? Math.max(15, Math.min(22, side / 24)) : Math.max(12, Math.min(15, side / 30));
    const [before, after] = [placesAt(from, view, state, size), placesAt(to, view, state, size)];
    context.font = `700 ${size}px ${font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = size / 4;
    context.strokeStyle = css(panel);
    context.fillStyle = css(ink);
    for (const k of new Set([...before.keys(), ...after.keys()])) {
      const [a, b] = [before.get(k), after.get(k)];
      const [start, end] = [a ?? b, b ?? a];
      if (!start || !end) continue;
      // a name that has a place only at one of the two stops fades in or out
      const seen = (a ? 1 - share : 0) + (b ? share : 0);
      const quiet = state.isolated >= 0 && state.isolated !== k ? 0.25 : 1;
      context.globalAlpha = seen * quiet;
      const [x, y] = [start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share];
      context.strokeText(names[k] || "–", x, y);
      context.fillText(names[k] || "–", x, y);
    }
    context.globalAlpha = 1;
  };
}

/** A moment between two stops: `share` 0 at the first, 1 at the second. */
export interface Moment {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

export interface Look {
  readonly tokens: Tokens;
  /** The value of CSS' font-family. */
  readonly font: string;
}
