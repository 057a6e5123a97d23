import {join} from "node:path";

import {parseJson} from "../nouns/json-text";
import type {DifferentiableClassifier, NamedArray} from "../nouns/network";
import {UserError} from "../nouns/options";
import type {Dataset} from "../nouns/samples";
import {type BackendName, startBackend} from "./backend/index";
import {readWhole} from "./data/read-file";
import {decodeText} from "./data/text";
import {type TfjsModelJson, tfjsModelJson} from "./model/load/tfjs-weights";
import {type TfjsNetwork, tfjsNetwork} from "./model/tf/tfjs-network";

/** The gradients at the layers of a run's network; `dispose` frees their memory. */
export interface LayerGradients {
  readonly layerGradient: NonNullable<DifferentiableClassifier["layerGradient"]>;
  /** Must be called after each change of the weights. */
  changed(): void;
  dispose(): Promise<void>;
}

/**
 * Gradients at the layers of a run's network, for engines that have none: tfjs opens the run's model again with the
 * weights of the moment. It opens it at the first question.
 *
 * @param backend The tfjs backend that computes them.
 * @param weights The weights of the moment, in the order of model.json.
 */
export function layerGradients(
  run: string,
  {imageShape, classNames}: Pick<Dataset, "imageShape" | "classNames">,
  backend: BackendName,
  weights: () => Promise<readonly NamedArray[]>,
): LayerGradients {
  let opened: Promise<TfjsNetwork> | undefined;
  const open = async () => {
    await startBackend(backend);
    const path = join(run, "model", "model.json");
    const json = tfjsModelJson(parseJson(decodeText(await readWhole(path, {most: 256e6}), path), path), path);
    const input = {scale: 1, mean: [0], std: [1]};
    return tfjsNetwork(json, bytesOf(await weights(), json, path), {
      ...{what: path, input, output: "probabilities", imageShape, classNames},
    });
  };
  const changed = () => {
    void opened?.then((network) => network.dispose()).catch(() => undefined); // its question has reported the error
    opened = undefined;
  };
  return {
    async layerGradient(images, targets, layer) {
      opened ??= open();
      const {layerGradient} = await opened;
      if (!layerGradient) {
        throw new UserError(`${run}: expected a network whose layers can be looked at, got one without`);
      }
      return layerGradient(images, targets, layer);
    },
    changed,
    dispose: async () => changed(),
  };
}

/** @throws UserError if the weights are not those that model.json lists. */
function bytesOf(weights: readonly NamedArray[], {weightsManifest}: TfjsModelJson, path: string): Uint8Array {
  const shapes = weightsManifest.flatMap((group) => group.weights).map(({shape}) => `[${shape}]`);
  const got = weights.map(({shape}) => `[${shape}]`);
  if (`${got}` !== `${shapes}`) throw new UserError(`weights: expected the shapes of ${path}, ${shapes}, got ${got}`);
  return Buffer.concat(weights.map(({values}) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
}
