import type {EpochMetrics} from "../../pipeline/types";
import type {ClassLook} from "../../plots/class-looks";
import type {InsideStop, ReportFile, SaliencyTrust} from "../report-file";
import type {AttentionData} from "./attention";
import type {LimeShown, ManyExplained} from "./explained";
import type {LayersData} from "./layers/data";
import type {PageNetwork} from "./live-digit/data";
import type {PixelMethod} from "./pixel-maps";
import type {TrainingData} from "./training/data";
import type {Reason} from "./why/reasons";

/** The words for the page's images, and for what the network does with them. */
export interface Words {
  readonly one: string;
  readonly many: string;
  /** A caption such as "3 read as 5". */
  readonly as: string;
  /** A caption such as "3 read right". */
  readonly right: string;
  /** A caption such as "for 5, as read". */
  readonly asAnswered: string;
}

/** The network's answers at one stop, for every test image. */
export interface Answers {
  /** The most probable class of each image, and its probability. */
  readonly predicted: Uint16Array;
  readonly confidence: Float32Array;
  /** `counts[actual * classes + predicted]`. */
  readonly counts: Uint32Array;
  readonly wrong: number;
  /** The probability of class k for image i. */
  of(i: number, k: number): number;
}

export interface MapData {
  readonly count: number;
  /** The test image of each point, and the point of each test image (−1 if it is not on the map). */
  readonly image: Uint32Array;
  readonly point: Int32Array;
  readonly dimensions: 2 | 3;
  /** `[points, dimensions]` in [0, 1]; a stop without its own map uses that of the nearest stop. */
  readonly at: readonly Float32Array[];
  /** Whether the stop has a map of its own. */
  readonly own: readonly boolean[];
  readonly facts: readonly ({readonly [name: string]: number} | null)[];
  /** The points nearest to a point at a stop, the nearest first; by the network's features, if the run kept them. */
  neighbours(
    stop: number,
    point: number,
    count: number,
  ): {readonly points: number[]; readonly from: "features" | "map"};
}

export interface SaliencyData {
  readonly height: number;
  readonly width: number;
  readonly maps: readonly {
    readonly name: string;
    readonly signed: boolean;
    /** Image i's map at a stop: for the wanted class if there is one, else for another; null if there is none. */
    tile(stop: number, i: number, wanted?: number): SaliencyTile | null;
  }[];
}

export interface SaliencyTile {
  /** The class that is explained; null if it is not a single one. */
  readonly target: number | null;
  readonly trust: SaliencyTrust | null;
  /** The map, −1 to 1, on the image's own scale. */
  readonly values: Float32Array;
}

export interface LimeData {
  readonly height: number;
  readonly width: number;
  /** The explanations of image i at a stop, the predicted class first. */
  of(stop: number, i: number): readonly LimeShown[];
  /** Explanations of many images, if the run has them. */
  readonly many: ManyExplained | null;
}

/**
 * A layer's answer to one image, divided by the layer's greatest number, 0 to 1:
 * `values[(y * width + x) * channels + c]`.
 */
export interface Activation {
  readonly layer: string;
  readonly type: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The layer's own height and width, if the numbers here are coarser. */
  readonly size: readonly [height: number, width: number];
  /** How many channels the layer has; the first ones are here. */
  readonly of: number;
  readonly values: Float32Array;
}

export interface InsideData {
  /** The test images whose activations were kept. */
  readonly images: readonly number[];
  weights(stop: number): InsideStop["weights"] | null;
  /** The activations of one of `images` at a stop, layer by layer. */
  activations(stop: number, image: number): readonly Activation[];
}

/** A run, decoded, which all panels read. */
export interface Data {
  readonly file: ReportFile;
  readonly words: Words;
  readonly names: readonly string[];
  readonly classes: number;
  /** Each class's hue and mark. */
  readonly looks: readonly ClassLook[];
  /** The epoch number of each stop. */
  readonly epochs: readonly number[];
  readonly last: number;
  /** How many test images there are; 0 if the run kept none. */
  readonly count: number;
  readonly labels: Uint16Array;
  /** The file of a test image, if it is one: its path, and a link that opens it if the page came from a disk. */
  fileOf(i: number): {readonly path: string; readonly link: string | null} | null;
  /** The original height and width, which may be larger than those of the kept pixels. */
  readonly image: {readonly height: number; readonly width: number; readonly channels: number};
  pixels(i: number): Uint8Array;
  readonly answers: readonly (Answers | null)[];
  /** The best network, if the page has it. */
  readonly model: PageNetwork | null;
  readonly map: MapData | null;
  readonly saliency: SaliencyData | null;
  readonly lime: LimeData | null;
  /** Maps of many images, by the methods that the user asked for. */
  readonly pixelMaps: readonly PixelMethod[];
  /** Where a transformer's heads look; null if the network is none. */
  readonly attention: AttentionData | null;
  readonly inside: InsideData | null;
  /** The layers: null if the run kept nothing of them. */
  readonly layers: LayersData | null;
  /** The training images: null if the run kept no answers to them. */
  readonly training: TrainingData | null;
  /** The user's columns, with one value for each image; "" if there is none. */
  readonly columns: readonly {readonly name: string; readonly values: readonly string[]}[];
  /** When answers and their reasons settled; empty unless LIME explained images at two stops. */
  readonly reasons: readonly Reason[];
  /** The images with saliency or LIME, ascending: at one stop, or at any. */
  explained(stop?: number): readonly number[];
  isExplained(i: number, stop?: number): boolean;
  metrics(stop: number): EpochMetrics | undefined;
}
