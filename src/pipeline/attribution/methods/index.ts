import {gradCam} from "./grad-cam";
import {gradient, inputXGradient, saliency} from "./gradient";
import {integratedGradients} from "./integrated-gradients";
import type {Method} from "./method";
import {occlusion} from "./occlusion";
import {smoothGrad} from "./smooth-grad";

/** Every map of pixels that `explain` can make; LIME, of segments, stands in src/lime. */
export const methods = [
  ...[saliency, gradient, inputXGradient],
  ...[integratedGradients, smoothGrad, gradCam, occlusion],
] as readonly Method[]; // options are checked by each one's own table before it is run
