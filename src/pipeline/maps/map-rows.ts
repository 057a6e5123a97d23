import {between, type OptionTable, oneOf, wholeNumber} from "../../nouns/options";
import type {RandomSource} from "../../nouns/random";
import {
  automaticThreads,
  type Dimensions,
  inWorkspace,
  type Matrix,
  openNeighbourhood,
  type Workspace,
} from "../../tsne/index";
import {foldedColumns} from "./linear/fold-columns";
import {principalComponents} from "./linear/pca";
import {aligned} from "./linear/procrustes";
import {type Scaling, standardised} from "./linear/standardise";
import {type ProjectionName, projections} from "./methods/index";
import {type MapFigures, mapQuality} from "./projection-quality";
import {sampleSizes, trustworthinessFrom} from "./sampled-trust";

/** How rows of numbers are made into a map. */
export interface MapSettings {
  readonly method: ProjectionName;
  readonly perplexity: number;
  readonly dimensions: number;
  readonly iterations: number;
  readonly scaling: Scaling;
  readonly components: number;
  readonly metric: "euclidean" | "cosine";
}

export const mapSettings: OptionTable<MapSettings> = {
  method: {
    default: "tsne",
    help: "tsne, umap, pca, or tsne-js (that package: at most 500 points)",
    check: oneOf(...(Object.keys(projections) as ProjectionName[])),
  },
  perplexity: {default: 30, help: "about how many neighbours count for each point", check: between(2, 1000)},
  dimensions: {default: 2, help: "2 or 3", check: (value) => (value === 2 || value === 3 ? undefined : "2 or 3")},
  iterations: {
    default: 0,
    words: {auto: 0},
    help: "auto: it depends on the method (tsne 260 for the first map, and 40 for a map that continues the last epoch's; below 5,000 points 700 and 100)",
    check: wholeNumber,
  },
  scaling: {
    default: "feature",
    help: "feature: each to mean 0 and deviation 1; global: all by one mean and deviation, as exigo; none",
    check: oneOf("feature", "global", "none"),
  },
  components: {default: 50, help: "wider rows are reduced to this many principal components", check: between(3, 1000)},
  metric: {
    default: "euclidean",
    help: "the distance between rows: euclidean or cosine",
    check: oneOf("euclidean", "cosine"),
  },
};

export interface RowMap extends MapFigures {
  /** `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  /** The points nearest to each point in the rows, nearest first, `[i * nearest.length / rows + q]`. */
  readonly nearest: Uint32Array;
  readonly iterations: number;
  readonly perplexity: number;
  /** From how many columns the map was made, out of `width`, and the share of the variance in them. */
  readonly components: number;
  readonly width: number;
  readonly explained: number;
  /**
   * Trustworthiness in all columns (folded, if there are more than 2,048), if the other figures are about the
   * components; it is estimated from `sampled` of the points.
   */
  readonly trustworthinessFull: number;
  readonly sampled: number;
  /** Only for more than 100,000 rows, whose neighbours are approximate. */
  readonly approximate?: {
    /** How many neighbours each row has. */
    readonly neighbours: number;
    /** The share of them that are truly the nearest, in [0, 1], measured on 500 rows. */
    readonly recall: number;
  };
}

export interface MapContext {
  /** The class of each row, for the figures that need one. */
  readonly labels?: Uint16Array;
  /** An earlier map of the same rows, from which the new map starts and with which it is aligned. */
  readonly before?: Float32Array;
  readonly random: RandomSource;
  say(line: string): void;
}

const NEAREST = 6;
/** With more columns than this, principal components would take longer than the map. */
const MOST_COLUMNS = 2048;
/** Tolerance of the principal components: a map needs no more, and full accuracy takes twice the time. */
const TOLERANCE = 1e-2;
/**
 * The axes are computed from a fair sample of the rows: at least so many, and at least so many for each column. These
 * components contain 0.98 to 0.99 of the variance that those of all rows would, and the map's figures are the same
 * (docs/tsne.md).
 */
const AXIS_ROWS = {least: 1800, perColumn: 2};

/** Standardises rows, reduces them to principal components, lays them out, and measures the map. */
export async function mapRows(
  rows: Matrix,
  settings: MapSettings,
  {labels, before, random, say}: MapContext,
): Promise<RowMap> {
  const method = projections[settings.method];
  const dimensions = settings.dimensions as Dimensions; // the option's check
  const perplexity = Math.min(settings.perplexity, Math.floor((rows.rows - 1) / 3));
  if (perplexity < settings.perplexity) {
    say(`perplexity ${perplexity} in place of ${settings.perplexity}: at most a third of ${rows.rows} points`);
  }
  const folds = rows.columns > MOST_COLUMNS;
  if (folds) say(`${rows.columns.toLocaleString("en")} features, folded into ${MOST_COLUMNS.toLocaleString("en")}`);
  const threads = await automaticThreads(rows.rows);
  return inWorkspace(threads, async (workspace) => {
    const {scores: data, explained, full} = await reducedRows(workspace, rows, settings);
    const neighbourhood = await openNeighbourhood(data, {perplexity, metric: settings.metric, threads: workspace});
    const task = {
      data,
      neighbourhood,
      metric: settings.metric,
      dimensions,
      perplexity,
      iterations: settings.iterations,
      random,
    };
    const map = await method.project(before ? {...task, start: before} : task);
    // t-SNE has started from the map before; turning the other methods' maps changes no distance
    const points = before && settings.method !== "tsne" ? aligned(map.points, before, dimensions) : map.points;
    const {neighbours, ...figures} = await mapQuality(neighbourhood, points, dimensions, labels, map.klDivergence);
    const {trustworthiness, neighbourhoodSize: k} = figures;
    return {
      ...figures,
      trustworthinessFull: full
        ? trustworthinessFrom(trustworthiness, full.rows, full.weights, data, neighbours, k)
        : trustworthiness,
      sampled: full ? sampleSizes(rows.rows, k).points : rows.rows,
      points,
      nearest: neighbourhood.nearest(Math.min(NEAREST, neighbourhood.k)),
      iterations: map.iterations,
      perplexity,
      components: data.columns,
      width: rows.columns,
      explained,
      ...(neighbourhood.recall === undefined
        ? {}
        : {approximate: {neighbours: neighbourhood.k, recall: neighbourhood.recall}}),
    };
  });
}

interface Reduced {
  readonly scores: Matrix;
  readonly explained: number;
  /** All columns, and the weight of each in squared distances, if the scores have fewer columns. */
  readonly full?: {readonly rows: Matrix; readonly weights: Float64Array};
}

/** The scaled rows, reduced to principal components if they have more columns. */
async function reducedRows(
  workspace: Workspace,
  rows: Matrix,
  {method, scaling, components}: MapSettings,
): Promise<Reduced> {
  if (rows.columns <= components) return {scores: standardised(rows, scaling), explained: 1};
  const folds = rows.columns > MOST_COLUMNS;
  const axisRows = Math.max(AXIS_ROWS.least, AXIS_ROWS.perColumn * Math.min(rows.columns, MOST_COLUMNS));
  const wide = folds ? foldedColumns(standardised(rows, scaling), MOST_COLUMNS) : rows;
  const {scores, explained, scales} = await principalComponents(
    workspace,
    wide,
    components,
    // a map by principal components needs them to the last digit
    {scaling: folds ? "none" : scaling, ...(method === "pca" ? {} : {tolerance: TOLERANCE, axisRows})},
  );
  return {scores, explained, full: {rows: wide, weights: scales.map((scale) => scale ** 2)}};
}
