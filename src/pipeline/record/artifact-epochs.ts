import {readdir} from "node:fs/promises";

/** The epochs at which an artifact was written; none where there is no such folder yet. */
export async function artifactEpochs(folder: string, name: string): Promise<number[]> {
  const files = await readdir(folder).catch(() => []);
  return files
    .filter((file) => file.startsWith(`${name}-epoch-`) && file.endsWith(".json"))
    .map((file) => Number(file.slice(`${name}-epoch-`.length, -".json".length)));
}
