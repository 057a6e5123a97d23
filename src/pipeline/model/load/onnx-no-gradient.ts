import {type Feeds, type NdArray, OnnxError, type OnnxGraph} from "../../../onnx/index";
import type {Port} from "./ports";
import {WHOLE} from "./whole-pixels";

/**
 * The reason why a network gives no gradient of its scores; undefined if it gives one. It asks for a gradient to find
 * this out, because a rule may refuse its input.
 *
 * @param input The input of the images. @param weights The weights of the scores, for the one image that is fed.
 */
export async function whyNoGradient(
  graph: OnnxGraph,
  input: Port,
  feeds: Feeds,
  logits: string,
  weights: NdArray,
): Promise<string | undefined> {
  const {unsupported} = graph;
  if (unsupported.length > 0) {
    const [names, has] = [unsupported.join(", "), unsupported.length > 1 ? "operators" : "operator"];
    return `no gradients, so no saliency: there is no rule for the ${has} ${names}; what asks from outside explains it all the same`;
  }
  if (input.type === WHOLE) {
    return `no gradients, so no saliency: its input ${input.name} is of whole numbers (${input.type}); what asks from outside explains it all the same`;
  }
  try {
    await graph.gradient(feeds, {output: logits, weights, wrt: [input.name]});
    return undefined;
  } catch (error) {
    if (error instanceof OnnxError) return `no gradients, so no saliency: ${error.message}`;
    throw error;
  }
}
