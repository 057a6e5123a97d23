import {existsSync} from "node:fs";
import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {ownTurn} from "../../nouns/own-turn";

import {imageMap} from "../../plots/image-map";
import {scatterFilm} from "../../plots/scatter-film";
import {type ScatterSheet, scatterSheet} from "../../plots/scatter-sheet";
import {epochStem} from "./epoch-stem";
import {KEEP_EPOCHS, keptEpochs} from "./kept-epochs";
import {type MapArtifact, mapTable, placesOf} from "./map-table";
import {readRunFile} from "./run-file";
import {readArtifactFile} from "./saved-file";
import {readTestImages, type SavedImages} from "./test-images";
import {writeWhole} from "./write-whole";

interface SavedMap {
  readonly epoch: number;
  readonly artifact: MapArtifact;
}

/**
 * The most maps in a sheet or a film. With more, nobody would read the sheet or wait for the film; then some are taken
 * at even distances.
 */
const MOST_MAPS = 20;

/**
 * Writes the files about all epochs' maps of a run into its folder: `plots/projection/all-epochs.png` (small
 * multiples), and each map's coordinates as `artifacts/projection/map-epoch-003.csv`. In a long run, these are the maps
 * of the epochs that are kept in full.
 *
 * @returns The files' paths; none if the run has no maps.
 */
export async function writeMapSheet(run: string): Promise<string[]> {
  const all = await savedMaps(run);
  if (all.length === 0) return [];
  const tables = all.map(({epoch, artifact}) => {
    const path = join(run, "artifacts/projection", `${epochStem(epoch, "map")}.csv`);
    return existsSync(path) ? path : write(path, mapTable(artifact)); // written with the map since format /2
  });
  const sheet = sheetOf(all);
  const {png} = scatterSheet({...sheet, title: `${sheet.title}, epoch by epoch`}); // while tables are written
  const written = write(join(run, "plots/projection/all-epochs.png"), png);
  return Promise.all([written, ...tables]);
}

/**
 * Writes all epochs' maps as an animation: `plots/projection/film.png`. @returns Its path; undefined if there are no
 * maps.
 */
export async function writeMapFilm(run: string): Promise<string | undefined> {
  const all = await savedMaps(run);
  if (all.length === 0) return undefined;
  const {png} = await scatterFilm(sheetOf(all), ownTurn);
  return write(join(run, "plots/projection/film.png"), png);
}

/** Draws the maps that have the points of the last one, side by side. */
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
 * Draws the images themselves as the points of a run's last map: `plots/projection/images-epoch-003.png`.
 *
 * @returns The file's path; undefined if the run has no maps.
 */
export async function writeImageMap(run: string): Promise<string | undefined> {
  const {value: last} = await latestMaps(run).next();
  if (!last) return undefined;
  const images = readTestImages(run);
  const {title, classNames} = last.artifact.data;
  await ownTurn();
  const map = {...imagesOf(last.artifact, images), title, classes: classNames.length};
  const {png} = await imageMap(map, ownTurn);
  return write(join(run, "plots/projection", `${epochStem(last.epoch, "images")}.png`), png);
}

async function savedMaps(run: string): Promise<SavedMap[]> {
  const maps: SavedMap[] = [];
  for await (const map of latestMaps(run)) maps.push(map);
  return maps.reverse();
}

/**
 * Yields the maps, that of the last epoch first. Each is read when it is asked for. For a long run, these are the maps
 * of the epochs that are shown in full.
 */
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

/** The run's own `--keep-epochs`, or the default if nothing says how it was made. */
function keepEpochsOf(run: string): number {
  if (!existsSync(join(run, "run.json"))) return KEEP_EPOCHS;
  const {keepEpochs} = readRunFile(run).options;
  return typeof keepEpochs === "number" ? keepEpochs : KEEP_EPOCHS;
}

/**
 * Whether two maps have the same points. Maps of other points, from before the options changed, do not belong on one
 * sheet.
 */
function samePoints(a: MapArtifact, b: MapArtifact): boolean {
  const [own, other] = [placesOf(a), placesOf(b)];
  return a.data.points.length === b.data.points.length && own.every((place, i) => place === other[i]);
}

function thinned(maps: readonly SavedMap[]): SavedMap[] {
  if (maps.length <= MOST_MAPS) return [...maps];
  return Array.from({length: MOST_MAPS}, (_, i) => maps[Math.round((i * (maps.length - 1)) / (MOST_MAPS - 1))]);
}

function imagesOf(artifact: MapArtifact, {shape, pixels}: SavedImages) {
  const {points, labels} = artifact.data;
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const places = placesOf(artifact);
  const sheet = {points, labels, height, width, channels};
  if (places.every((place, i) => place === i)) return {...sheet, pixels}; // mostly all of them
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

function figure(value: unknown, digits: number): string {
  return Number(value).toFixed(digits);
}
