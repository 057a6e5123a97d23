import {gradCam} from "./grad-cam";
import {gradient, inputXGradient, saliency} from "./gradient";
import {integratedGradients} from "./integrated-gradients";
import type {Method} from "./method";
import {occlusion} from "./occlusion";
import {smoothGrad} from "./smooth-grad";

/** Every method that makes a map of pixels for `explain`. LIME, which works on segments, is in src/lime. */
export const methods = [
  ...[saliency, gradient, inputXGradient],
  ...[integratedGradients, smoothGrad, gradCam, occlusion],
] as readonly Method[]; // each method's own table checks its options before it runs
