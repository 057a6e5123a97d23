import {UserError} from "../../nouns/options";
import {type OnnxGraph, runtimeInstalled} from "../../onnx/index";
import {type OnnxNetwork, type OnnxNetworkSettings, onnxNetwork} from "../model/load/onnx-network";
import type {Checkpoint} from "./folder";
import type {KindOpener, OpenedCheckpoint, OpenSettings} from "./opened";
import {readCheckpoint} from "./read-checkpoint";

/** Opens ONNX files, or states with their graph. Facts about one epoch's graph are used again for the next. */
export function onnxOpener(settings: OpenSettings): KindOpener {
  let first: OnnxGraph | undefined;
  const open = async (checkpoint: Checkpoint, graph: string | undefined): Promise<OpenedCheckpoint> => {
    const {source, said} = await readCheckpoint(checkpoint, graph);
    const own: OnnxNetworkSettings = {...settings, what: checkpoint.path};
    const network = await alike(source, own, first);
    first ??= network.graph; // it is kept open, because its plan is used again
    const {facts, graph: opened} = network;
    return {
      network,
      model: {
        name: graph === undefined ? "onnx" : "onnx with states",
        parameters: facts.parameters,
        layers: facts.layers.map(({name, type, dims, parameters}) => ({
          name,
          type,
          outputShape: [null, ...dims],
          parameters,
        })),
      },
      engine: {name: "onnxruntime", version: versionWords(settings), why: "the checkpoints are ONNX models"},
      found: {...facts.input, output: facts.understood, logits: facts.logits, features: facts.features},
      files: typeof source === "string" ? {} : {"model.onnx": source},
      said,
      side: Math.max(...network.imageShape.slice(0, 2)),
      dispose: async () => {
        if (opened !== first) await network.dispose();
      },
    };
  };
  return {open, end: async () => first?.dispose()};
}

/**
 * Epochs may differ in more than weights: an exporter writes two arrays with equal numbers only once, and before
 * training many arrays are equal.
 */
async function alike(
  source: Uint8Array | string,
  settings: OnnxNetworkSettings,
  like: OnnxGraph | undefined,
): Promise<OnnxNetwork> {
  if (!like) return onnxNetwork(source, settings);
  try {
    return await onnxNetwork(source, {...settings, like});
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return onnxNetwork(source, settings);
  }
}

function versionWords({threads, device}: OpenSettings): string {
  const {name, version} = runtimeInstalled();
  if (device === "gpu") return `${version}, WebGPU`;
  if (name === "onnxruntime-web") return `${version}, WebAssembly; onnxruntime-node takes a third of its time`;
  return `${version}, native, ${threads} thread${threads === 1 ? "" : "s"}`;
}
