import {existsSync, readdirSync, readFileSync} from "node:fs";
import {isAbsolute, join} from "node:path";
import {pathToFileURL} from "node:url";
import {visibleValue} from "../../escape/visible";
import {UserError} from "../../nouns/options";
import type {ImageShape} from "../../nouns/samples";
import {orUserErrorSync} from "../../nouns/system-errors";
import {reduced} from "../../numbers/reduced-images";
import {bestEpoch, KEEP_EPOCHS, keptEpochs} from "../../pipeline/record/kept-epochs";
import {parseMetrics} from "../../pipeline/record/metrics-file";
import {readRunFile} from "../../pipeline/record/run-file";
import {readTestImages, type SavedImages, testImagesPath} from "../../pipeline/record/test-images";
import type {EpochMetrics} from "../../pipeline/types";
import {RUNS_FILE} from "../compare/runs-shown";
import {DEMO_FILE} from "../demo-beside";
import {type FileMemory, fileMemory, type Recall, type Saved} from "../file-memory";
import {carriedMistakes, carriedStops, fractions, packer} from "../packer";
import {reduction} from "../page-budget";
import type {ReportFile, RunFacts} from "../report-file";
import type {RunsShown} from "../runs-file";
import {gatherAttention, keptAttention} from "./attention";
import {gatherColumns} from "./columns";
import {gatherExplained} from "./explained";
import {gatherInside, insideShown} from "./inside";
import {gatherLayers} from "./layers";
import {explanations, gatherLime} from "./lime";
import {gatherMap, mapStop} from "./map";
import {gatherModel} from "./model";
import {gatherMoves} from "./moves";
import {gatherPixelMaps} from "./pixel-maps";
import {gatherSaliency} from "./saliency";
import {type ArtifactFiles, array} from "./saved-values";
import {gatherTracked} from "./tracked";
import {gatherTraining} from "./training";

/** The parts of a page that the run's options do not decide. */
export interface PageParts {
  /** The best network, which the page runs. */
  readonly pageModel?: boolean;
}

/** A report's facts, and the arrays they point into. */
export interface Gathered {
  readonly file: ReportFile;
  readonly parts: readonly Uint8Array[];
}

/**
 * Reads everything that the page shows from a run's folder. It needs the saved JSON alone, and no network or picture. A
 * probe that did not run is left out.
 *
 * @param memory What earlier calls have read, for a caller that gathers the same folder again and again.
 * @throws UserError if the folder holds no run, or an artifact lacks what its probe always saves.
 */
export async function gather(
  runFolder: string,
  memory: FileMemory = fileMemory(0),
  {pageModel = false}: PageParts = {},
): Promise<Gathered> {
  const images = existsSync(testImagesPath(runFolder)) ? readTestImages(runFolder) : null;
  try {
    return memory((recall) => gatherFiles(runFolder, images, recall, pageModel));
  } catch (error) {
    if (error instanceof UserError || (error as NodeJS.ErrnoException).errno !== undefined) throw error;
    const {message} = error as Error;
    throw new UserError(`${runFolder}: expected saved files that fit each other, got ${message}`, {cause: error});
  }
}

function gatherFiles(runFolder: string, images: SavedImages | null, recall: Recall, pageModel: boolean): Gathered {
  const runPath = join(runFolder, "run.json");
  if (!existsSync(runPath)) throw new UserError(`${runFolder}: expected a run's folder with run.json, got none there`);
  const {classNames, ...facts} = readRun(runFolder);
  const metrics = readMetrics(join(runFolder, "metrics.jsonl"));
  const artifacts = listArtifacts(join(runFolder, "artifacts"));
  // an epoch counts once it has a line in metrics.jsonl: before that, its probes are still at work
  const finished = new Set(metrics.map(({epoch}) => epoch));
  const recorded = [...artifacts.values()].flatMap((epochs) => [...epochs.keys()]).filter((e) => finished.has(e));
  const all = [...new Set(recorded.length ? recorded : finished)].sort((a, b) => a - b);
  const pack = packer();

  const [height, width, channels] = facts.data.imageShape;
  if (images) checkImages(images, facts.data.imageShape, runFolder);
  const keep = typeof facts.options?.keepEpochs === "number" ? facts.options.keepEpochs : KEEP_EPOCHS;
  const stops = keptEpochs(
    all,
    carriedStops(keep, images?.count ?? 0, classNames.length, height * width),
    bestEpoch(metrics),
  );
  const step = images ? reduction(images.count, height, width, channels, images.pixels) : 1;
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const most = carriedMistakes(height, width);
  const perStop = <T>(name: string, make: (saved: Saved, path: string) => T): (T | null)[] =>
    stops.map((epoch) => {
      const path = artifacts.get(name)?.get(epoch);
      return path ? recall(path, `${classNames.length} ${most}`, (saved) => make(saved, path)) : null;
    });
  const inside = artifacts.has("network") ? "network" : "network/inside"; // format /1 gave it no name of its own
  const mistakes = perStop("mistakes/lime", (saved, path) => explainedMistakes(saved, path, most));
  const limeEntries = () => {
    const samples = perStop("lime/segments", explanations);
    return stops.map((_, s) => {
      const explained = [...(samples[s] ?? []), ...(mistakes[s]?.explained ?? [])];
      return samples[s] || mistakes[s] ? gatherLime(explained, pack) : null;
    });
  };

  const many = images && gatherExplained(artifacts, join(runFolder, "artifacts"), stops, recall, pack);
  const pixelMaps = images && gatherPixelMaps(artifacts, stops, recall, pack);
  const file: ReportFile = {
    format: "epochscope-report/3",
    run: facts,
    classNames,
    // curves over thousands of epochs need no running means within each
    metrics: stops.length < all.length ? metrics.map((line) => ({...line, steps: []})) : metrics,
    stops,
    recorded: all.length,
    images: images && {
      pixels: pack.add(reduced(images.pixels, [images.count, height, width, channels], step), [
        images.count,
        rows,
        columns,
        channels,
      ]),
      labels: pack.add(images.labels, [images.count]),
      files: images.files ? linksOf(images.files, facts.options?.data) : null,
      height,
      width,
    },
    probabilities:
      images && artifacts.has("confusion/matrix")
        ? perStop("confusion/matrix", ({numbers}, path) =>
            fractions(array(numbers?.probabilities, `${path}: numbers.probabilities`), classNames.length),
          ).map((answers) => answers && pack.add(answers, [images.count, classNames.length], 1 / 65535))
        : null,
    map: images && artifacts.has("projection/map") ? gatherMap(perStop("projection/map", mapStop), pack) : null,
    saliency: images ? gatherSaliency(artifacts, stops, facts.data.imageShape, recall, pack) : null,
    attention: images ? gatherAttention(perStop("attention/heads", keptAttention), pack) : null,
    lime:
      images && (artifacts.has("lime/segments") || artifacts.has("mistakes/lime") || many)
        ? {height, width, entries: limeEntries(), ...(many ? {many} : {})}
        : null,
    ...(pixelMaps ? {pixelMaps} : {}),
    mistakes: artifacts.has("mistakes/lime") ? mistakes.map((stop) => stop?.counts ?? null) : null,
    training: gatherTraining(
      artifacts.get("training"),
      (epoch) => finished.has(epoch),
      classNames.length,
      recall,
      pack,
      (paths) => linksOf(paths, facts.options?.data),
      facts.options?.dynamicsPass === "after",
    ),
    columns: images ? gatherColumns(join(runFolder, "artifacts", "columns.json"), images.count, recall, pack) : null,
    influence: [...(artifacts.get("weights/all")?.keys() ?? [])].some((epoch) => epoch > 0),
    tracked: gatherTracked(artifacts.get("track"), (epoch) => finished.has(epoch), recall),
    temperatures: artifacts.has("calibration") ? perStop("calibration", temperatureOf) : null,
    demo: existsSync(join(runFolder, DEMO_FILE)) ? DEMO_FILE : null,
    runs: images ? readRuns(join(runFolder, RUNS_FILE)) : null,
    model: pageModel || facts.options?.pageModel === true ? gatherModel(runFolder, pack) : null,
    layers: gatherLayers(artifacts.get("layers"), stops, recall, pack, (blocks) =>
      gatherMoves(artifacts.get("track"), (epoch) => finished.has(epoch), blocks, recall),
    ),
    inside: images && artifacts.has(inside) ? gatherInside(perStop(inside, insideShown), pack) : null,
  };
  return {file: visibleValue(file), parts: pack.parts}; // makes control characters in the data's names visible
}

/**
 * @throws UserError if there are not as many pixels and labels as run.json and the count say: everything else is
 * computed from these numbers.
 */
function checkImages(
  {count, pixels, labels}: SavedImages,
  [height, width, channels]: ImageShape,
  folder: string,
): void {
  const expected = [count * height * width * channels, count];
  const got = [pixels, labels].map((values) => values?.length);
  if (`${got}` === `${expected}`) return;
  const [numbers, one] = [expected, got].map(([p, l]) => `${p} pixels and ${l} labels`);
  throw new UserError(`${testImagesPath(folder)}: expected ${numbers}, as run.json says, got ${one}`);
}

/** Paths as URLs, so that the page can link to the pictures. */
function linksOf(files: readonly string[], data: unknown) {
  const folder = typeof data === "string" && isAbsolute(data) ? pathToFileURL(`${data}/`).href : "";
  return {folder, paths: files.map((file) => file.split("/").map(encodeURIComponent).join("/"))};
}

/** @param most How many mistakes the page carries at most; it takes the surest. */
function explainedMistakes(saved: Saved, path: string, most: number) {
  const explained = explanations(saved, path, most);
  const {length} = array(saved.numbers?.indices, `${path}: numbers.indices`);
  const carried = Math.min(length, most);
  const surest = Math.min(carried, Number(saved.numbers?.surest ?? length));
  return {explained, counts: {surest, pairs: carried - surest}};
}

function readRun(folder: string): RunFacts & {classNames: readonly string[]} {
  const run = readRunFile(folder) as unknown as RunFacts & {data: {classNames: readonly string[]}};
  const {name, startedAt, seed, options, training, probes, versions, engine, processor, data, model} = run;
  const {classNames, ...rest} = data;
  return {name, startedAt, seed, options, training, probes, versions, engine, processor, data: rest, model, classNames};
}

/** @throws UserError if the file has no temperature above 0. */
function temperatureOf(saved: Saved, path: string): number {
  const {temperature} = saved as unknown as {temperature?: unknown};
  if (typeof temperature === "number" && temperature > 0) return temperature;
  throw new UserError(`${path}: expected a temperature above 0, got ${JSON.stringify(temperature)}`);
}

/** The comparison with another run that `labels try` or `compare --report` kept. */
function readRuns(path: string): RunsShown | null {
  if (!existsSync(path)) return null;
  return JSON.parse(orUserErrorSync(path, () => readFileSync(path, "utf8"), "read")) as RunsShown;
}

/** Reads every whole line. A last line without a line end is left out, because it is still being written. */
export function readMetrics(path: string): EpochMetrics[] {
  if (!existsSync(path)) return [];
  return parseMetrics(
    orUserErrorSync(path, () => readFileSync(path, "utf8"), "read"),
    path,
  );
}

/**
 * @returns A map from "probe/name" (or "layers", for an artifact that has no name of its own) to a map from each epoch
 * to the path of its JSON.
 */
export function listArtifacts(folder: string): ArtifactFiles {
  const files = new Map<string, Map<number, string>>();
  if (!existsSync(folder)) return files;
  for (const probe of readdirSync(folder, {withFileTypes: true})) {
    if (!probe.isDirectory()) continue;
    for (const entry of readdirSync(join(folder, probe.name))) {
      const match = /^(?:(.+)-)?epoch-(\d+)\.json$/.exec(entry);
      if (!match) continue;
      const name = match[1] ? `${probe.name}/${match[1]}` : probe.name;
      const epochs = files.get(name) ?? new Map<number, string>();
      files.set(name, epochs.set(Number(match[2]), join(folder, probe.name, entry)));
    }
  }
  return files;
}
