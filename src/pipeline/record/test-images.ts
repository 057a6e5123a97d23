/** @file Reads and writes the test images of a run and their labels, which a run keeps once. */
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";

import {type OwnFile, writeLines} from "./arrays-beside";
import {writeNpy} from "./npy";
import {type Read, readSavedFiles} from "./saved-file";
import {sha256} from "./seal";

export interface SavedImages {
  readonly count: number;
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly classNames?: readonly string[];
  /** The pixels, 0 to 255, `[n][y][x][channel]`. */
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
  /** The images' paths from the data's folder, if they are files. */
  readonly files?: readonly string[];
}

/** The path of the file that describes them: `data/test.json`, or in format /1 `artifacts/test-images.json`. */
export function testImagesPath(run: string): string {
  const path = join(run, "data", "test.json");
  const before = join(run, "artifacts", "test-images.json");
  return existsSync(path) || !existsSync(before) ? path : before;
}

/** @throws UserError if they are missing or damaged. */
export function readTestImages(run: string): SavedImages {
  return readTestImageFiles(run).value;
}

/** The same, and the files from which they were read. */
export function readTestImageFiles(run: string): Read & {readonly value: SavedImages} {
  return readSavedFiles(testImagesPath(run)) as Read & {readonly value: SavedImages}; // written by `keepTestImages`
}

/**
 * The files in `data/` that contain test images, by their names, and the objects that stand for them in `test.json`.
 */
export function testImageFiles({count, shape, pixels, labels, files}: SavedImages) {
  const contents: {[name: string]: Uint8Array} = {
    "test-images.npy": writeNpy({values: pixels, shape: [count, ...shape]}),
    "test-labels.npy": writeNpy({values: labels, shape: [count]}),
    ...(files ? {"test-files.txt": writeLines(files)} : {}),
  };
  const own = new Map<unknown, OwnFile>([
    [pixels, {npy: "test-images.npy", sha256: sha256(contents["test-images.npy"])}],
    [labels, {npy: "test-labels.npy", sha256: sha256(contents["test-labels.npy"])}],
  ]);
  if (files) own.set(files, {lines: "test-files.txt", sha256: sha256(contents["test-files.txt"])});
  return {contents, own};
}

/** The SHA-256 of `data/test-labels.npy`, as `data/test.json` says; undefined if the run keeps no test images. */
export function testLabelsDigest(run: string): string | undefined {
  const path = join(run, "data", "test.json");
  if (!existsSync(path)) return undefined;
  return /"npy":"test-labels\.npy","sha256":"([0-9a-f]{64})"/.exec(readFileSync(path, "utf8"))?.[1];
}
