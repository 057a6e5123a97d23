import type {ElementType} from "../file/tensors";

/** Numbers with their sizes. A numeric tensor of onnxruntime is one. */
export interface NdArray {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView;
}
export type Feeds = {readonly [name: string]: NdArray};

/** The description of a model's input or output: each size is a number, or a name if it is not fixed. */
export interface Port {
  readonly name: string;
  /** The type of its numbers. "(no tensor)" is a sequence or a map, which can be neither fed nor read here. */
  readonly type: ElementType | "(no tensor)";
  readonly dims: readonly (number | string)[];
}

export interface SessionSettings {
  /** How many threads work inside an operator. */
  readonly threads: number;
  /** False: no operators are fused or folded. */
  readonly optimise?: boolean;
  /** The device that computes; by default the processor. */
  readonly device?: "cpu" | "gpu";
  /** The folder of the files beside the model that hold weights. */
  readonly folder?: string;
  /** The content of those files, by the names that the model gives them. */
  readonly files?: {readonly [location: string]: Uint8Array};
}

/**
 * The interface to the program that computes. It is small, so that onnxruntime-node (in a thread of its own, or in this
 * one) and onnxruntime-web can both provide it.
 */
export interface Runtime {
  start(model: Uint8Array, settings: SessionSettings): Promise<Session>;
}

export interface Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Computes the named outputs. Feeds and results belong to the caller. */
  run(feeds: Feeds, outputs: readonly string[]): Promise<Feeds>;
  release(): Promise<void>;
}
