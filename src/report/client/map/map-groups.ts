import {MARKS, type Mark} from "../../../plots/marks";
import type {Rgb, Tokens} from "../colors";
import type {Data, MapData} from "../data";
import {scopeOf} from "../scope";
import {members, singlesOut} from "../selection";
import type {State} from "../state";

/** Points that are drawn together, because they have the same colour, mark and size. */
export interface Bucket {
  readonly mark: Mark;
  readonly color: Rgb;
  readonly points: Int32Array;
  readonly radius: number;
  readonly alpha: number;
  readonly ring: boolean;
}

/** How much larger than discs marks must be, so that they can be told apart. */
const MARKED = 1.3;

/**
 * The map's points in groups that look the same at a stop, in the order in which they are drawn: selected points above
 * the others, and mistakes above right answers.
 */
export function groupPoints(data: Data, map: MapData, state: State, stop: number, theme: Tokens): readonly Bucket[] {
  const {selection, mode, isolated, slices} = state;
  const scope = scopeOf(data, slices);
  const answers = data.answers[stop];
  const trained = data.epochs[stop] > 0;
  const chosen = singlesOut(selection) ? new Set(members(data, state)) : null;
  const kinds = new Map<number, Omit<Bucket, "points"> & {z: number; list: number[]}>();
  for (let m = 0; m < map.count; m++) {
    const i = map.image[m];
    const label = data.labels[i];
    const predicted = answers ? answers.predicted[i] : label;
    const wrong = predicted !== label;
    const byRight = mode === "right";
    const k = mode === "predicted" ? predicted : label;
    const on = scope.has(i) && (!chosen || chosen.has(i)) && (isolated < 0 || k === isolated);
    const quiet = byRight && !wrong;
    const hue = byRight ? (wrong ? -1 : -2) : data.looks[k].hue;
    const mark = byRight ? "disc" : data.looks[k].mark;
    const big = wrong && trained;
    const key = 4 * (MARKS.indexOf(mark) * 12 + hue + 2) + (big ? 2 : 0) + (on ? 1 : 0);
    let kind = kinds.get(key);
    if (!kind) {
      const radius = (quiet ? 2.2 : big ? 3.7 : 2.7) * (mark === "disc" ? 1 : MARKED);
      const alpha = on ? (quiet ? 0.75 : 0.88) : quiet ? 0.3 : 0.16;
      const color = hue < 0 ? (wrong ? theme.bad : theme.dot) : theme.classes[hue];
      kind = {mark, color, radius, alpha, ring: big && on && !byRight, z: (on ? 2 : 0) + (wrong ? 1 : 0), list: []};
      kinds.set(key, kind);
    }
    kind.list.push(m);
  }
  return [...kinds.values()]
    .sort((a, b) => a.z - b.z)
    .map(({list, z, ...look}) => ({...look, points: Int32Array.from(list)}));
}
