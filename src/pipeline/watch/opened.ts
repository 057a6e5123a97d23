import type {LookedAtNetwork} from "../../nouns/network";
import type {Dataset, ImageShape} from "../../nouns/samples";
import type {LoadSettings} from "../model/load/load-settings";
import type {Engine} from "../run/choose-engine";
import type {ModelFacts} from "../run/events";
import type {Checkpoint} from "./folder";
import type {Trained} from "./trained";

/** A checkpoint that can be looked at. */
export interface OpenedCheckpoint {
  readonly network: LookedAtNetwork;
  readonly model: ModelFacts;
  readonly engine: Engine;
  /** Facts about it that nobody had to tell: kept in run.json and printed once. */
  readonly found: {readonly [name: string]: unknown};
  /** How it is kept in `model/` as the best, by file names. */
  readonly files: {readonly [name: string]: string | Uint8Array};
  /** The images that it was asked about, if it brings them itself. */
  readonly data?: Dataset;
  /** If it is no network but its answers: to how many images. */
  readonly answers?: number;
  /** Notes for the user, one line each. */
  readonly said?: readonly string[];
  /** The training figures at this epoch, if the checkpoint has them. */
  readonly trained?: Trained;
  /** Pixels a side of the images that it wants. */
  readonly side?: number;
  /** The probes that it can answer; absent: all. */
  readonly probes?: readonly string[];
  dispose(): Promise<void>;
}

/** Opens checkpoints of one kind. */
export interface KindOpener {
  open(checkpoint: Checkpoint, graph: string | undefined): Promise<OpenedCheckpoint>;
  /** Lets go of what they share. */
  end(): Promise<void>;
}

export type OpenSettings = Omit<LoadSettings, "what"> & {readonly threads: number; readonly layer?: string};

/** A checkpoint's sizes, as the next must have them. */
export interface Sizes {
  readonly imageShape: ImageShape;
  readonly outputs: number;
  /** For a file of answers: to how many images. */
  readonly answers?: number;
}

export function sizesOf({network: {imageShape, classNames}, answers}: OpenedCheckpoint): Sizes {
  return {imageShape, outputs: classNames.length, ...(answers === undefined ? {} : {answers})};
}
