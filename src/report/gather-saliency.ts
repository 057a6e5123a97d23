import {readSaved} from "../pipeline/record/artifact-codec";
import {type ArtifactFiles, array, type Saved} from "./gather";
import {mapTiles, type Packer} from "./packer";
import type {Packed, ReportFile} from "./report-file";

/** A row of a saliency picture: one map an image, one number a pixel. */
interface Row {
  readonly label: string;
  readonly values: unknown;
  readonly scale: "intensity" | "signed" | "sequential";
}

/** Rows that the page leaves out: the first it shows anyway, the second is one picture for all images. */
const LEFT_OUT = new Set(["source", "baseline"]);

/**
 * Every saliency map that the run saved, of the images that its first artifact explains. Each artifact under `saliency/`
 * is a grid of rows; a method added later shows up as rows of its own.
 */
export async function gatherSaliency(
  artifacts: ArtifactFiles,
  stops: readonly number[],
  [height, width]: readonly [number, number, number],
  pack: Packer,
): Promise<ReportFile["saliency"]> {
  const names = [...artifacts.keys()].filter((name) => name.startsWith("saliency/"));
  let indices: Uint32Array | undefined;
  const maps = new Map<string, {signed: boolean; tiles: (Packed | null)[]}>();
  for (const name of names) {
    for (const [s, epoch] of stops.entries()) {
      const path = artifacts.get(name)?.get(epoch);
      if (!path) continue;
      const {data, numbers} = (await readSaved(path)) as Saved;
      const here = Uint32Array.from(array(numbers?.indices, `${path}: numbers.indices`));
      indices ??= here;
      // a method may explain other images than the rest: they have no row to stand in
      if (here.length !== indices.length || here.some((index, i) => index !== indices?.[i])) continue;
      for (const {label, values, scale} of data.rows as readonly Row[]) {
        if (scale === "intensity" || LEFT_OUT.has(label)) continue;
        const title = names.length > 1 ? `${name.slice("saliency/".length)} ${label}` : label;
        const map = maps.get(title) ?? {signed: scale === "signed", tiles: stops.map(() => null)};
        const tiles = mapTiles(array(values, `${path}: ${label}`), here.length, height * width, map.signed);
        map.tiles[s] = pack.add(tiles, [here.length, height, width]);
        maps.set(title, map);
      }
    }
  }
  if (!indices || maps.size === 0) return null;
  const listed = [...maps].map(([name, map]) => ({name: name[0].toUpperCase() + name.slice(1), ...map}));
  return {indices: pack.add(indices, [indices.length]), height, width, maps: listed};
}
