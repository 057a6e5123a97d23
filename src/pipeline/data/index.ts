import {resolve} from "node:path";

import {fork} from "../random";
import type {Dataset} from "../types";
import {type IdxImages, openIdxDirectory} from "./idx-directory";
import {foldersIn, openImageFolder} from "./image-folder";
import {openMnist} from "./mnist";
import type {DataProgress} from "./progress";
import {byteSplit, holdOut, subset, take} from "./split";

export interface DataOptions {
  /** "mnist", a folder with the four idx files, or one with folders of images. */
  readonly data: string;
  /** For a folder of images: pixels a side; 0: as they are where they are small. */
  readonly imageSize?: number;
  readonly dataUrl: string;
  readonly trainLimit: number;
  readonly testLimit: number;
  readonly seed: number;
  /** Where downloads are kept. */
  readonly cacheFolder: string;
}

/** Of the training images, the share held out for validation: 5,000 of MNIST's 60,000. */
const HELD_OUT = 1 / 12;

/** Opens the data named by `--data`; yields how far that is, where it takes a while. */
export async function* openData(options: DataOptions): AsyncGenerator<DataProgress, Dataset> {
  const {data, trainLimit, testLimit, seed} = options;
  const source = yield* openSource(options);
  const {imageShape, classNames, digest} = source;
  const all = byteSplit(source.train.images, source.train.labels, imageShape);
  const count = Math.min(trainLimit, all.count);
  const places = holdOut(
    source.train.labels,
    count,
    Math.max(1, Math.round(count * HELD_OUT)),
    fork(seed, "validation"),
  );
  return {
    name: data === "mnist" ? "mnist" : resolve(data).split(/[\\/]/).at(-1)!,
    imageShape,
    classNames,
    train: subset(all, places.train),
    validation: subset(all, places.validation),
    test: take(byteSplit(source.test.images, source.test.labels, imageShape), testLimit),
    digest,
  };
}

async function* openSource(options: DataOptions): AsyncGenerator<DataProgress, IdxImages> {
  const {data, dataUrl, imageSize = 0, seed, cacheFolder} = options;
  if (data === "mnist") return yield* openMnist({cacheFolder, url: dataUrl});
  const path = resolve(data);
  const hasFolders = (await foldersIn(path)).length > 0;
  return hasFolders
    ? yield* openImageFolder(path, {imageSize, random: fork(seed, "test")})
    : await openIdxDirectory(path);
}
