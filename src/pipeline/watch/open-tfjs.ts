import {join} from "node:path";

import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import {startBackend} from "../backend/index";
import {fileBeside} from "../data/file-beside";
import {readWhole} from "../data/read-file";
import {layersNetwork} from "../model/load/layers-network";
import {checkGroupSize, type TfjsModelJson, tfjsModelJson} from "../model/load/tfjs-weights";
import {tfjsNetwork} from "../model/tf/tfjs-network";
import {factsOf} from "../run/facts";
import type {KindOpener, OpenedCheckpoint, OpenSettings} from "./opened";

/** Opens folders that contain a tfjs model each, a LayersModel or a GraphModel. */
export function tfjsOpener(settings: OpenSettings): KindOpener {
  const open: KindOpener["open"] = async ({path}): Promise<OpenedCheckpoint> => {
    const {name, version} = await startBackend("auto");
    const file = join(path, "model.json");
    const value = parseJson(Buffer.from(await readWhole(file, {most: 256e6})).toString("utf8"), file);
    const json = tfjsModelJson(value, file);
    const parts: Uint8Array[] = [];
    for (const group of json.weightsManifest) {
      const own = await Promise.all(group.paths.map(async (part) => readWhole((await fileBeside(file, part)).path)));
      checkGroupSize(
        group,
        own.map(({length}) => length),
        file,
      );
      parts.push(...own);
    }
    const weights = Buffer.concat(parts);
    const {network, model, found} = await opened(json, weights, {...settings, what: file});
    return {
      network,
      model,
      engine: {name, version, why: "the checkpoints are tfjs models"},
      found,
      files: {
        "model.json": `${JSON.stringify({
          ...(value as object),
          weightsManifest: [{paths: ["weights.bin"], weights: json.weightsManifest.flatMap((group) => group.weights)}],
        })}\n`,
        "weights.bin": weights,
      },
      side: Math.max(...network.imageShape.slice(0, 2)),
      dispose: () => network.dispose(),
    };
  };
  return {open, end: async () => undefined};
}

/** A model of either kind, and the facts that were found about it. */
async function opened(json: TfjsModelJson, weights: Uint8Array, settings: OpenSettings & {readonly what: string}) {
  if (json.format === "graph-model") {
    const network = await tfjsNetwork(json, weights, settings);
    const {input, understood, parameters, kind, classNames} = network;
    if (classNames.length > 2 && (kind === "independent" || kind === "sigmoid")) {
      throw new UserError(
        `${settings.what}: expected classes of which each image shows exactly one, got ${understood}`,
      );
    }
    return {network, model: {name: "tfjs graph", parameters, layers: []}, found: {...input, output: understood}};
  }
  const network = await layersNetwork(json, weights, settings);
  const output = `scores of ${network.classNames.length} classes, made probabilities by a softmax`;
  return {network, model: factsOf("tfjs", network.model), found: {...network.input, output}};
}
