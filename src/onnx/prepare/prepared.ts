import {OnnxError} from "../error";
import {encodeModel, type ModelProto} from "../file/model";
import {inlined} from "./functions";
import {lifted} from "./lift";
import {hasHalves, widened} from "./widen";

/** A model, and its bytes, which are made when first asked for. */
export interface Prepared {
  readonly model: ModelProto;
  bytes(): Uint8Array;
}

/** The model as it runs forward. A model of 16-bit floats runs in float32; other models keep their own bytes. */
export function forRunning(bytes: Uint8Array, model: ModelProto): Prepared {
  return prepared(hasHalves(model) ? widened(inlined(model)) : model, {model, bytes: () => bytes});
}

/**
 * The model in the opset that the gradients' rules need. If it is too old to be converted, it throws when it is needed.
 */
export function forGradients(running: Prepared): Prepared {
  try {
    return prepared(lifted(inlined(running.model)), running);
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    return {
      model: running.model,
      bytes() {
        throw error;
      },
    };
  }
}

function prepared(model: ModelProto, before: Prepared): Prepared {
  if (model === before.model) return before;
  let bytes: Uint8Array | undefined;
  return {
    model,
    bytes() {
      bytes ??= encodeModel(model);
      return bytes;
    },
  };
}
