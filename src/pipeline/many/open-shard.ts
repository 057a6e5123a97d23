import {join} from "node:path";

import type {Variant} from "../../engine/index";
import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import type {LabelledImages, Split} from "../../nouns/samples";
import {readWhole} from "../data/read-file";
import {byteSplit} from "../data/split";
import {decodeText} from "../data/text";
import type {ExplainQuestion, ExplainSubject} from "../jobs/explain-question";
import {type KeptNetwork, openKeptNetwork} from "../kept-network";
import {readWeights, weightsDigest} from "../record/epoch-weights";
import {readTrainedRun} from "../record/run-file";
import {sha256} from "../record/seal";
import {readTestImages, type SavedImages} from "../record/test-images";
import type {EngineName} from "../run/choose-engine";
import {begunOptions} from "../run/reopened";

/** A run that is open in this thread: its network, and the weights that are in it. */
interface Opened {
  readonly key: string;
  readonly kept: KeptNetwork;
  readonly test: Split;
  weights: string;
}

let opened: Opened | undefined;

/** The images of a question, and the network with the weights of its epoch. */
export interface OpenShard {
  readonly network: KeptNetwork["network"];
  /** Places in the test split. */
  readonly indices: readonly number[];
  readonly images: LabelledImages;
}

/**
 * Opens what a question is about. The run stays open for the next question.
 *
 * @param threads How many threads the engine uses; any number gives the same bits.
 * @throws UserError if the run has other images, another model or other weights by now.
 */
export async function openShard({run, subject}: ExplainQuestion, threads: number): Promise<OpenShard> {
  const {kept, test} = await openedFor(run, subject, threads);
  const indices = Array.from({length: subject.to - subject.from}, (_, n) => subject.from + n);
  return {network: kept.network, indices, images: await test.read(indices)};
}

/** Frees the run that is open in this thread. */
export async function closeShards(): Promise<void> {
  await opened?.kept.dispose();
  opened = undefined;
}

async function openedFor(run: string, subject: ExplainSubject, threads: number): Promise<Opened> {
  const key = [run, subject.images, subject.model, subject.engine, subject.kernels, threads].join("\n");
  if (opened?.key !== key) {
    await closeShards();
    opened = {key, ...(await openRun(run, subject, threads)), weights: ""};
  }
  if (opened.weights !== subject.weights) {
    const weights = await readWeights(run, subject.epoch);
    const got = weightsDigest(weights);
    if (got !== subject.weights) {
      const where = join(run, "artifacts", "weights");
      throw new UserError(
        `${where}: expected weights of SHA-256 ${subject.weights} at epoch ${subject.epoch}, got ${got}`,
      );
    }
    await opened.kept.network.setWeights(weights);
    opened.weights = subject.weights;
  }
  return opened;
}

async function openRun(run: string, subject: ExplainSubject, threads: number): Promise<Pick<Opened, "kept" | "test">> {
  const file = readTrainedRun(run, "explain");
  const images = readTestImages(run);
  const [model, digest] = [await modelDigest(run), imagesDigest(images)];
  if (digest !== subject.images || model !== subject.model) {
    const asked = `images ${subject.images}, model ${subject.model}`;
    throw new UserError(
      `${run}: expected the run that was asked about (${asked}), got images ${digest}, model ${model}`,
    );
  }
  const {count, shape, pixels, labels} = images;
  const {optimizer} = begunOptions(run, file);
  const kept = await openKeptNetwork(run, file.data, {
    ...{optimizer, threads, engine: subject.engine as EngineName}, // run.json's, which a run has used
    ...(subject.kernels === "" ? {} : {kernels: subject.kernels as Variant}),
  });
  return {kept, test: byteSplit({shape: [count, ...shape], values: pixels}, labels, shape)};
}

/** SHA-256 of test images with their labels. */
export function imagesDigest({pixels, labels, shape}: SavedImages): string {
  return sha256(`${shape}\n`, pixels, new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
}

/** SHA-256 of the layers of a run's network. */
export async function modelDigest(run: string): Promise<string> {
  const path = join(run, "model", "model.json");
  const json = parseJson(decodeText(await readWhole(path, {most: 256e6}), path), path);
  return sha256(JSON.stringify((json as {readonly modelTopology?: unknown} | null)?.modelTopology ?? null));
}
