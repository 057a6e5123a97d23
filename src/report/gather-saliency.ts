import {type ArtifactFiles, array, type Saved} from "./gather";
import {mapTiles, type Packer} from "./packer";
import {readSaved} from "./read-artifact";
import type {Packed, ReportFile} from "./report-file";

/** The maps among a saliency artifact's numbers, and whether their sign means something. */
const MAPS: {readonly [number: string]: {readonly title: string; readonly signed: boolean}} = {
  gradient: {title: "Gradient", signed: false},
  delta: {title: "Minus baseline", signed: true},
  smooth: {title: "Smoothed", signed: false},
  attribution: {title: "", signed: true},
};

/** Every saliency map that the run saved, of the images that its first artifact explains. */
export async function gatherSaliency(
  artifacts: ArtifactFiles,
  stops: readonly number[],
  [height, width]: readonly [number, number, number],
  pack: Packer,
): Promise<ReportFile["saliency"]> {
  const names = [...artifacts.keys()].filter((name) => name.startsWith("saliency/"));
  let indices: Uint32Array | undefined;
  const tiles = new Map<string, {signed: boolean; tiles: (Packed | null)[]}>();
  for (const name of names) {
    for (const [s, epoch] of stops.entries()) {
      const path = artifacts.get(name)?.get(epoch);
      if (!path) continue;
      const {numbers = {}} = (await readSaved(path)) as Saved;
      if (numbers.indices === undefined) continue;
      const here = Uint32Array.from(array(numbers.indices, `${path}: numbers.indices`));
      indices ??= here;
      if (here.length !== indices.length || here.some((index, i) => index !== indices?.[i])) continue;
      for (const [key, {title, signed}] of Object.entries(MAPS)) {
        if (numbers[key] === undefined) continue;
        const label = title || name.slice("saliency/".length);
        const entry = tiles.get(label) ?? {signed, tiles: stops.map(() => null)};
        const values = mapTiles(array(numbers[key], `${path}: numbers.${key}`), here.length, height * width, signed);
        entry.tiles[s] = pack.add(values, [here.length, height, width]);
        tiles.set(label, entry);
      }
    }
  }
  if (!indices || tiles.size === 0) return null;
  const maps = [...tiles].map(([name, entry]) => ({name, ...entry}));
  return {indices: pack.add(indices, [indices.length]), height, width, maps};
}
