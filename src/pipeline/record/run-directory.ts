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

/** One run's folder under save/, and what may be done with it. Past 250 lines: each entry says what it leaves on the disk. */
export interface RunDirectory {
  readonly path: string;
  /** Writes run.json, or another value of the run, whole. */
  writeJson(name: string, value: unknown): Promise<void>;
  /** Writes a plain value with its typed arrays: `artifacts/<name>.json`, the arrays beside it. */
  writeValue(name: string, value: unknown): Promise<void>;
  /** The same in one file, for a value that is written again while others read it: two files would not fit for a moment. */
  writeOneFile(name: string, value: unknown): Promise<void>;
  writeFile(name: string, content: string | Uint8Array): Promise<void>;
  /** Writes the test images, once a run. */
  writeTestImages(images: SavedImages): Promise<void>;
  /** Writes how the run stands, or why it failed. A run of format /1 keeps no such file. */
  writeStatus(status: WrittenStatus, error?: string): Promise<void>;
  /**
   * Writes metrics.jsonl, one line an epoch, once all that was written before is on the disk: the lines vouch for it. Then
   * that the run has come so far.
   */
  writeMetrics(metrics: readonly EpochMetrics[]): Promise<void>;
  readMetrics(): Promise<EpochMetrics[]>;
  /** The same, and takes out of the file what is none of them: a line that was never finished. */
  mendMetrics(): Promise<EpochMetrics[]>;
  /** Waits until all that was written so far is on the disk. */
  settle(): Promise<void>;
  /** Writes an artifact: `artifacts/<probe>/<name>-epoch-003.json`. */
  writeNumbers(epoch: number, probe: string, artifact: Artifact): Promise<void>;
  /** Writes the picture that was drawn of it: `plots/<probe>/<name>-epoch-003.png`. */
  writePicture(epoch: number, probe: string, name: string, figure: Figure): Promise<void>;
  /** Takes an epoch's pictures away: of a long run, those of an epoch that is the best no more. */
  removePictures(epoch: number): Promise<void>;
  /** The artifact of the last epoch before `epoch` that has it. */
  previousArtifact(epoch: number, probe: string, name: string): Promise<Artifact | undefined>;
}

/** A run that this process has just made, and may write into. */
export interface NewRun extends RunDirectory {
  readonly lock: RunLock;
  /** Why `save/latest` does not lead to it, in one line. */
  readonly note?: string;
}

export interface NewRunOptions extends LockOptions {
  /** Returns the content of run.json for a run of this name. */
  readonly facts?: (name: string) => object;
  /** Whether a number is added to a name that is taken. */
  readonly numbered?: boolean;
  /** Whether `save/latest` shall lead to it; by default it does. */
  readonly latest?: boolean;
}

/**
 * Makes a new run and points `save/latest` at it. Its folder appears under its name by one rename, with run.json in it and
 * locked by this process: what a process leaves that is stopped before has no run's name.
 *
 * @throws UserError if no run may be named so, if there is one, or if `save` cannot be written to.
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
      throw (error as Error).cause ?? error; // the run's own name is told, not the one that it has for now
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

/** @throws UserError if no new run may be named so: to be asked before the data are read. */
export async function checkNewRun(save: string, name: string): Promise<void> {
  checkRunName(name);
  const path = resolve(save, name);
  if (existsSync(path) && !(await isUnbegun(path))) throw new UserError(`--name: ${taken(name)}`);
}

function taken(name: string): string {
  return `expected the name of a new run, got "${name}", which is there already`;
}

/**
 * The run that the user names (`runPath`); of `RUN@best` the run, and of another epoch nothing is known here.
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

/** The run itself, not a link to it, which may lead to another tomorrow. @throws UserError if links lead out of it. */
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
  /** The epochs at which this process wrote an artifact. */
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
  let isFirst: boolean | undefined; // whether it is a run of format /1, which goes on in it
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
    // the binary file is named in the JSON beside it, so a folder in the name is the folder of both
    writeValue: (name, value) => writeSaved(join(path, "artifacts", dirname(name)), basename(name), value),
    writeOneFile: (name, value) =>
      disk.write(join(path, "artifacts", `${name}.json`), encode(value, "", Infinity).json),
    writeFile: (name, content) => disk.write(join(path, name), content),
    async writeTestImages(images) {
      if (isOld()) return writeSaved(join(path, "artifacts"), "test-images", images);
      const {contents, own} = testImageFiles(images);
      for (const [name, content] of Object.entries(contents)) await disk.write(join(path, "data", name), content);
      return writeSaved(join(path, "data"), "test", images, own); // last: it vouches for them
    },
    async writeStatus(status, error) {
      await writeStatus(status, (await savedMetrics()).metrics.at(-1)?.epoch, error);
    },
    // Whole each time, not appended: a run cut off here must not leave half a line.
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
      // what this process wrote last is what comes before; only a run that is gone on with has to look
      const known = latestOf(noted(probe, name));
      const last = known >= 0 ? known : latestOf(await artifactEpochs(folder, name));
      return last < 0 ? undefined : readArtifactFile(join(folder, `${stem(last, name)}.json`));
    },
  };
}
