import {readdir} from "node:fs/promises";
import {join} from "node:path";

import {readSaved} from "./saved-file";

/** An image that a run followed within its epochs. */
export interface TrackedImage {
  /** Its number in the form for every command: `train:17`. Absent from runs of earlier versions. */
  readonly name?: string;
  readonly split: "train" | "validation" | "test";
  /** Its place in the split. */
  readonly index: number;
  readonly file?: string;
  readonly label: number;
}

/** The name of a tracked image. An earlier version kept only the place in the split for a training image. */
export function trackedName({name, split, index, file}: TrackedImage): string {
  return file ?? name ?? (split === "test" ? `test:${index}` : `image ${index} of ${split}`);
}

/** The data that an epoch kept about the tracked images. */
export interface KeptTrack {
  readonly images: readonly TrackedImage[];
  readonly classes: number;
  /** The moments at which the network was asked about them, in epochs. */
  readonly at: readonly number[];
  /** `[at, images, classes]`. */
  readonly logits: Float32Array;
  /** The input of the last layer at the end of the epoch, `[images, nodes]`. */
  readonly features: Float32Array;
  /** The last layer's weights at that time, `[nodes, classes]`; absent if it has too many. */
  readonly kernel?: Float32Array;
  /** The layers that have matrices; absent at epoch 0 and from runs of earlier versions, as are the next two. */
  readonly layers?: readonly string[];
  /** The length of each layer's change since the look before, `[at, layers]`. */
  readonly moved?: Float32Array;
  /** The length of its weights at the look before, `[at, layers]`. */
  readonly lengths?: Float32Array;
}

/** How far the layers moved to a look. */
export interface LayersMoved {
  /** In epochs. */
  readonly at: number;
  readonly layers: readonly string[];
  readonly moved: Float32Array;
  readonly lengths: Float32Array;
}

/** All looks within the epochs at which it is known how far the layers moved, in their order. */
export function movesOf(tracks: readonly KeptTrack[]): LayersMoved[] {
  return tracks.flatMap(({at, layers, moved, lengths}) =>
    layers && moved && lengths && moved.length === at.length * layers.length
      ? at.map((when, n) => {
          const [from, to] = [n * layers.length, (n + 1) * layers.length];
          return {at: when, layers, moved: moved.subarray(from, to), lengths: lengths.subarray(from, to)};
        })
      : [],
  );
}

/** The data of all epochs, in their order; none if the run tracked nothing. */
export async function keptTracks(run: string): Promise<KeptTrack[]> {
  const folder = join(run, "artifacts", "track");
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const files = names.filter((name) => /^epoch-\d+\.json$/.test(name)).sort();
  const tracks: KeptTrack[] = [];
  for (const name of files) tracks.push((await readSaved(join(folder, name))) as KeptTrack);
  return tracks;
}
