import type {Answer, Question} from "./ask";
import type {Config} from "./config";
import type {Told} from "./learn";
import type {Lesson} from "./lesson";

/**
 * @file The messages between a page and its two workers: the trainer trains the network, the asker answers questions.
 */

/** The first message to a worker: which of the two it is, and everything that it needs. */
export interface Beginning {
  readonly role: "trainer" | "asker";
  readonly lesson: Lesson;
  /** All pixels, then all labels. */
  readonly bytes: Uint8Array;
  readonly kernels: Kernels;
}

/** The bytes of engine/kernels/plain.wasm and of tsne/kernels/tsne.wasm. */
export interface Kernels {
  readonly engine: Uint8Array<ArrayBuffer>;
  readonly tsne: Uint8Array<ArrayBuffer>;
}

export type ToTrainer =
  | {
      readonly kind: "begin";
      readonly run: number;
      readonly config: Config;
      /** The step up to which it may train; with 0 it shows the untrained network and waits. */
      readonly until: number;
      /** The shortest time that a moment lasts, in milliseconds, so that a visitor can follow a fast machine. */
      readonly pace: number;
    }
  | {readonly kind: "until"; readonly step: number};

export type FromTrainer = (Exclude<Told, {kind: "next"}> | Failure) & {readonly run: number};

export interface Failure {
  readonly kind: "failed";
  readonly why: string;
}

export type ToAsker =
  | {readonly kind: "begin"; readonly config: Config}
  | {readonly kind: "moment"; readonly index: number; readonly weights: Float32Array}
  | {readonly kind: "ask"; readonly question: Question};

export type FromAsker = Answer | Failure;
