import type {ErrorCode} from "../nouns/errors";
import {UserError} from "../nouns/options";
import type {LoadSettings} from "../pipeline/model/load/load-settings";
import {type ModelEngine, openedNetwork, openModel, readModel} from "../pipeline/open/model-file";

/** The question that the process of a trial gets. */
export interface TrialQuestion {
  readonly path: string;
  readonly engine: ModelEngine;
  readonly settings: Omit<LoadSettings, "say" | "asking">;
  /** Whether to ask for gradients, too, which take more memory. */
  readonly gradients: boolean;
}

/** The answer of the process, if it does not crash. */
export type TrialAnswer =
  /** Bytes that one more image takes while it is computed. */
  {readonly bytesAnImage: number} | {readonly failure: {readonly message: string; readonly code?: ErrorCode}};

/** How many images a model is asked about at once when it is opened. */
const PAIR = 2;

/**
 * The whole program of the process: it opens the model, asks about a few images, and reports how much memory that took.
 *
 * @param peak The most memory so far, in bytes; the thread that watches the process keeps it up to date.
 */
export function answerTrial(peak: Float64Array): void {
  const reply = (answer: TrialAnswer) => process.send?.(answer, () => process.disconnect());
  process.once("message", async ({path, engine, settings, gradients}: TrialQuestion) => {
    let before = 0;
    try {
      const asking = () => {
        before = process.memoryUsage.rss();
        peak[0] = before;
      };
      if (gradients) {
        before = process.memoryUsage.rss();
        const network = await openedNetwork(await readModel(path), path, engine, {...settings, mostAtOnce: PAIR});
        const pixels = new Float32Array(PAIR * network.imageShape.reduce((product, n) => product * n, 1)).fill(0.5);
        const pair = {count: PAIR, shape: network.imageShape, pixels};
        if (network.noGradient === undefined) await network.inputGradient(pair, [0, 0]);
        await network.dispose();
      } else await (await openModel(path, engine, {...settings, asking})).dispose();
      reply({bytesAnImage: (peak[0] - before) / PAIR});
    } catch (error) {
      const {message} = error as Error;
      reply({failure: {message, ...(error instanceof UserError ? {code: error.code} : {})}});
    }
  });
}
