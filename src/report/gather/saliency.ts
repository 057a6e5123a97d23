import type {Recall, Saved} from "../file-memory";
import {carriedMistakes, mapTiles, type Packer} from "../packer";
import {coarser, mapReduction} from "../page-budget";
import type {ReportFile, SaliencyTiles, SaliencyTrust} from "../report-file";
import {type ArtifactFiles, array} from "./saved-values";

/** Maps of several images: a row of a picture, or a row that a probe kept beside it. */
interface Sheet {
  readonly label: string;
  readonly scale: "intensity" | "signed" | "sequential";
  readonly values: unknown;
  /** The class explained in each image; absent if it is not a single one. */
  readonly targets?: unknown;
}

/**
 * The rows that the page leaves out: it shows the first one anyway, and the second one is the same picture for all
 * images.
 */
const LEFT_OUT = new Set(["source", "baseline"]);

/**
 * Every saliency map that the run saved. Each artifact under `saliency/` is a grid of rows; a method that is added
 * later appears as new rows. The maps of `mistakes/saliency` are added to those with the same name and scale.
 */
export function gatherSaliency(
  artifacts: ArtifactFiles,
  stops: readonly number[],
  [height, width]: readonly [number, number, number],
  recall: Recall,
  pack: Packer,
): ReportFile["saliency"] {
  const methods = [...artifacts.keys()].filter((name) => name.startsWith("saliency/"));
  const parts = new Map<string, {name: string; signed: boolean; stops: Tiles[][]}>();
  for (const name of [...methods, "mistakes/saliency"]) {
    const isMethod = methods.includes(name);
    const most = isMethod ? Number.POSITIVE_INFINITY : carriedMistakes(height, width);
    for (const [s, epoch] of stops.entries()) {
      const path = artifacts.get(name)?.get(epoch);
      if (!path) continue;
      for (const {label, signed, tiles} of recall(path, `${height} ${width}`, (saved) =>
        tilesOf(saved, path, height * width, most),
      )) {
        const title = isMethod && methods.length > 1 ? `${name.slice("saliency/".length)} ${label}` : label;
        const part = parts.get(`${title} ${signed}`) ?? {name: title, signed, stops: stops.map(() => [])};
        parts.set(`${title} ${signed}`, part);
        part.stops[s].push(tiles);
      }
    }
  }
  if (parts.size === 0) return null;
  const sheets = [...parts.values()].flatMap((part) => part.stops.flat());
  const bytes = sheets.reduce((sum, {values}) => sum + values.length, 0);
  const step = mapReduction(bytes, height, width);
  const maps = Array.from(parts.values(), ({name, signed, stops: tiles}) => ({
    name: name[0].toUpperCase() + name.slice(1),
    signed,
    tiles: tiles.map((sheets) => (sheets.length ? joined(sheets, signed, [height, width], step, pack) : null)),
  }));
  return {height: Math.ceil(height / step), width: Math.ceil(width / step), maps};
}

/** The maps in a file, for the first `most` images. */
function tilesOf(
  saved: Saved,
  path: string,
  pixels: number,
  most: number,
): {label: string; signed: boolean; tiles: Tiles}[] {
  const all = Array.from(array(saved.numbers?.indices, `${path}: numbers.indices`));
  const indices = all.slice(0, most);
  return sheetsOf(saved)
    .filter(({label, scale}) => scale !== "intensity" && !LEFT_OUT.has(label))
    .map(({label, scale, values, targets}) => {
      const signed = scale === "signed";
      const classes = targets === undefined ? null : array(targets, `${path}: targets`);
      const tiles = mapTiles(array(values, `${path}: ${label}`), all.length, pixels, signed);
      return {
        label,
        signed,
        tiles: {
          indices,
          targets: indices.map((_, n) => classes?.[n] ?? null),
          trust: indices.map((_, n) => trustOf(saved, n)),
          values: tiles.subarray(0, indices.length * pixels),
        },
      };
    });
}

/**
 * If a file has `maps`, they contain every image; otherwise, the picture's rows do. exigo's maps are about all logits
 * at once.
 */
function sheetsOf({data, numbers}: Saved): readonly Sheet[] {
  if (Array.isArray(numbers?.maps)) return numbers.maps as readonly Sheet[];
  const targets = numbers?.mode === "exigo" ? undefined : numbers?.targets;
  return (data.rows as readonly Sheet[]).map((row) => ({...row, targets}));
}

/** The place of the gradient of the n-th sample. */
function trustOf({numbers}: Saved, n: number): SaliencyTrust | null {
  const kept = numbers?.trust as {readonly [figure: string]: readonly (number | null)[]} | undefined;
  if (!kept) return null;
  const figure = (name: string) => kept[name]?.[n] ?? null;
  return {
    infidelity: figure("relativeInfidelity"),
    sensitivity: figure("maxSensitivity"),
    untrained: figure("untrainedCorrelation"),
  };
}

type Tiles = Omit<SaliencyTiles, "values"> & {readonly values: Uint8Array | Int8Array};

function joined(
  sheets: readonly Tiles[],
  signed: boolean,
  [height, width]: readonly [number, number],
  step: number,
  pack: Packer,
): SaliencyTiles {
  const indices = sheets.flatMap((sheet) => sheet.indices);
  const values = new (signed ? Int8Array : Uint8Array)(indices.length * height * width);
  let at = 0;
  for (const sheet of sheets) {
    values.set(sheet.values, at);
    at += sheet.values.length;
  }
  return {
    indices,
    targets: sheets.flatMap((sheet) => sheet.targets),
    trust: sheets.flatMap((sheet) => sheet.trust),
    values: pack.add(coarser(values, [indices.length, height, width, 1], step), [
      indices.length,
      Math.ceil(height / step),
      Math.ceil(width / step),
    ]),
  };
}
