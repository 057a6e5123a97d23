import {UserError} from "../../../nouns/options";
import {enlarged} from "./enlarged";
import type {AttributionMap, GradientMethod} from "./method";

export interface GradCamOptions {
  readonly layer: string;
}

/**
 * Grad-CAM: the ReLU of the sum of a layer's channels, each weighted by the mean gradient of the class's logit there
 * (Selvaraju et al. 2017, eq. 1 and 2), enlarged bilinearly to the image's size.
 */
export const gradCam: GradientMethod<GradCamOptions> = {
  name: "grad-cam",
  help: "where a layer's channels speak for the class, enlarged to the image's size (Selvaraju et al. 2017)",
  options: {
    layer: {
      default: "",
      help: "a layer, node or tensor whose answer has rows and columns; default: the last one with those of the last convolution",
    },
  },
  needs: "gradients",
  score: "logit",
  questions: () => 30, // tfjs gives the layer's gradient, about ten times as slowly
  isSigned: false,
  async run({classifier, image, targets}, {layer}) {
    if (!classifier.layerGradient) {
      throw new UserError("--method grad-cam: expected a network whose layers can be looked at, got one without");
    }
    const [height, width] = image.shape;
    const maps: AttributionMap[] = [];
    for (const target of targets) {
      const own = await classifier.layerGradient(image, [target], layer || undefined);
      const raw = weighted(own.activations, own.gradients, own.shape);
      const [rows, columns] = own.shape;
      const values = enlarged(
        raw.map((v) => Math.max(0, v)),
        rows,
        columns,
        height,
        width,
      );
      maps.push({
        target,
        values,
        foretold: values,
        layer: {name: own.layer, height: rows, width: columns, values: raw},
      });
    }
    return maps;
  },
};

/** Σ over channels of mean(gradient) · activation, one number for each place, with its sign. */
function weighted(
  activations: Float32Array,
  gradients: Float32Array,
  [height, width, channels]: readonly [number, number, number],
): Float32Array {
  const area = height * width;
  const means = new Float64Array(channels);
  for (let i = 0; i < gradients.length; i++) means[i % channels] += gradients[i] / area;
  const map = new Float32Array(area);
  for (let p = 0; p < area; p++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += means[c] * activations[p * channels + c];
    map[p] = sum;
  }
  return map;
}
