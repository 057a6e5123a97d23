import {fileBeside} from "../data/file-beside";
import {readWhole} from "../data/read-file";
import {checkGroupSize, type TfjsModelJson} from "../model/load/tfjs-weights";

/** Reads the weights that a model.json names, joined in their order; sizes are checked before anything is read. */
export async function readTfjsWeights(path: string, json: TfjsModelJson): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const group of json.weightsManifest) {
    const files = await Promise.all(group.paths.map((name) => fileBeside(path, name)));
    checkGroupSize(
      group,
      files.map(({size}) => size),
      path,
    );
    for (const file of files) parts.push(await readWhole(file.path));
  }
  return Buffer.concat(parts);
}
