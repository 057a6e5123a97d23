import {existsSync} from "node:fs";
import {readdir} from "node:fs/promises";
import {join} from "node:path";

import {imageMap} from "../../plots/image-map";
import {scatterFilm} from "../../plots/scatter-film";
import {type ScatterSheet, scatterSheet} from "../../plots/scatter-sheet";
import type {Artifact} from "../types";
import {KEEP_EPOCHS, keptEpochs} from "./kept-epochs";
import {mapCsv} from "./map-csv";
import {readRunFile} from "./run-file";
import {readArtifactFile, readSaved} from "./saved-file";
import {writeWhole} from "./write-whole";

type MapArtifact = Extract<Artifact, {plot: "scatter"}>;

interface SavedMap {
  readonly epoch: number;
  readonly artifact: MapArtifact;
}

/** What is kept of the test split (`artifacts/test-images.json`). */
interface TestImages {
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly pixels: Uint8Array;
}

/** More maps than this make a sheet nobody reads and a film nobody waits for: then they are taken evenly. */
const MOST_MAPS = 20;

/**
 * What all epochs' maps of a run give together, written into its folder: `plots/projection/all-epochs.png` (small
 * multiples), and each map's coordinates as `artifacts/projection/map-epoch-003.csv`; of a long run those of the epochs
 * that are shown in full.
 *
 * @returns The files' paths; none where the run has no maps.
 */
export async function writeMapSheet(run: string): Promise<string[]> {
  const all = await savedMaps(run);
  if (all.length === 0) return [];
  const tables = all.map(({epoch, artifact}) => {
    const {points, labels, wrong, classNames} = artifact.data;
    const files = artifact.numbers?.files as readonly string[] | undefined; // as the probe keeps them
    const columns = {
      ...{index: indicesOf(artifact), label: namesOf(labels, classNames), wrong},
      ...(files ? {file: files} : {}),
    };
    return write(join(run, "artifacts/projection", `map-${stem(epoch)}.csv`), mapCsv(points, columns));
  });
  const sheet = sheetOf(all);
  const {png} = scatterSheet({...sheet, title: `${sheet.title}, epoch by epoch`}); // while tables are written
  const written = write(join(run, "plots/projection/all-epochs.png"), png);
  return Promise.all([written, ...tables]);
}

/** All epochs' maps as an animation: `plots/projection/film.png`. @returns Its path; undefined where there are no maps. */
export async function writeMapFilm(run: string): Promise<string | undefined> {
  const all = await savedMaps(run);
  if (all.length === 0) return undefined;
  return write(join(run, "plots/projection/film.png"), scatterFilm(sheetOf(all)).png);
}

/** The maps of the last one's points, side by side. */
function sheetOf(all: readonly SavedMap[]): ScatterSheet {
  const last = all[all.length - 1];
  const shown = thinned(all.filter(({artifact}) => samePoints(artifact, last.artifact)));
  const {labels, classNames, title} = last.artifact.data;
  const maps = shown.map(({epoch, artifact: {data, numbers}}) => ({
    caption: epoch === 0 ? "untrained" : `epoch ${epoch}`,
    points: data.points,
    wrong: data.wrong,
    note: `KL ${figure(numbers?.klDivergence, 3)}   trust ${figure(numbers?.trustworthiness, 3)}   neighbours right ${figure(100 * Number(numbers?.neighbourAccuracyMap), 1)}%`,
  }));
  return {title: title.replace(/, (after|before) .*$/, ""), labels, classNames, maps};
}

/**
 * The images themselves as the points of a run's last map: `plots/projection/images-epoch-003.png`.
 *
 * @returns The file's path; undefined where the run has no maps.
 */
export async function writeImageMap(run: string): Promise<string | undefined> {
  const {value: last} = await latestMaps(run).next();
  if (!last) return undefined;
  const images = (await readSaved(join(run, "artifacts/test-images.json"))) as TestImages;
  const {title, classNames} = last.artifact.data;
  const {png} = imageMap({...imagesOf(last.artifact, images), title, classes: classNames.length});
  return write(join(run, "plots/projection", `images-${stem(last.epoch)}.png`), png);
}

async function savedMaps(run: string): Promise<SavedMap[]> {
  const maps: SavedMap[] = [];
  for await (const map of latestMaps(run)) maps.push(map);
  return maps.reverse();
}

/** The last epoch's first, each read when it is asked for. Of a long run those that are shown in full. */
async function* latestMaps(run: string): AsyncGenerator<SavedMap, undefined> {
  const folder = join(run, "artifacts/projection");
  const files = (await readdir(folder).catch(() => [])).filter((file) => /^map-epoch-\d+\.json$/.test(file));
  const epochOf = (file: string) => Number(file.replace(/\D/g, ""));
  const kept = new Set(
    keptEpochs(
      files.map(epochOf).sort((a, b) => a - b),
      keepEpochsOf(run),
    ),
  );
  for (const file of files.filter((name) => kept.has(epochOf(name))).sort((a, b) => epochOf(b) - epochOf(a))) {
    const artifact = await readArtifactFile(join(folder, file));
    if (artifact.plot === "scatter") yield {epoch: epochOf(file), artifact};
  }
}

/** The run's own `--keep-epochs`, or the default where nothing says how it was made. */
function keepEpochsOf(run: string): number {
  if (!existsSync(join(run, "run.json"))) return KEEP_EPOCHS;
  const {keepEpochs} = readRunFile(run).options;
  return typeof keepEpochs === "number" ? keepEpochs : KEEP_EPOCHS;
}

/** Maps of other points, made before the options changed, do not belong on one sheet. */
function samePoints(a: MapArtifact, b: MapArtifact): boolean {
  const [own, other] = [indicesOf(a), indicesOf(b)];
  return a.data.points.length === b.data.points.length && own.every((place, i) => place === other[i]);
}

function thinned(maps: readonly SavedMap[]): SavedMap[] {
  if (maps.length <= MOST_MAPS) return [...maps];
  return Array.from({length: MOST_MAPS}, (_, i) => maps[Math.round((i * (maps.length - 1)) / (MOST_MAPS - 1))]);
}

function namesOf(labels: Uint16Array, classNames: readonly string[]): string[] {
  const names = new Array<string>(labels.length);
  for (let i = 0; i < labels.length; i++) names[i] = classNames[labels[i]];
  return names;
}

/** Places of the points in the test split. */
function indicesOf({numbers}: MapArtifact): Uint32Array {
  return numbers?.indices as Uint32Array; // the projection probe keeps them with every map
}

function imagesOf(artifact: MapArtifact, {shape, pixels}: TestImages) {
  const {points, labels} = artifact.data;
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const places = indicesOf(artifact);
  const sheet = {points, labels, height, width, channels};
  if (places.every((place, i) => place === i)) return {...sheet, pixels}; // all of them, mostly
  const chosen = new Uint8Array(labels.length * size);
  places.forEach((place, i) => {
    chosen.set(pixels.subarray(place * size, (place + 1) * size), i * size);
  });
  return {...sheet, pixels: chosen};
}

async function write(path: string, content: string | Uint8Array): Promise<string> {
  await writeWhole(path, content);
  return path;
}

function stem(epoch: number): string {
  return `epoch-${`${epoch}`.padStart(3, "0")}`;
}

function figure(value: unknown, digits: number): string {
  return Number(value).toFixed(digits);
}
