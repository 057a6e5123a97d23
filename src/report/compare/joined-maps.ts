import {join} from "node:path";

import {laidOver} from "../../numbers/procrustes";
import {epochStem} from "../../pipeline/record/epoch-stem";
import {readArtifactFile} from "../../pipeline/record/saved-file";
import type {RunAt} from "../../pipeline/record/saved-run";
import {textIfThere} from "../../pipeline/record/text-if-there";
import type {JoinedMaps} from "../runs-file";

/** The most points that a page shows, in addition to those of images with different answers. */
const MOST_POINTS = 3000;

/**
 * Two runs' maps of the same test images, with the base's map laid over the other's.
 *
 * @param places For each image of the base, its place in the other run. @param changed The images with different
 * answers, by their places in the other run; all of them that are on both maps are included.
 * @returns Null if either has no flat map at its epoch, or fewer than three images are on both.
 */
export async function joinedMaps(
  base: RunAt,
  other: RunAt,
  places: ReadonlyMap<number, number>,
  changed: ReadonlySet<number>,
): Promise<JoinedMaps | null> {
  const [inBase, others] = [await mapOf(base), await mapOf(other)];
  if (!inBase || !others) return null;
  const own = new Map([...inBase].map(([index, place]) => [places.get(index), place]));
  const both = [...others.keys()].filter((index) => own.has(index)).sort((a, b) => a - b);
  if (both.length < 3) return null;
  const fixed = both.flatMap((index) => others.get(index) as Place);
  const laid = laidOver(
    both.flatMap((index) => own.get(index) as Place),
    fixed,
  );
  const step = Math.max(1, Math.ceil(both.length / MOST_POINTS));
  const shown = [...both.keys()].filter((n) => n % step === 0 || changed.has(both[n]));
  const ends = ([0, 1] as const).map((axis) => {
    const own = fixed.filter((_, i) => i % 2 === axis);
    return [Math.min(...own), Math.max(...own)] as const;
  });
  const span = Math.max(...ends.map(([low, high]) => high - low)) || 1;
  const short = (value: number, axis: 0 | 1) =>
    Math.round(500 + (1000 * (value - (ends[axis][0] + ends[axis][1]) / 2)) / span);
  const pairsOf = (points: ArrayLike<number>) =>
    shown.flatMap((n) => [short(points[2 * n], 0), short(points[2 * n + 1], 1)]);
  return {indices: shown.map((n) => both[n]), base: pairsOf(laid), run: pairsOf(fixed)};
}

type Place = readonly [x: number, y: number];

async function mapOf({run, epoch}: RunAt): Promise<Map<number, Place> | undefined> {
  const path = join(run.path, "artifacts", "projection", `${epochStem(epoch, "map")}.json`);
  if ((await textIfThere(path)) === undefined) return undefined;
  const artifact = (await readArtifactFile(path)) as unknown as {
    readonly data: {readonly points: ArrayLike<number>};
    readonly numbers: {readonly indices: ArrayLike<number>};
  };
  const {points} = artifact.data;
  const {indices} = artifact.numbers;
  if (points.length !== 2 * indices.length) return undefined; // it has three dimensions
  return new Map(Array.from(indices, (index, n) => [index, [points[2 * n], points[2 * n + 1]] as const]));
}
