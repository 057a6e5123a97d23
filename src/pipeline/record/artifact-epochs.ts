import {readdir} from "node:fs/promises";

/** The epochs at which an artifact was written; none if there is no such folder yet. */
export async function artifactEpochs(folder: string, name: string): Promise<number[]> {
  const files = await readdir(folder).catch(() => []);
  const stem = name === "" ? "epoch-" : `${name}-epoch-`;
  return files
    .filter((file) => file.startsWith(stem) && file.endsWith(".json"))
    .map((file) => Number(file.slice(stem.length, -".json".length)));
}
