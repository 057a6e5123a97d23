import {type KeptTrack, type LayersMoved, movesOf} from "../../pipeline/record/tracks";
import type {Recall, Saved} from "../file-memory";
import type {BlockShown, MovesShown} from "../layers-file";
import {array} from "./saved-values";

/** Points of time that a page carries; of longer runs several looks are one. */
const MOST_POINTS = 240;

/**
 * How far layers and blocks moved within the epochs.
 *
 * @param files Of "track": epoch → path. @param blocks Blocks move as all their layers together.
 * @returns undefined if that was not kept.
 */
export function gatherMoves(
  files: ReadonlyMap<number, string> | undefined,
  finished: (epoch: number) => boolean,
  blocks: readonly Pick<BlockShown, "name" | "layers">[],
  recall: Recall,
): MovesShown | undefined {
  const epochs = [...(files?.keys() ?? [])].filter((epoch) => epoch > 0 && finished(epoch)).sort((a, b) => a - b);
  const looks = movesOf(epochs.map((epoch) => recall(files?.get(epoch) as string, "moves", movedOf)));
  if (looks.length === 0) return undefined;
  const step = Math.ceil(looks.length / MOST_POINTS);
  const groups = Array.from({length: Math.ceil(looks.length / step)}, (_, n) => looks.slice(n * step, (n + 1) * step));
  const own = looks[0].layers.map((layer) => ({name: layer, layers: [layer]}));
  const rows = [...own, ...blocks].map(
    ({name, layers}) => [name, groups.map((group) => Number(movedBy(group, layers).toPrecision(3)))] as const,
  );
  return {
    at: groups.map((group) => Number(group[group.length - 1].at.toPrecision(5))),
    rows: Object.fromEntries(rows),
  };
}

/**
 * Several layers as one vector, several looks on end as the way that was gone: the sum of their changes' lengths, each over the length
 * before.
 */
function movedBy(looks: readonly LayersMoved[], layers: readonly string[]): number {
  let way = 0;
  for (const look of looks) {
    let [moved, length] = [0, 0];
    for (const [n, layer] of look.layers.entries()) {
      if (!layers.includes(layer)) continue;
      moved += look.moved[n] ** 2;
      length += look.lengths[n] ** 2;
    }
    if (length > 0) way += Math.sqrt(moved / length);
  }
  return way;
}

function movedOf(saved: Saved): KeptTrack {
  const track = saved as unknown as KeptTrack;
  for (const name of ["moved", "lengths"] as const) if (track[name] !== undefined) array(track[name], name);
  return track;
}
