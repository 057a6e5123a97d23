import {encodeBeside} from "../record/arrays-beside";
import {encode} from "../record/artifact-codec";
import {epochStem} from "../record/epoch-stem";
import type {RunDirectory} from "../record/run-directory";
import type {Artifact} from "../types";

/** Stands for a run's folder: it counts the bytes that would be written, and writes nothing. */
export interface WeighingDirectory extends RunDirectory {
  /** The number of bytes for each file's path in the run's folder; a file that is written again counts once. */
  readonly bytes: ReadonlyMap<string, number>;
}

/** @param path The path that the run would have. */
export function weighingDirectory(path: string): WeighingDirectory {
  const bytes = new Map<string, number>();
  const kept = new Map<string, Artifact>();
  const weigh = (name: string, content: string | Uint8Array) => {
    bytes.set(name, typeof content === "string" ? Buffer.byteLength(content) : content.byteLength);
  };
  const weighValue = (name: string, value: unknown) => {
    const {json, npz} = encodeBeside(value);
    weigh(`artifacts/${name}.json`, json);
    if (npz) weigh(`artifacts/${name}.npz`, npz);
  };
  return {
    path,
    bytes,
    writeJson: async (name, value) => weigh(name, JSON.stringify(value, undefined, 2)),
    writeValue: async (name, value) => weighValue(name, value),
    writeOneFile: async (name, value) => weigh(`artifacts/${name}.json`, encode(value, "", Infinity).json),
    writeFile: async (name, content) => weigh(name, content),
    async writeTestImages({pixels, labels, files = []}) {
      weigh("data/test-images.npy", pixels);
      weigh("data/test-labels.npy", new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
      weigh("data/test-files.txt", files.join("\n"));
    },
    async writeStatus() {},
    async writeMetrics() {},
    readMetrics: async () => [],
    mendMetrics: async () => [],
    async settle() {},
    async writeNumbers(epoch, probe, artifact) {
      kept.set(`${probe}/${artifact.name}/${epoch}`, artifact);
      weighValue(`${probe}/${epochStem(epoch, artifact.name)}`, artifact);
    },
    writePicture: async (epoch, probe, name, {png}) => weigh(`plots/${probe}/${epochStem(epoch, name)}.png`, png),
    async removePictures() {},
    previousArtifact: async (epoch, probe, name) => kept.get(`${probe}/${name}/${epoch - 1}`),
  };
}
