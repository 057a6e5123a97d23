import {UserError} from "../../nouns/options";
import type {Artifact, EpochMetrics} from "../types";
import {parseOwn, putNpz} from "./arrays-beside";
import {parse} from "./artifact-codec";
import {epochStem} from "./epoch-stem";
import {withoutDigest} from "./json-digest";
import {parseMetrics} from "./metrics-file";
import {checkRunFile, type RunFile} from "./run-file";
import {checkedName} from "./saved-file";
import {sha256} from "./seal";
import type {SavedImages} from "./test-images";

/** Gives a file's bytes by its path in the run's folder; undefined if it is not there. */
export type ReadFile = (path: string) => Promise<Uint8Array | undefined>;

/** A run that is read from any source of bytes: a folder, a server, a zip file. */
export interface ReadRun {
  readonly facts: RunFile;
  readonly metrics: readonly EpochMetrics[];
  /** The test images; undefined if the run kept none. */
  testImages(): Promise<SavedImages | undefined>;
  /** The result of a probe at an epoch, as plain data with flat arrays; undefined if there is none. */
  artifact(probe: string, name: string, epoch: number): Promise<Artifact | undefined>;
}

/**
 * Reads a run of format /1 or /2.
 *
 * @example
 * const run = await readRun(async (path) => {
 *   const answer = await fetch(`${base}/${path}`);
 *   return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
 * });
 * @throws UserError if a file has been changed or damaged, or `run.json` is not there.
 */
export async function readRun(read: ReadFile): Promise<ReadRun> {
  const textOf = async (path: string) => {
    const bytes = await read(path);
    return bytes && new TextDecoder().decode(bytes);
  };
  const needed = async (path: string) => {
    const bytes = await read(path);
    if (!bytes) throw new UserError(`${path}: expected a file of the run, got nothing there`, {code: "NOT_FOUND"});
    return bytes;
  };
  const saved = async (path: string): Promise<unknown> => {
    const text = await textOf(path);
    if (text === undefined) return undefined;
    const {json, digest} = withoutDigest(text);
    const {root, beside, references} = parse(json, path);
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const binary =
      references.arrays.length > 0 ? path.replace(/\.json$/, ".npz") : beside[0] && folder + beside[0].file;
    const bytes = binary === undefined ? undefined : await needed(binary);
    const got = sha256(json, ...(bytes ? [bytes] : []));
    if (digest !== undefined && digest !== got) throw changed(path, digest, got);
    for (const one of beside) one.put(new Uint8Array(bytes?.subarray(one.offset, one.offset + one.bytes) ?? []).buffer);
    if (references.arrays.length > 0 && bytes) putNpz(references, bytes, path);
    for (const {own, put} of references.files) {
      const name = checkedName(own, path);
      const file = name.startsWith("../../") ? name.slice("../../".length) : folder + name;
      const content = await needed(file);
      if (sha256(content) !== own.sha256) throw changed(file, own.sha256, sha256(content));
      put(parseOwn(own, content, file));
    }
    for (const make of references.lists) make();
    return root.value;
  };
  const facts = checkRunFile(new TextDecoder().decode(await needed("run.json")), "run.json");
  return {
    facts,
    metrics: parseMetrics((await textOf("metrics.jsonl")) ?? "", "metrics.jsonl"),
    async testImages() {
      const images = (await saved("data/test.json")) ?? (await saved("artifacts/test-images.json"));
      return images as SavedImages | undefined; // written by `keepTestImages`
    },
    async artifact(probe, name, epoch) {
      return (await saved(`artifacts/${probe}/${epochStem(epoch, name)}.json`)) as Artifact | undefined;
    },
  };
}

function changed(path: string, expected: string, got: string): UserError {
  return new UserError(`${path}: expected SHA-256 ${expected}, got ${got}: it has been changed or damaged`);
}
