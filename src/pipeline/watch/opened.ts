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
  /** Facts about it that the program found out; they are kept in run.json and printed once. */
  readonly found: {readonly [name: string]: unknown};
  /** Its files for `model/`, by their names, if it is the best. */
  readonly files: {readonly [name: string]: string | Uint8Array};
  /** The images that it was asked about, if it brings them itself. */
  readonly data?: Dataset;
  /** How many images it has answers to, if it contains answers and no network. */
  readonly answers?: number;
  /** Notes for the user, one line each. */
  readonly said?: readonly string[];
  /** The training figures at this epoch, if the checkpoint has them. */
  readonly trained?: Trained;
  /** The side, in pixels, of the images that it wants. */
  readonly side?: number;
  /** The probes that it can answer; absent: all. */
  readonly probes?: readonly string[];
  dispose(): Promise<void>;
}

/** Opens checkpoints of one kind. */
export interface KindOpener {
  open(checkpoint: Checkpoint, graph: string | undefined): Promise<OpenedCheckpoint>;
  /** Frees what they share. */
  end(): Promise<void>;
}

export type OpenSettings = Omit<LoadSettings, "what"> & {readonly threads: number; readonly layer?: string};

/** A checkpoint's sizes, which the next one must also have. */
export interface Sizes {
  readonly imageShape: ImageShape;
  readonly outputs: number;
  /** For a file of answers, how many images it answers. */
  readonly answers?: number;
}

export function sizesOf({network: {imageShape, classNames}, answers}: OpenedCheckpoint): Sizes {
  return {imageShape, outputs: classNames.length, ...(answers === undefined ? {} : {answers})};
}
