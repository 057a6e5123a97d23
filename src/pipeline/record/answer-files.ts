/**
 * @file The parts of an artifact that have their own files, where people look for them: `predictions/`, and maps as
 * CSV.
 */
import type {Artifact} from "../types";
import type {OwnFile} from "./arrays-beside";
import {epochStem} from "./epoch-stem";
import {mapTable} from "./map-table";
import {writeNpy} from "./npy";
import {sha256} from "./seal";
import {testLabelsDigest} from "./test-images";

interface OwnAnswers {
  /** Files by their paths in the run's folder. */
  readonly contents: readonly (readonly [name: string, content: Uint8Array])[];
  /** The objects that stand for arrays in the artifact's JSON. */
  readonly own: ReadonlyMap<unknown, OwnFile>;
}

/**
 * The separate files of an artifact: for the confusion matrix, the answers to all test images; for a map, its table;
 * none for others.
 */
export function ownAnswers(run: string, epoch: number, probe: string, artifact: Artifact): OwnAnswers | undefined {
  if (probe === "projection" && artifact.name === "map" && artifact.plot === "scatter" && artifact.numbers?.indices) {
    const content = mapTable(artifact);
    return {contents: [[`artifacts/projection/${epochStem(epoch, "map")}.csv`, content]], own: new Map()};
  }
  if (probe !== "confusion" || artifact.name !== "matrix" || artifact.plot !== "confusionMatrix") return undefined;
  const {probabilities, labels} = artifact.numbers ?? {};
  const classes = artifact.data.classNames.length;
  if (!(probabilities instanceof Float32Array && labels instanceof Uint16Array)) return undefined;
  if (probabilities.length !== labels.length * classes) return undefined;
  const name = `predictions/${epochStem(epoch)}.npy`;
  const content = writeNpy({values: probabilities, shape: [labels.length, classes]});
  const own = new Map<unknown, OwnFile>([[probabilities, {npy: `../../${name}`, sha256: sha256(content)}]]);
  // the labels are those of all test images, which the run has already
  const digest = sha256(writeNpy({values: labels, shape: [labels.length]}));
  if (digest === testLabelsDigest(run)) own.set(labels, {npy: "../../data/test-labels.npy", sha256: digest});
  return {contents: [[name, content]], own};
}
