import type {Data} from "../data";
import {h} from "../dom";
import {pct} from "../format";
import {drawSaliency} from "../pictures";
import {pictureTile} from "./picture-tile";

/** A map whose faithfulness is below this is called poor; also in the terminal and in `explain`'s pictures. */
const LEAST_FAITHFULNESS = 0.3;

/**
 * The maps that `explain test:all --method` made of an image.
 *
 * @returns Their pictures, and a line for each method whose map of this image the page has no room for.
 */
export function pixelTiles(data: Data, stop: number, i: number): {tiles: HTMLElement[]; left: string[]} {
  const {names, words} = data;
  const tiles: HTMLElement[] = [];
  const left: string[] = [];
  for (const map of data.pixelMaps) {
    const seen = map.tile(stop, i);
    if (!seen) {
      const room = `This page has room for ${map.carried} of the ${map.all} ${words.many} with a map by ${map.name}`;
      if (map.carried < map.all) left.push(`${room}; the run's folder has all.`);
      continue;
    }
    const caption = `${map.name} for ${names[seen.target]}`;
    const label = `${caption} at epoch ${data.epochs[stop]}`;
    const canvas = h("canvas", {class: "tile-pic px", role: "img", "aria-label": label});
    drawSaliency(canvas, data, i, seen.values, map);
    const {faithfulness, gap} = seen;
    const poor = faithfulness !== null && faithfulness < LEAST_FAITHFULNESS ? ", poor" : "";
    const trust =
      faithfulness === null ? "nothing changes the score" : `faithfulness ${faithfulness.toFixed(2)}${poor}`;
    tiles.push(pictureTile(caption, canvas, trust, gap !== null && `completeness gap ${pct(Math.abs(gap), 1)}`));
  }
  return {tiles, left};
}
