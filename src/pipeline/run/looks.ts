import type {NamedArray, Network} from "../../nouns/network";
import {exactLeaks, leakNote} from "../exact-leaks";
import {keepCopies} from "../record/training-copies";
import {isStale} from "../training/patience";
import {type EpochProgress, epochStart} from "../training/train";
import type {LabelReport, RunEvent} from "./events";
import {look, type Rest} from "./look";
import type {OpenRun} from "./open-run";
import {labelsByBest} from "./suspects";
import {beginTrainingStory, keepSamplesCsv, type TrainingStoryBegun} from "./training-set";

/** A run's looks at its network, one after the other. Training goes on while the unfinished part of a look is kept. */
export interface Looks {
  /** Whether the validation loss has not fallen for so long that training should end. */
  isEnough(): boolean;
  /** Whether the look at the untrained network has been done. */
  isUntrainedSeen(): boolean;
  /** Whether `keepRest` could finish without waiting. */
  isReady(): boolean;
  /** Looks at the network with the weights that it had before the run, and then puts its present weights back. */
  before(): AsyncGenerator<RunEvent>;
  /** Looks at the network as it is now. @param trainSeconds How long the training took. */
  at(progress: EpochProgress, trainSeconds: number): AsyncGenerator<RunEvent>;
  /** Keeps what the last look left unfinished, and with it that epoch's metrics, unless this is done already. */
  keepRest(): AsyncGenerator<RunEvent>;
  /** Keeps the story of the training images, unless the last look has kept it. @returns Whether it had to. */
  keepStory(): AsyncGenerator<RunEvent, boolean>;
  /**
   * The training labels that the best epoch doubts; undefined if folds will be asked instead, or if there is nothing to
   * ask.
   */
  ranked(): LabelReport | undefined;
}

export function looksOf(run: OpenRun): Looks {
  const {looking, data, network, directory, tracking, options, signal} = run;
  const {metrics} = looking;
  let rest: Rest | undefined;
  let isEnough = isStale(metrics, options.patience);
  let isUntrainedSeen = metrics.length > 0;
  let isStoryKept = false;
  let ranked: LabelReport | undefined;
  let begun: Promise<TrainingStoryBegun | undefined> | undefined;

  const keepRest = async function* (): AsyncGenerator<RunEvent> {
    const left = rest;
    rest = undefined;
    if (left) yield* left.keep();
  };
  const storyBegun = () => {
    begun ??= beginTrainingStory(directory, data, options.dynamicsPass, looking.jobs);
    return begun;
  };
  const keepStory = async function* (): AsyncGenerator<RunEvent, boolean> {
    if (isStoryKept) return false;
    const story = await storyBegun();
    if (story) await keepSamplesCsv(directory, data, story);
    if (story?.note) yield {type: "say", line: story.note};
    await tracking?.tell(directory, data);
    if (options.folds === 0) ranked = await labelsByBest(directory, network, data, metrics, looking.heldOut);
    isStoryKept = true;
    return true;
  };
  const at = async function* (progress: EpochProgress, trainSeconds: number): AsyncGenerator<RunEvent> {
    yield* keepRest();
    // the last epoch's answers are kept, so the story of the training images can be made beside the look
    const isLast = progress.epoch > 0 && progress.epoch === options.epochs;
    const beside = isLast && !signal?.aborted ? Promise.allSettled([storyBegun()]) : undefined;
    try {
      rest = yield* look(looking, progress, trainSeconds);
    } finally {
      await beside; // `keepStory` throws the error if it failed
    }
    isEnough = rest !== undefined && looking.isLast(rest.line);
    // before the last metrics, so that a run with all metrics has the story; and before the last page, which shows it
    if (rest && (progress.epoch === options.epochs || isEnough) && !signal?.aborted) yield* keepStory();
    if (rest?.isReady()) yield* keepRest();
  };
  return {
    isEnough: () => isEnough,
    isUntrainedSeen: () => isUntrainedSeen,
    isReady: () => rest === undefined || rest.isReady(),
    async *before() {
      isUntrainedSeen = true;
      // loaded here, so that the first batch does not wait for it
      const leaks = await exactLeaks(data);
      const note = leakNote(leaks);
      if (note) yield {type: "say", line: note};
      if (leaks.inTest.length > 0) await keepCopies(directory, leaks.inTest);
      yield* withWeights(network, run.untrained, at(epochStart(0, data.train, options.batchSize), 0));
    },
    at,
    keepRest,
    keepStory,
    ranked: () => ranked,
  };
}

/** Does something with other weights, and then puts the network's own weights back. */
async function* withWeights<E, R>(
  network: Network,
  weights: readonly NamedArray[],
  doing: AsyncGenerator<E, R>,
): AsyncGenerator<E, R> {
  const own = await network.getWeights();
  await network.setWeights(weights);
  try {
    return yield* doing;
  } finally {
    await network.setWeights(own);
  }
}
