import {join} from "node:path";

import type {ImageShape} from "../../nouns/samples";
import type {LimeEpochSubject} from "../jobs/explain-question";
import {epochStem} from "../record/epoch-stem";
import type {RunDirectory} from "../record/run-directory";
import {readSaved} from "../record/saved-file";
import {textIfThere} from "../record/text-if-there";
import {type ExplainedColumns, joinedArrays, joinedColumns, type SegmentedColumns} from "./explained-columns";

/** How far an epoch's explanations by LIME can be trusted. */
export interface LimeEpoch {
  readonly epoch: number;
  readonly images: number;
  /** How many masks each image got; "auto" if each got as many as it needed. */
  readonly masks: string;
  /** Median of the weighted R², and how many are below 0.5. Only images whose answer changes at all count. */
  readonly medianR2: number | null;
  readonly poor: number;
  /** How many images keep the same answer whatever is hidden. */
  readonly unchanging: number;
  /** How well the five strongest segments of the two halves of the masks agree, as a mean. */
  readonly agree: number | null;
}

/** The explanations of an epoch's images that a run keeps as `artifacts/explained/lime-epoch-003.json`. */
export interface ExplainedFile extends ExplainedColumns {
  /** Everything that the numbers depend on. */
  readonly subject: LimeEpochSubject;
}

/** The segments of the images, which are the same at every epoch: `artifacts/explained/segments.json`. */
export interface SegmentsFile {
  readonly images: string;
  /** The options that they were made with. */
  readonly made: string;
  readonly height: number;
  readonly width: number;
  readonly index: Uint32Array;
  /** `[images, height, width]`. */
  readonly segments: Uint16Array;
}

const NAME = "lime";

/**
 * Saves an epoch's explanations in the run's folder. Earlier explanations of other images that answer the same question
 * stay.
 *
 * @param parts In the order of the images.
 */
export async function keepExplained(
  directory: RunDirectory,
  shape: ImageShape,
  subject: ExplainedFile["subject"],
  parts: readonly SegmentedColumns[],
): Promise<LimeEpoch> {
  const name = epochStem(subject.epoch, NAME);
  const before = (await readIfThere(directory.path, name)) as ExplainedFile | undefined;
  const isSame = before !== undefined && JSON.stringify(before.subject) === JSON.stringify(subject);
  await keepSegments(directory, shape, subject, parts);
  const fresh = joinedColumns(parts);
  const columns = isSame ? merged(before, fresh) : fresh;
  await directory.writeValue(`explained/${name}`, {subject, ...columns});
  return summaryOf(subject, fresh);
}

async function keepSegments(
  directory: RunDirectory,
  [height, width]: ImageShape,
  {images, lime}: ExplainedFile["subject"],
  parts: readonly SegmentedColumns[],
): Promise<void> {
  const made = JSON.stringify([lime.recipe, lime.segmentation, lime.segments]);
  const kept = (await readIfThere(directory.path, "segments")) as SegmentsFile | undefined;
  const before = kept?.images === images && kept.made === made ? kept : undefined;
  const size = height * width;
  const all = new Map<number, Uint16Array>();
  const put = (index: Uint32Array, segments: Uint16Array) =>
    index.forEach((image, n) => {
      all.set(image, segments.subarray(n * size, (n + 1) * size));
    });
  if (before) put(before.index, before.segments);
  const known = all.size;
  for (const {index, segments} of parts) put(index, segments);
  if (all.size === known) return; // the same segments: they depend on the image alone
  const index = Uint32Array.from(all.keys()).sort();
  const segments = joinedArrays(
    Array.from(index, (image) => all.get(image) as Uint16Array), // it is one of the keys
    Uint16Array,
  );
  const file: SegmentsFile = {images, made, height, width, index, segments};
  await directory.writeValue("explained/segments", file);
}

async function readIfThere(run: string, name: string): Promise<unknown> {
  const path = join(run, "artifacts", "explained", `${name}.json`);
  return (await textIfThere(path)) === undefined ? undefined : readSaved(path);
}

/** Merges the rows of both, in the order of the images. If both have an image, the new row counts. */
function merged(before: ExplainedColumns, fresh: ExplainedColumns): ExplainedColumns {
  const now = new Set(fresh.index);
  const rows = [
    ...Array.from(before.index.keys(), (row) => ({columns: before, row})).filter(
      ({row}) => !now.has(before.index[row]),
    ),
    ...Array.from(fresh.index.keys(), (row) => ({columns: fresh, row})),
  ].sort((a, b) => a.columns.index[a.row] - b.columns.index[b.row]);
  return joinedColumns(rows.map(({columns, row}) => rowOf(columns, row)));
}

function rowOf(columns: ExplainedColumns, row: number): ExplainedColumns {
  const [start, end] = [columns.starts[row], columns.starts[row + 1]];
  const {starts: _, weights, errors, ...figures} = columns;
  const arrays = Object.entries(figures).filter(([, values]) => ArrayBuffer.isView(values)); // a file has its subject, too
  const one = arrays.map(([name, values]) => [name, (values as Float64Array).slice(row, row + 1)]);
  return {
    ...(Object.fromEntries(one) as Omit<ExplainedColumns, "starts" | "weights" | "errors">),
    ...{starts: Uint32Array.of(0, end - start), weights: weights.slice(start, end), errors: errors.slice(start, end)},
  };
}

function summaryOf({epoch, lime}: ExplainedFile["subject"], {index, r2, halvesTop5}: ExplainedColumns): LimeEpoch {
  const fits = r2.filter((value) => !Number.isNaN(value)).sort();
  const halves = halvesTop5.filter((value) => !Number.isNaN(value));
  const [low, high] = [fits[Math.floor((fits.length - 1) / 2)], fits[Math.floor(fits.length / 2)]];
  return {
    ...{epoch, images: index.length, masks: `${lime.samples}`},
    medianR2: fits.length > 0 ? (low + high) / 2 : null,
    poor: fits.filter((value) => value < 0.5).length,
    unchanging: r2.length - fits.length,
    agree: halves.length > 0 ? halves.reduce((sum, value) => sum + value, 0) / halves.length : null,
  };
}
