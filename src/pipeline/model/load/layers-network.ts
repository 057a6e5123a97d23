import * as tf from "@tensorflow/tfjs";
import type {LookedAtNetwork} from "../../../nouns/network";
import {UserError} from "../../../nouns/options";
import type {ImageShape, Images} from "../../../nouns/samples";
import {classifierOf} from "../tf/classifier";
import {namedArrays} from "../tf/named-arrays";
import {withLogits} from "../with-logits";
import type {LoadSettings} from "./load-settings";
import type {ModelInput} from "./model-input";
import {modelInput} from "./model-input";
import {inPixels} from "./onnx-gradients";
import type {TfjsModelJson} from "./tfjs-weights";

/** A saved tfjs LayersModel, in the form that probes look at. */
export interface LayersNetwork extends LookedAtNetwork {
  readonly model: tf.LayersModel;
  readonly input: ModelInput;
  dispose(): Promise<void>;
}

/**
 * Opens a tf.LayersModel that somebody has trained, with its logits, layers and gradients, on the backend that is set.
 *
 * @param json The content of model.json. @param weights The files that it names, joined in their order.
 * @throws UserError in one line that names the file.
 */
export async function layersNetwork(
  json: TfjsModelJson,
  weights: Uint8Array,
  settings: LoadSettings,
): Promise<LayersNetwork> {
  const {what = "model.json", input: told, output} = settings;
  const loaded = await tf
    .loadLayersModel(
      tf.io.fromMemory({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest.flatMap((group) => group.weights) as tf.io.WeightsManifestEntry[],
        weightData: new Uint8Array(weights).buffer, // a copy, because small Buffers share their memory
      }),
    )
    .catch((error: Error) => {
      throw new UserError(`${what}: expected a tfjs layers-model, got: ${error.message.split("\n")[0]}`);
    });
  const input: ModelInput = {...told, layout: "nhwc"};
  const [, ...dims] = loaded.inputs[0].shape;
  if (loaded.inputs.length > 1) {
    throw new UserError(
      `${what}: expected one input, a batch of images, got ${loaded.inputNames.join(", ")}; as an ONNX file or a tfjs graph model it may have others, with --feed`,
    );
  }
  if (loaded.outputs.length !== 1 || dims.length !== 3) {
    throw new UserError(`${what}: expected one input, a batch of images, and one output, got inputs of [${dims}]`);
  }
  const imageShape = dims.map((n, i) => n ?? settings.imageShape?.[i] ?? 0) as unknown as ImageShape;
  if (imageShape.includes(0)) throw new UserError(`--size: expected a size for an input of [${dims}], got none`);
  const model = withLogits(loaded, output === "probabilities", what);
  const classes = model.outputs[0].shape.at(-1) ?? 0;
  const names = Array.from({length: classes}, (_, k) => `${k}`);
  const own = classifierOf(model, imageShape, names);
  const fed = (images: Images): Images => ({...images, pixels: modelInput(images, input)});
  return {
    ...own,
    model,
    input,
    predict: (images) => own.predict(fed(images)),
    logits: (images) => own.logits(fed(images)),
    forward: (images, layers, into) => own.forward(fed(images), layers, into),
    inputGradient: async (images, targets) =>
      inPixels(await own.inputGradient(fed(images), targets), images.count, imageShape, input),
    getWeights: () => namedArrays(model.weights.map((weight) => ({name: weight.originalName, tensor: weight.read()}))),
    async dispose() {
      for (const weight of new Set([...loaded.weights, ...model.weights])) weight.dispose();
    },
  };
}
