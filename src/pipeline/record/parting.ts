import {join} from "node:path";

import {fork, shuffled} from "../../nouns/random";
import {artifactEpochs} from "./artifact-epochs";
import {epochStem} from "./epoch-stem";
import {epochsOfWeights, readWeights} from "./epoch-weights";
import {readSaved} from "./saved-file";

/** The point at which two runs that began in the same way first differ in a bit. */
export interface Parting {
  readonly epoch: number;
  /** The first batch whose answers differ, counted from 1, and how many batches the epoch has. */
  readonly batch: number;
  readonly batches: number;
  /**
   * The first image of this batch with different answers: its place in the training split, and its loss in both runs.
   */
  readonly image: number;
  readonly losses: readonly [base: number, other: number];
  /**
   * The layers whose weights differ at the first kept epoch at which any weights differ; none if no weights were kept.
   */
  readonly layers: readonly string[];
}

/** The facts about a run that this comparison needs. */
export interface PartingRun {
  readonly path: string;
  readonly seed: number;
  readonly batchSize: number;
}

/**
 * Finds the first batch and image that two runs answered differently, before the step that learnt from it. The order of
 * the images follows from the seed, so the answers to training images that the runs kept show this.
 *
 * @returns null if everything that both kept is the same; undefined if they cannot be compared, because the seed, the
 * batch size or the training images differ, or because nothing was kept.
 */
export async function partingOf(base: PartingRun, other: PartingRun): Promise<Parting | null | undefined> {
  if (base.seed !== other.seed || base.batchSize !== other.batchSize) return undefined;
  const [own, others] = [await answeredEpochs(base.path), await answeredEpochs(other.path)];
  const both = own.filter((epoch) => others.includes(epoch));
  if (both[0] !== 1) return undefined;
  for (const epoch of both) {
    const [a, b] = [await lossesOf(base.path, epoch), await lossesOf(other.path, epoch)];
    if (a.length !== b.length) return undefined;
    const order = shuffled(a.length, fork(base.seed, "shuffle", epoch));
    const at = order.findIndex((image) => a[image] !== b[image]);
    if (at < 0) continue;
    const image = order[at];
    return {
      ...{epoch, batch: Math.floor(at / base.batchSize) + 1, batches: Math.ceil(a.length / base.batchSize)},
      ...{image, losses: [a[image], b[image]], layers: await partedLayers(base.path, other.path)},
    };
  }
  return null;
}

async function answeredEpochs(run: string): Promise<number[]> {
  return (await artifactEpochs(join(run, "artifacts", "training"), "")).sort((a, b) => a - b);
}

async function lossesOf(run: string, epoch: number): Promise<Float32Array> {
  const saved = await readSaved(join(run, "artifacts", "training", `${epochStem(epoch)}.json`));
  return (saved as {readonly losses: Float32Array}).losses;
}

async function partedLayers(base: string, other: string): Promise<string[]> {
  const others = await epochsOfWeights(other);
  for (const epoch of await epochsOfWeights(base)) {
    if (!others.includes(epoch)) continue;
    const [a, b] = [await readWeights(base, epoch), await readWeights(other, epoch)];
    const parted = a.filter(({name, values}) => {
      const same = b.find((array) => array.name === name)?.values;
      return same?.length !== values.length || values.some((value, n) => value !== same[n]);
    });
    if (parted.length > 0) return [...new Set(parted.map(({name}) => name.split("/")[0]))];
  }
  return [];
}

/** Says it in a few words. */
export function partingWords(parting: Parting | null): string {
  if (parting === null) return "both runs are the same, bit for bit, in all that they kept of their training";
  const {epoch, batch, batches, image, losses, layers} = parting;
  const [a, b] = losses.map((loss) => loss.toPrecision(7));
  const where = layers.length > 0 ? `; the weights of ${layers.join(", ")} differ` : "";
  return `they part at batch ${batch} of ${batches} of epoch ${epoch}, at training image ${image}: its loss is ${a}, then ${b}${where}`;
}
