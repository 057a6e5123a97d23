import {mkdir, readdir, readFile, rename, rm, symlink} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";

import type {Figure} from "../../plots/figure";
import {UserError} from "../options";
import {orUserError} from "../system-errors";
import type {Artifact, EpochMetrics} from "../types";
import {encode, readArtifactFile} from "./artifact-codec";
import {partialOf} from "./partial-file";
import {makeFolder, writeWhole} from "./write-whole";

/** One run's folder under save/, and what may be done with it. */
export interface RunDirectory {
  readonly path: string;
  /** Writes run.json, or another value of the run, whole. */
  writeJson(name: string, value: unknown): Promise<void>;
  /** Writes a plain value with its typed arrays: `artifacts/<name>.json`, the large ones beside it in `.bin`. */
  writeValue(name: string, value: unknown): Promise<void>;
  writeFile(name: string, content: string | Uint8Array): Promise<void>;
  /** Writes metrics.jsonl, one line an epoch. */
  writeMetrics(metrics: readonly EpochMetrics[]): Promise<void>;
  readMetrics(): Promise<EpochMetrics[]>;
  /** Writes an artifact: `artifacts/<probe>/<name>-epoch-003.json`. */
  writeNumbers(epoch: number, probe: string, artifact: Artifact): Promise<void>;
  /** Writes the picture that was drawn of it: `plots/<probe>/<name>-epoch-003.png`. */
  writePicture(epoch: number, probe: string, name: string, figure: Figure): Promise<void>;
  /** The artifact of the last epoch before `epoch` that has it. */
  previousArtifact(epoch: number, probe: string, name: string): Promise<Artifact | undefined>;
}

/** Names in `save` that mean something else. */
const RESERVED = ["latest", "data", "logs"];

/** "2026-11-21T18-40-00-mnist-cnn": when (UTC), on what, with what. */
export function runName(startedAt: Date, data: string, model: string): string {
  return `${startedAt.toISOString().slice(0, 19).replaceAll(":", "-")}-${data}-${model}`;
}

/**
 * Makes a new run's folder and points `save/latest` at it.
 *
 * @throws UserError if the run is there already, or `save` cannot be written to.
 */
export async function createRunDirectory(save: string, name: string): Promise<RunDirectory> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(name) || RESERVED.includes(name)) {
    throw new UserError(
      `--name: expected letters, digits, ".", "_" and "-" (not ${RESERVED.join(", ")}), got "${name}"`,
    );
  }
  const path = resolve(save, name);
  await orUserError(path, async () => {
    await makeFolder(resolve(save));
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST")
        throw new UserError(`--name: expected the name of a new run, got "${name}", which is there already`);
      throw error;
    });
  });
  await pointLatest(resolve(save), name);
  return openRunDirectory(path);
}

/** The run `name` of the folder `save`, or a path to one. @throws UserError if there is none. */
export async function findRun(save: string, name: string): Promise<RunDirectory> {
  for (const path of [resolve(save, name), resolve(name)]) {
    if (await readIfThere(join(path, "run.json"))) return openRunDirectory(path);
  }
  throw new UserError(`run: expected the name of one in ${save}, or its folder, got "${name}"`);
}

export function openRunDirectory(path: string): RunDirectory {
  const metricsFile = join(path, "metrics.jsonl");
  const stem = (epoch: number, name: string) => `${name}-epoch-${`${epoch}`.padStart(3, "0")}`;
  const writeSaved = async (folder: string, name: string, value: unknown) => {
    const {json, binary} = encode(value, `${name}.bin`);
    if (binary) await writeWhole(join(folder, `${name}.bin`), binary);
    await writeWhole(join(folder, `${name}.json`), json);
  };
  return {
    path,
    writeJson: (name, value) => writeWhole(join(path, name), `${JSON.stringify(value, undefined, 2)}\n`),
    // the binary file is named in the JSON beside it, so a folder in the name is the folder of both
    writeValue: (name, value) => writeSaved(join(path, "artifacts", dirname(name)), basename(name), value),
    writeFile: (name, content) => writeWhole(join(path, name), content),
    // Whole each time, not appended: a run cut off here must not leave half a line.
    writeMetrics: (metrics) => writeWhole(metricsFile, metrics.map((line) => `${JSON.stringify(line)}\n`).join("")),
    async readMetrics() {
      const lines = (await readIfThere(metricsFile)) ?? "";
      return lines
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as EpochMetrics);
    },
    writeNumbers: (epoch, probe, artifact) =>
      writeSaved(join(path, "artifacts", probe), stem(epoch, artifact.name), artifact),
    writePicture: (epoch, probe, name, {png}) =>
      writeWhole(join(path, "plots", probe, `${stem(epoch, name)}.png`), png),
    async previousArtifact(epoch, probe, name) {
      const folder = join(path, "artifacts", probe);
      const files = await readdir(folder).catch(() => []); // no artifact yet: no folder
      const epochs = files
        .filter((file) => file.startsWith(`${name}-epoch-`) && file.endsWith(".json"))
        .map((file) => Number(file.slice(`${name}-epoch-`.length, -".json".length)))
        .filter((e) => e < epoch);
      if (epochs.length === 0) return undefined;
      return readArtifactFile(join(folder, `${stem(Math.max(...epochs), name)}.json`));
    },
  };
}

async function pointLatest(save: string, name: string): Promise<void> {
  const link = join(save, "latest");
  await orUserError(link, async () => {
    const partial = partialOf(link);
    // A junction needs no rights on Windows; elsewhere the type is not looked at, and a relative link may be moved.
    await symlink(process.platform === "win32" ? join(save, name) : name, partial, "junction");
    if (process.platform === "win32") await rm(link, {force: true, recursive: true});
    await rename(partial, link);
  });
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
