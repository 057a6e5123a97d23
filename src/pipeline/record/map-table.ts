import type {Artifact} from "../types";
import {mapCsv} from "./map-csv";

/** A map that the projection probe made. Its points are images of the test split, which `numbers.indices` names. */
export type MapArtifact = Extract<Artifact, {plot: "scatter"}>;

/**
 * A map as CSV. Its columns are: the coordinates, the image's place in the test split, its class, whether the answer is
 * wrong, and its file.
 */
export function mapTable(artifact: MapArtifact): Uint8Array {
  const {points, labels, wrong, classNames} = artifact.data;
  const files = artifact.numbers?.files as readonly string[] | undefined; // the probe keeps them in this form
  const columns = {
    ...{index: placesOf(artifact), label: namesOf(labels, classNames), wrong},
    ...(files ? {file: files} : {}),
  };
  return mapCsv(points, columns);
}

/** The places of the points in the test split. */
export function placesOf({numbers}: MapArtifact): Uint32Array {
  return numbers?.indices as Uint32Array; // the projection probe keeps them with every map
}

function namesOf(labels: Uint16Array, classNames: readonly string[]): string[] {
  const names = new Array<string>(labels.length);
  for (let i = 0; i < labels.length; i++) names[i] = classNames[labels[i]];
  return names;
}
