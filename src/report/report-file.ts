/**
 * @file The contents of a report: the form in which the page gets a run's saved files. Types only. The file is long
 * because it describes one document.
 */

import type {EpochMetrics} from "../pipeline/types";
import type {LayersShown} from "./layers-file";
import type {Packed} from "./packed";
import type {PageModel} from "./page-model";
import type {PixelMapsShown} from "./pixel-maps-file";
import type {RunsShown} from "./runs-file";
import type {ColumnShown} from "./slices-file";
import type {TrackedShown} from "./tracked-file";
import type {TrainingShown} from "./training-file";

export type {Packed} from "./packed";

/** One entry for each stop: something that was recorded there, or null. */
export type PerStop<T> = readonly (T | null)[];

/** The content of `run.json` that the page shows. Every string is data: it is shown as text, never as markup. */
export interface RunFacts {
  readonly name: string;
  readonly startedAt: string;
  readonly seed: number;
  readonly options: {readonly [name: string]: unknown};
  /** The training settings that resulted from the options: the learning rate, its schedule, the loss. */
  readonly training: {readonly [name: string]: unknown};
  readonly probes: {readonly [probe: string]: {readonly [name: string]: unknown}};
  readonly versions: {readonly [name: string]: string};
  readonly engine: {readonly name: string; readonly version?: string; readonly why?: string; readonly threads?: number};
  readonly processor: {
    readonly name: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly platform: string;
  };
  readonly data: {
    readonly name: string;
    readonly digest: string;
    readonly imageShape: readonly [height: number, width: number, channels: number];
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    /** How many test images count only in the loss and the accuracy. */
    readonly moreTest?: number;
  };
  readonly model: {
    readonly name: string;
    readonly layers: readonly LayerFacts[];
    readonly parameters: number;
  };
}

export interface LayerFacts {
  readonly name: string;
  readonly type: string;
  readonly outputShape: readonly (number | null)[];
  readonly parameters: number;
}

/** One class explained by LIME on one image. */
export interface LimeEntry {
  /** The image's place in the test split. */
  readonly index: number;
  /** The class explained. */
  readonly explained: number;
  readonly probability: number;
  /** u16 `[height, width]`: the segment of each pixel. */
  readonly segments: Packed;
  /** One weight for each segment; above 0, the segment speaks for the class. */
  readonly weights: readonly number[];
  /** The weighted R² of the linear model; null if the answer never changed. */
  readonly r2: number | null;
  /** How alike the explanation is when made again with other chance; null if it was not tried. */
  readonly stability: number | null;
}

/** LIME's explanations of many images, in columns. */
export interface ExplainedShown {
  /** How many images were explained; a page carries as many as fit, chosen at even distances. */
  readonly of: number;
  /** u32 `[images]`: their places in the test split, ascending. */
  readonly indices: Packed;
  /**
   * u8, or u16 if there are more than 256, `[images, height, width]`: the segment of each pixel, the same at every
   * stop.
   */
  readonly segments: Packed;
  readonly stops: PerStop<{
    /** u16 `[images]`: the class that was explained; then its probability, u16. */
    readonly targets: Packed;
    readonly probabilities: Packed;
    /** f32 `[images]`: the weighted R², and how alike the two halves are; NaN if there is no such number. */
    readonly fit: Packed;
    readonly stability: Packed;
    /**
     * u32 `[images + 1]`: image n has the weights from `starts[n]` up to, but not including, `starts[n + 1]`; none if
     * it was not explained.
     */
    readonly starts: Packed;
    /** f32 `[images]`: the strongest weight; i8: weights as 127ths of it. */
    readonly strongest: Packed;
    readonly weights: Packed;
  }>;
}

/** A way of attributing a class's score to pixels, for a few images. */
export interface SaliencyMap {
  readonly name: string;
  /** Signed maps are i8, −127 to 127; others are u8, 0 to 255. Each image has its own scale. */
  readonly signed: boolean;
  readonly tiles: PerStop<SaliencyTiles>;
}

export interface SaliencyTiles {
  /**
   * Each tile's image, by its place in the test split. Stops may have different images, and an image may have two
   * tiles, for two classes.
   */
  readonly indices: readonly number[];
  /** The class that each tile explains; null if it is not a single one. */
  readonly targets: readonly (number | null)[];
  /** How far each tile's gradient can be trusted (docs/saliency.md); null if it was not measured. */
  readonly trust: readonly (SaliencyTrust | null)[];
  /** `[tiles, height, width]`. */
  readonly values: Packed;
}

export interface SaliencyTrust {
  /** The infidelity as a share of that of an empty map. */
  readonly infidelity: number | null;
  readonly sensitivity: number | null;
  /** The rank correlation with the untrained network's gradient. */
  readonly untrained: number | null;
}

/** Where a transformer's heads look, for a few images. A token is a patch; patches go row by row. */
export interface AttentionShown {
  readonly rows: number;
  readonly columns: number;
  /** The side of a patch in pixels. */
  readonly side: number;
  readonly stops: PerStop<{
    /** The images' places in the test split. */
    readonly indices: readonly number[];
    /** u16 `[images, tokens]`, fractions: how much of each token is in the vector that is classified; sums to 1. */
    readonly rollout: Packed;
    readonly layers: readonly {
      readonly name: string;
      /** u16 `[images, heads, tokens]`, fractions: how much attention each token gets from all tokens; sums to 1. */
      readonly received: Packed;
      /**
       * u8 `[first images, heads, tokens, tokens]`: where each token looks, each row relative to its largest number.
       * Absent if it was not kept.
       */
      readonly rows?: Packed;
      /** Groups of heads that look alike, counted from 0. */
      readonly alike: readonly (readonly number[])[];
      /**
       * For each head: the mean distance in pixels at which it looks; how concentrated it is, from 0 (all tokens
       * equally) to 1 (a single token); and by how much the loss changes with the size of its answer.
       */
      readonly distance: readonly number[];
      readonly sharpness: readonly number[];
      readonly importance: readonly number[];
    }[];
  }>;
}

export interface ReportFile {
  readonly format: "epochscope-report/3";
  readonly run: RunFacts;
  readonly classNames: readonly string[];
  /** Every epoch that was finished. */
  readonly metrics: readonly EpochMetrics[];
  /** The epochs at which the page can stop, ascending; a sample of them if the run is long. */
  readonly stops: readonly number[];
  /** How many epochs the run has recorded. */
  readonly recorded: number;
  /** The whole test split. `shape` is the shape of the kept pixels, `[count, height, width, channels]`, u8. */
  readonly images: {
    readonly pixels: Packed;
    readonly labels: Packed;
    /**
     * If they are files: the URL of their folder, and for each image its path from there, percent-encoded like URLs, so
     * that names may contain any characters.
     */
    readonly files: {readonly folder: string; readonly paths: readonly string[]} | null;
    readonly height: number;
    readonly width: number;
  } | null;
  /**
   * The best network, which the page can run; null if the user did not ask for it (`--page-model`), or if it does not
   * exist yet.
   */
  readonly model: PageModel | null;
  /** How the training images were learnt. */
  readonly training: TrainingShown | null;
  /** The user's own columns about the test images; null if there are none. */
  readonly columns: readonly ColumnShown[] | null;
  /** Whether `explain --training` works: the run trained here, and kept the weights of its epochs. */
  readonly influence: boolean;
  /** The images that the user followed within the epochs; null if there are none. */
  readonly tracked: TrackedShown | null;
  /** The temperature that would correct the confidence, fitted on the validation images. */
  readonly temperatures: PerStop<number> | null;
  /** The comparison of the run with another; null if it was not compared. */
  readonly runs: RunsShown | null;
  /** The file name of the page that learns, if it is in the same folder. */
  readonly demo: string | null;
  /** How the layers developed. */
  readonly layers: LayersShown | null;
  /** u16 `[images, classes]`. */
  readonly probabilities: PerStop<Packed> | null;
  readonly map: {
    /** The places of the points in the test split. */
    readonly indices: Packed;
    readonly dimensions: 2 | 3;
    /** u16 `[points, dimensions]`, all stops in one frame, y downwards. */
    readonly points: PerStop<Packed>;
    /** u16 or u32 `[points, k]`: the nearest other points in the data before the projection, the nearest first. */
    readonly neighbours: PerStop<Packed> | null;
    /** Figures of quality, by name. */
    readonly facts: PerStop<{readonly [name: string]: number}>;
  } | null;
  readonly saliency: {
    readonly height: number;
    readonly width: number;
    readonly maps: readonly SaliencyMap[];
  } | null;
  /** Null if the network is no transformer. */
  readonly attention: AttentionShown | null;
  readonly lime: {
    readonly height: number;
    readonly width: number;
    readonly entries: PerStop<readonly LimeEntry[]>;
    /** The explanations that `explain test:all` added; absent if it did not run. */
    readonly many?: ExplainedShown;
  } | null;
  /** The maps that `explain test:all --method` added; absent if it did not run. */
  readonly pixelMaps?: PixelMapsShown;
  /**
   * How many of the surest mistakes are explained, and of how many other pairs the surest mistake is explained; null
   * without such a probe.
   */
  readonly mistakes: PerStop<{readonly surest: number; readonly pairs: number}> | null;
  /** The inside of the network: its weights, and its layers' answers to a few images. */
  readonly inside: {readonly indices: readonly number[]; readonly stops: PerStop<InsideStop>} | null;
}

/** See src/pipeline/record/inside.ts. */
export interface InsideStop {
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly deviation: number;
    readonly zeros: number;
    /** For each bucket, its left edge, right edge and count, one bucket after another. */
    readonly buckets: readonly number[];
  }[];
  readonly activations: readonly {
    readonly layer: string;
    readonly type: string;
    /** How many channels the layer has; the first ones are kept. */
    readonly of: number;
    readonly peak: number;
    /** The size of the layer; `values` may be coarser. */
    readonly size: readonly [height: number, width: number];
    /** u8 `[images, height, width, channels]`, where 255 means `peak`. */
    readonly values: Packed;
  }[];
}
