import {resolve} from "node:path";

import {fork} from "../random";
import type {Dataset} from "../types";
import type {DownloadProgress} from "./download";
import {openIdxDirectory} from "./idx-directory";
import {openMnist} from "./mnist";
import {byteSplit, holdOut, subset, take} from "./split";

export interface DataOptions {
  /** "mnist", or a folder with four idx files. */
  readonly data: string;
  readonly dataUrl: string;
  readonly trainLimit: number;
  readonly testLimit: number;
  readonly seed: number;
  /** Where downloads are kept. */
  readonly cacheFolder: string;
}

/** Of the training images, the share held out for validation: 5,000 of MNIST's 60,000. */
const HELD_OUT = 1 / 12;

/** Opens the data named by `--data`; yields the progress of a download, if there must be one. */
export async function* openData(options: DataOptions): AsyncGenerator<DownloadProgress, Dataset> {
  const {data, dataUrl, trainLimit, testLimit, seed, cacheFolder} = options;
  const isMnist = data === "mnist";
  const source = isMnist ? yield* openMnist({cacheFolder, url: dataUrl}) : await openIdxDirectory(resolve(data));
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
    name: isMnist ? "mnist" : resolve(data).split(/[\\/]/).at(-1)!,
    imageShape,
    classNames,
    train: subset(all, places.train),
    validation: subset(all, places.validation),
    test: take(byteSplit(source.test.images, source.test.labels, imageShape), testLimit),
    digest,
  };
}
