import {join} from "node:path";

import {GREATEST_GAP, LEAST_FAITHFULNESS} from "../attributed";
import type {PixelEpochSubject} from "../jobs/explain-question";
import {epochStem} from "../record/epoch-stem";
import type {RunDirectory} from "../record/run-directory";
import {readSaved} from "../record/saved-file";
import {textIfThere} from "../record/text-if-there";
import {methodNamed} from "./attribute-shard";
import {joinedMaps, type KeptMaps, type PixelColumns} from "./pixel-columns";

/** How far an epoch's maps can be trusted. */
export interface PixelEpoch {
  readonly epoch: number;
  readonly images: number;
  /** The median of the maps' faithfulness, and how many are below 0.3; null if it can be measured for none. */
  readonly medianFaithfulness: number | null;
  readonly poor: number;
  /** How many images keep the same score whatever is removed, or have an empty map. */
  readonly unchanging: number;
  /** How many maps miss the sum that they explain by more than 5 %; null of methods without such a sum. */
  readonly incomplete: number | null;
}

/** The maps of an epoch's images that a run keeps, as `artifacts/explained/saliency-epoch-003.json`. */
export interface MapsFile extends KeptMaps {
  /** Everything that the maps depend on. */
  readonly subject: PixelEpochSubject;
  readonly height: number;
  readonly width: number;
  /** Whether numbers below 0 speak against the class. */
  readonly signed: boolean;
}

/**
 * Saves an epoch's maps in the run's folder. Earlier maps of other images that answer the same question stay.
 *
 * @param parts In any order.
 */
export async function keepMaps(
  directory: RunDirectory,
  [height, width]: readonly [number, number, number],
  subject: PixelEpochSubject,
  parts: readonly KeptMaps[],
): Promise<PixelEpoch> {
  const name = epochStem(subject.epoch, subject.method);
  const path = join(directory.path, "artifacts", "explained", `${name}.json`);
  const before = (await textIfThere(path)) === undefined ? undefined : ((await readSaved(path)) as MapsFile);
  const isSame = before !== undefined && JSON.stringify(before.subject) === JSON.stringify(subject);
  const columns = joinedMaps(isSame ? [before, ...parts] : parts);
  await directory.writeValue(`explained/${name}`, mapsFile([height, width], subject, columns));
  return summaryOf(subject.epoch, joinedMaps(parts));
}

/** Maps as they are kept. */
export function mapsFile(
  [height, width]: readonly [number, number],
  subject: PixelEpochSubject,
  columns: KeptMaps,
): MapsFile {
  return {subject, height, width, signed: methodNamed(subject.method).isSigned, ...columns};
}

function summaryOf(epoch: number, {index, faithfulness, gap}: PixelColumns): PixelEpoch {
  const known = faithfulness.filter((value) => !Number.isNaN(value)).sort();
  const [low, high] = [known[Math.floor((known.length - 1) / 2)], known[Math.floor(known.length / 2)]];
  const gaps = gap.filter((value) => !Number.isNaN(value));
  return {
    ...{epoch, images: index.length},
    medianFaithfulness: known.length > 0 ? (low + high) / 2 : null,
    poor: known.filter((value) => value < LEAST_FAITHFULNESS).length,
    unchanging: faithfulness.length - known.length,
    incomplete: gaps.length > 0 ? gaps.filter((value) => Math.abs(value) > GREATEST_GAP).length : null,
  };
}
