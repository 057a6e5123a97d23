import {existsSync, readFileSync} from "node:fs";
import {mkdir, readdir, realpath, rm} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";
import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import type {Figure} from "../../plots/figure";
import type {Artifact, EpochMetrics} from "../types";
import {ownAnswers} from "./answer-files";
import {encodeBeside, type OwnFile} from "./arrays-beside";
import {encode} from "./artifact-codec";
import {artifactEpochs} from "./artifact-epochs";
import {epochStem} from "./epoch-stem";
import {renamedTo} from "./fresh-name";
import {pointLatest} from "./latest";
import {isUnbegun, removeUnbegun, sweepUnnamed} from "./leftovers";
import {metricsText, parseMetrics} from "./metrics-file";
import {checkOwnFiles} from "./own-files";
import {partialOf} from "./partial-file";
import {runFileText} from "./run-file";
import {type LockOptions, lockNewRun, type RunLock} from "./run-lock";
import {checkRunName} from "./run-name";
import {runPath, runReference} from "./run-reference";
import {statusText, type WrittenStatus} from "./run-status";
import {readArtifactFile} from "./saved-file";
import {type SavedImages, testImageFiles} from "./test-images";
import {textIfThere} from "./text-if-there";
import {unsynced} from "./unsynced";
import {makeFolder, writeWhole} from "./write-whole";

/**
 * The folder of a run under save/, and everything that can be done with it. The file is long because each entry says
 * what it leaves on the disk.
 */
export interface RunDirectory {
  readonly path: string;
  /** Writes run.json, or another value of the run, completely or not at all. */
  writeJson(name: string, value: unknown): Promise<void>;
  /** Writes a plain value with its typed arrays: `artifacts/<name>.json`, with the arrays in a file beside it. */
  writeValue(name: string, value: unknown): Promise<void>;
  /**
   * The same in one file, for a value that is written again while others read it. With two files, these would not fit
   * each other for a moment.
   */
  writeOneFile(name: string, value: unknown): Promise<void>;
  writeFile(name: string, content: string | Uint8Array): Promise<void>;
  /** Writes the test images, once for each run. */
  writeTestImages(images: SavedImages): Promise<void>;
  /** Writes the run's status, or why it failed. A run of format /1 has no such file. */
  writeStatus(status: WrittenStatus, error?: string): Promise<void>;
  /**
   * Writes metrics.jsonl with one line for each epoch, when everything that was written before is on the disk, because
   * a line means that its epoch is complete. Then it writes the run's new status.
   */
  writeMetrics(metrics: readonly EpochMetrics[]): Promise<void>;
  readMetrics(): Promise<EpochMetrics[]>;
  /** The same, but it also removes anything else from the file, such as a line that was never finished. */
  mendMetrics(): Promise<EpochMetrics[]>;
  /** Waits until everything that was written so far is on the disk. */
  settle(): Promise<void>;
  /** Writes an artifact: `artifacts/<probe>/<name>-epoch-003.json`. */
  writeNumbers(epoch: number, probe: string, artifact: Artifact): Promise<void>;
  /** Writes the picture that was drawn of it: `plots/<probe>/<name>-epoch-003.png`. */
  writePicture(epoch: number, probe: string, name: string, figure: Figure): Promise<void>;
  /** Removes an epoch's pictures. In a long run, this happens when an epoch is no longer the best. */
  removePictures(epoch: number): Promise<void>;
  /** The artifact from the last epoch before `epoch` that has one. */
  previousArtifact(epoch: number, probe: string, name: string): Promise<Artifact | undefined>;
}

/** A run that this process has just made, and that it may write into. */
export interface NewRun extends RunDirectory {
  readonly lock: RunLock;
  /** The reason, in one line, why `save/latest` does not lead to it. */
  readonly note?: string;
}

export interface NewRunOptions extends LockOptions {
  /** Returns the content of run.json for a run of this name. */
  readonly facts?: (name: string) => object;
  /** Whether a number is added to a name that is taken. */
  readonly numbered?: boolean;
  /** Whether `save/latest` will lead to it; by default it does. */
  readonly latest?: boolean;
}

/**
 * Makes a new run and points `save/latest` at it. Its folder gets its name by one rename, when it contains run.json and
 * is locked by this process. If the process is stopped before, the folder that it leaves has a temporary name.
 *
 * @throws UserError if a run may not have this name, if there is such a run, or if `save` cannot be written to.
 */
export async function createRunDirectory(
  save: string,
  name: string,
  {facts = () => ({}), numbered = false, latest = true, ...options}: NewRunOptions = {},
): Promise<NewRun> {
  checkRunName(name);
  const root = resolve(save);
  const folder = partialOf(join(root, name));
  const lock = await orUserError(join(root, name), async () => {
    await makeFolder(root);
    await sweepUnnamed(root);
    await removeUnbegun(join(root, name));
    await mkdir(folder);
    try {
      return await lockNewRun(folder, options);
    } catch (error) {
      await rm(folder, {recursive: true, force: true});
      throw (error as Error).cause ?? error; // reports the run's final name, not its temporary one
    }
  });
  try {
    for (let n = 1; ; n++) {
      const named = n === 1 ? name : `${name}-${n}`;
      await writeWhole(join(folder, "run.json"), runFileText(facts(named)), {synced: true});
      const path = join(root, named);
      if (await orUserError(path, () => renamedTo(folder, path))) {
        lock.movedTo(path);
        const note = latest ? await pointLatest(root, named) : undefined;
        return {...openRunDirectory(path), lock, ...(note === undefined ? {} : {note})};
      }
      if (!numbered) throw new UserError(`--name: ${taken(name)}`);
    }
  } catch (error) {
    await lock.release();
    await rm(folder, {recursive: true, force: true});
    throw error;
  }
}

/** @throws UserError if a new run may not have this name. Call this before the data are read. */
export async function checkNewRun(save: string, name: string): Promise<void> {
  checkRunName(name);
  const path = resolve(save, name);
  if (existsSync(path) && !(await isUnbegun(path))) throw new UserError(`--name: ${taken(name)}`);
}

function taken(name: string): string {
  return `expected the name of a new run, got "${name}", which is there already`;
}

/**
 * The run that the user names (`runPath`). `RUN@best` means the run; other epochs are refused.
 *
 * @throws UserError if there is none, or if it holds links.
 */
export async function findRun(save: string, reference: string): Promise<RunDirectory> {
  const {name, epoch} = runReference(reference);
  if (epoch !== undefined && epoch !== "best") {
    throw new UserError(`run: expected a run without an epoch, got "${reference}"`, {code: "BAD_OPTION"});
  }
  return openOwn(await runPath(save, name));
}

/**
 * The run itself, and not a link to it, which may lead to another run tomorrow. @throws UserError if links lead out of
 * it.
 */
async function openOwn(path: string): Promise<RunDirectory> {
  const real = await orUserError(path, () => realpath(path), "read");
  await checkOwnFiles(real);
  return openRunDirectory(real);
}

/** Whether the run began in format /1; a folder without run.json did not. */
function isFirstFormat(path: string): boolean {
  const file = join(path, "run.json");
  return existsSync(file) && /"format": *"epochscope-run\/1"/.test(readFileSync(file, "utf8"));
}

export function openRunDirectory(path: string): RunDirectory {
  const metricsFile = join(path, "metrics.jsonl");
  const stem = epochStem;
  const written = new Map<string, number[]>();
  /** The epochs at which this process wrote each artifact. */
  const noted = (probe: string, name: string) => {
    const key = `${probe}/${name}`;
    const epochs = written.get(key) ?? [];
    written.set(key, epochs);
    return epochs;
  };
  const disk = unsynced();
  const savedMetrics = async () => {
    const text = (await textIfThere(metricsFile)) ?? "";
    return {text, metrics: parseMetrics(text, metricsFile)};
  };
  let isFirst: boolean | undefined; // whether it is a run of format /1, which keeps its format
  const isOld = () => {
    isFirst ??= isFirstFormat(path);
    return isFirst;
  };
  const writeSaved = async (folder: string, name: string, value: unknown, own?: ReadonlyMap<unknown, OwnFile>) => {
    if (isOld()) {
      const {json, binary} = encode(value, `${name}.bin`);
      if (binary) await disk.write(join(folder, `${name}.bin`), binary);
      return disk.write(join(folder, `${name}.json`), json);
    }
    const {json, npz} = encodeBeside(value, own);
    if (npz) await disk.write(join(folder, `${name}.npz`), npz);
    return disk.write(join(folder, `${name}.json`), json);
  };
  const writeStatus = async (status: WrittenStatus, epoch: number | undefined, error?: string) => {
    if (!isOld()) await disk.write(join(path, "status.json"), statusText(status, epoch, error));
  };
  return {
    path,
    writeJson: (name, value) => disk.write(join(path, name), `${JSON.stringify(value, undefined, 2)}\n`),
    // the JSON names the binary file beside it, so both are in the same folder
    writeValue: (name, value) => writeSaved(join(path, "artifacts", dirname(name)), basename(name), value),
    writeOneFile: (name, value) =>
      disk.write(join(path, "artifacts", `${name}.json`), encode(value, "", Infinity).json),
    writeFile: (name, content) => disk.write(join(path, name), content),
    async writeTestImages(images) {
      if (isOld()) return writeSaved(join(path, "artifacts"), "test-images", images);
      const {contents, own} = testImageFiles(images);
      for (const [name, content] of Object.entries(contents)) await disk.write(join(path, "data", name), content);
      return writeSaved(join(path, "data"), "test", images, own); // last, because it means that they are complete
    },
    async writeStatus(status, error) {
      await writeStatus(status, (await savedMetrics()).metrics.at(-1)?.epoch, error);
    },
    // The file is written again each time and not appended to, because a run that is stopped here must not leave half a
    // line.
    async writeMetrics(metrics) {
      await disk.settle();
      await writeWhole(metricsFile, metricsText(metrics), {synced: true});
      await writeStatus("running", metrics.at(-1)?.epoch);
    },
    settle: () => disk.settle(),
    readMetrics: async () => (await savedMetrics()).metrics,
    async mendMetrics() {
      const {text, metrics} = await savedMetrics();
      const whole = metricsText(metrics);
      if (text !== whole) await writeWhole(metricsFile, whole, {synced: true});
      return metrics;
    },
    async writeNumbers(epoch, probe, artifact) {
      const answers = isOld() ? undefined : ownAnswers(path, epoch, probe, artifact);
      for (const [name, content] of answers?.contents ?? []) await disk.write(join(path, name), content);
      await writeSaved(join(path, "artifacts", probe), stem(epoch, artifact.name), artifact, answers?.own);
      noted(probe, artifact.name).push(epoch);
    },
    writePicture: (epoch, probe, name, {png}) =>
      disk.write(join(path, "plots", probe, `${stem(epoch, name)}.png`), png),
    async removePictures(epoch) {
      const folder = join(path, "plots");
      const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => []);
      for (const {name, parentPath} of entries) {
        if (name.endsWith(`${stem(epoch, "")}.png`)) await rm(join(parentPath, name), {force: true});
      }
    },
    async previousArtifact(epoch, probe, name) {
      const folder = join(path, "artifacts", probe);
      const latestOf = (epochs: readonly number[]) =>
        epochs.reduce((best, e) => (e < epoch && e > best ? e : best), -1);
      // this process wrote the artifact before this one; only a resumed run must look for it on the disk
      const known = latestOf(noted(probe, name));
      const last = known >= 0 ? known : latestOf(await artifactEpochs(folder, name));
      return last < 0 ? undefined : readArtifactFile(join(folder, `${stem(last, name)}.json`));
    },
  };
}
