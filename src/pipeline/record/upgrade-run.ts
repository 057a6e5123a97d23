import {cp, mkdir, readdir, readFile, rename, rm} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

import {parseJson} from "../../nouns/json-text";
import {orUserError} from "../../nouns/system-errors";
import type {Artifact} from "../types";
import {checkOwnFiles} from "./own-files";
import {finished, partialOf} from "./partial-file";
import {openRunDirectory} from "./run-directory";
import {RUN_FORMAT, readRunFile, runFileText} from "./run-file";
import {lockRun} from "./run-lock";
import {statusOf} from "./run-status";
import {readSaved} from "./saved-file";
import {readTestImages} from "./test-images";
import {writeWhole} from "./write-whole";

/**
 * Converts a run of format /1 to format /2, with the same numbers. It fills a new folder beside the run, which then
 * takes the run's name. Until then, the old folder stays; while the names change, it is called `<name>-before-upgrade`,
 * and at the end it is removed.
 *
 * @returns Whether there was anything to do.
 * @throws UserError if the run is damaged, or a process works on it.
 */
export async function upgradeRun(path: string): Promise<boolean> {
  const file = readRunFile(path);
  if (file.format === RUN_FORMAT) return false;
  await checkOwnFiles(path);
  const epochs = (await openRunDirectory(path).readMetrics()).map(({epoch}) => epoch);
  const isDone = (await statusOf(path, epochs)) === "done"; // before it is locked
  const lock = await lockRun(path);
  const fresh = partialOf(path);
  try {
    await orUserError(fresh, () => mkdir(fresh));
    const facts = parseJson(await readFile(join(path, "run.json"), "utf8"), path) as {[name: string]: unknown};
    const {sha256: _, format: __, ...rest} = facts;
    await writeWhole(join(fresh, "run.json"), runFileText({format: RUN_FORMAT, ...rest}), {synced: true});
    await copied(path, fresh);
    await upgraded(path, fresh, isDone);
    const old = join(dirname(path), `${basename(path)}-before-upgrade`);
    finished(fresh); // from here on, it is the run
    await orUserError(path, async () => {
      await rename(path, old);
      await rename(fresh, path);
      await rm(old, {recursive: true, force: true});
    });
    return true;
  } finally {
    await lock.release();
    await rm(fresh, {recursive: true, force: true});
  }
}

/** Everything that has the same form in both formats. */
async function copied(path: string, fresh: string): Promise<void> {
  for (const entry of await readdir(path, {withFileTypes: true})) {
    const isOther = /^(run\.json|artifacts|progress\.json|(running|asking)-.+\.lock|.+\.partial)$/.test(entry.name);
    if (!isOther)
      await orUserError(fresh, () => cp(join(path, entry.name), join(fresh, entry.name), {recursive: true}));
  }
}

async function upgraded(path: string, fresh: string, isDone: boolean): Promise<void> {
  const directory = openRunDirectory(fresh);
  const artifacts = join(path, "artifacts");
  const names = (await readdir(artifacts, {recursive: true}).catch(() => [])).filter((name) => name.endsWith(".json"));
  if (names.includes("test-images.json")) await directory.writeTestImages(readTestImages(path)); // first: others name its labels
  for (const name of names.sort()) {
    if (name === "test-images.json") continue;
    const value = await readSaved(join(artifacts, name));
    const {sha256: _, ...plain} = value as {sha256?: unknown};
    const [, probe, artifact, epoch] = /^([^/\\]+)[/\\](.+)-epoch-(\d+)\.json$/.exec(name) ?? [];
    const isArtifact = epoch !== undefined && "plot" in plain && (plain as {name?: unknown}).name === artifact;
    if (isArtifact)
      await directory.writeNumbers(Number(epoch), probe, plain as Artifact); // it has an artifact's form
    else {
      const stem = name.replaceAll("\\", "/").replace(/\.json$/, "");
      await directory.writeValue(stem.replace(/^network\/epoch-/, "network/inside-epoch-"), plain);
    }
  }
  await directory.writeStatus(isDone ? "done" : "interrupted");
  await directory.settle();
}
