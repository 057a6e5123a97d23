import type {DecayFit} from "../../numbers/decay-fit";
import type {Packed} from "../packed";

/** @file The contents of a reader's page. Stops are places in `steps`. */

/** A piece of a tracked question's window, and its place in the question or the text. */
export interface ShownToken {
  readonly piece: string;
  readonly in: "question" | "text" | "";
  readonly from: number;
  readonly to: number;
}

/** A tracked question, for which the inside of the reader was looked at. */
export interface ShownTracked {
  /** The question's place among the held-out questions. */
  readonly place: number;
  readonly tokens: readonly ShownToken[];
  /** The places of the right answer among the tokens; [0, 0] if it is not there. */
  readonly right: readonly [start: number, end: number];
  /** Its own loss at each stop, in nats. */
  readonly losses: readonly number[];
  /** `[tokens]` at each stop; null if nothing was kept. */
  readonly start: readonly (Packed | null)[];
  readonly end: readonly (Packed | null)[];
  /**
   * How much each token adds to the logarithm of the answer's probability, in nats; and LIME's weights, in units of
   * probability.
   */
  readonly gradients: readonly (Packed | null)[];
  readonly lime: readonly (Packed | null)[];
  /** `[layers, heads]`: the slope of the loss as a head's answer grows. */
  readonly slopes: readonly (Packed | null)[];
  /** For some stops, each layer's attention `[heads, tokens, tokens]`, in 255ths. */
  readonly attention: readonly (readonly Packed[] | null)[];
  /** For some stops, the values `[tokens, width]`. */
  readonly first: readonly (Packed | null)[];
  readonly last: readonly (Packed | null)[];
  readonly output: readonly (Packed | null)[];
}

export interface ReaderFile {
  readonly name: string;
  readonly startedAt: string;
  /** Whether the reader was not trained on these questions. */
  readonly isHeldOut: boolean;
  /** The options that the user gave, for the end of the page. */
  readonly options: {readonly [name: string]: string | number | boolean};
  /**
   * The reader gives no answer if [CLS] scores higher than the best span by more than this; null if it always names a
   * span.
   */
  readonly noAnswer: number | null;
  /**
   * Sentences, without their full stops, that say what the run did not keep, and what the page leaves out because it
   * would become too large.
   */
  readonly notKept: readonly string[];
  readonly steps: readonly number[];
  readonly looks: readonly {
    readonly epoch: number;
    readonly trainLoss: number | null;
    readonly loss: number;
    readonly exactMatch: number;
    readonly f1: number;
    readonly exactByTwoArgMaxes: number;
    /**
     * The share of questions without an answer in their text that was answered with nothing; absent if all have an
     * answer.
     */
    readonly unanswerable?: {readonly questions: number; readonly exactMatch: number};
  }[];
  /** The loss of each step's batch in nats; the first is that of step 1. */
  readonly batchLosses: Packed;
  readonly fit: DecayFit | null;
  readonly phase: {readonly from: number; readonly to: number; readonly share: number} | null;
  readonly controls: {
    readonly shuffled: {readonly exactMatch: number};
    readonly withoutQuestion: {readonly exactMatch: number};
  } | null;
  readonly questions: readonly {
    readonly question: string;
    readonly context: string;
    readonly answers: readonly {readonly text: string; readonly start: number}[];
  }[];
  /** At each stop `[questions, 3]`: from, to, and probability in 10,000ths; null if none were kept. */
  readonly answers: readonly (Packed | null)[];
  readonly tracked: readonly ShownTracked[];
  /** The last layer's weights at each stop, `[2, width]`; null if nothing is tracked. */
  readonly outputs: readonly (Packed | null)[];
}
