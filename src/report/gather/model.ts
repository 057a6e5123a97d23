import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {UserError} from "../../nouns/options";
import type {Packer} from "../packer";
import {largeReason, type PageModel, pageLayers, type SavedLayer, withArrays} from "../page-model";

/** The parts of a saved model's description that are read here. */
interface SavedModel {
  readonly modelTopology: {readonly class_name: string; readonly config: {readonly layers: readonly SavedLayer[]}};
  readonly weightsManifest: readonly [
    {readonly weights: readonly {readonly name: string; readonly shape: readonly number[]}[]},
  ];
}

/**
 * The best model of a run, packed; or the reason why the page cannot run it. Null if there is none yet, before the
 * first trained epoch is done.
 *
 * @throws UserError if its files do not fit each other.
 */
export function gatherModel(runFolder: string, pack: Packer): PageModel | null {
  const folder = join(runFolder, "model");
  const path = join(folder, "model.json");
  if (!existsSync(path) || !existsSync(join(folder, "best.json"))) return null;
  const {modelTopology, weightsManifest} = JSON.parse(readFileSync(path, "utf8")) as SavedModel;
  if (modelTopology.class_name !== "Sequential") return {reason: `it is a ${modelTopology.class_name} model`};
  const {weights} = weightsManifest[0];
  const sizes = weights.map(({shape}) => shape.reduce((product, length) => product * length, 1));
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const tooLarge = largeReason(count);
  if (tooLarge) return {reason: tooLarge};
  const bytes = readFileSync(join(folder, "weights.bin"));
  if (bytes.length !== 4 * count) {
    throw new UserError(`${folder}: expected ${4 * count} bytes of weights, got ${bytes.length}`);
  }
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  let end = 0;
  const arrays = weights.map(({name, shape}, i) => {
    end += sizes[i];
    return {name, shape, values: all.slice(end - sizes[i], end)};
  });
  const layers = pageLayers(modelTopology.config.layers, arrays);
  if ("reason" in layers) return layers;
  const {epoch} = JSON.parse(readFileSync(join(folder, "best.json"), "utf8")) as {readonly epoch: number};
  return {layers: layers.map((layer) => withArrays(layer, (values) => pack.add(values, [values.length]))), epoch};
}
