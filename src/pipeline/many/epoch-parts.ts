import type {EpochSubject} from "../jobs/explain-question";
import {encodeBeside} from "../record/arrays-beside";
import type {RunDirectory} from "../record/run-directory";
import {joinedColumns, type SegmentedColumns} from "./explained-columns";
import {keepExplained, type LimeEpoch} from "./explained-files";
import type {OpenMany} from "./open-many";
import {type FoundMaps, joinedMaps, type KeptMaps, keptMaps} from "./pixel-columns";
import {keepMaps, mapsFile, type PixelEpoch} from "./pixel-files";
import {resultOf} from "./result-bytes";

/** How far an epoch's explanations can be trusted, by the figures of their method. */
export type ExplainedEpoch = LimeEpoch | PixelEpoch;

/** The results of one epoch, until all are there. */
export interface EpochParts {
  /** Takes a task's result. */
  add(bytes: Uint8Array): void;
  /** Saves all results in the run's folder. */
  keep(directory: RunDirectory): Promise<ExplainedEpoch>;
  /** About how many bytes an image takes in the run's folder: at each epoch, and once for all epochs. */
  size(): {readonly each: number; readonly once: number};
}

/** Collects the results of an epoch, in any order. */
export function epochParts(many: Pick<OpenMany, "images">, subject: EpochSubject): EpochParts {
  const {images} = many;
  if (subject.kind === "pixels/1") {
    const [height, width] = images.shape;
    const parts: KeptMaps[] = [];
    return {
      add: (bytes) => parts.push(keptMaps(resultOf<FoundMaps>(bytes))),
      keep: (directory) => keepMaps(directory, images.shape, subject, parts),
      size() {
        const joined = joinedMaps(parts);
        return {each: bytesOf(mapsFile([height, width], subject, joined)) / joined.index.length, once: 0};
      },
    };
  }
  const parts: SegmentedColumns[] = [];
  return {
    add: (bytes) => parts.push(resultOf<SegmentedColumns>(bytes)),
    keep: (directory) =>
      keepExplained(
        directory,
        images.shape,
        subject,
        parts.sort((a, b) => a.index[0] - b.index[0]),
      ),
    size() {
      const joined = joinedColumns(parts);
      const segments = parts.reduce((sum, part) => sum + part.segments.byteLength, 0);
      return {each: bytesOf({subject, ...joined}) / joined.index.length, once: segments / joined.index.length};
    },
  };
}

function bytesOf(value: unknown): number {
  return encodeBeside(value).npz?.length ?? 0;
}
