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

/** The model as it runs forward: of 16-bit floats, in float32. Its own bytes where there is nothing to change. */
export function forRunning(bytes: Uint8Array, model: ModelProto): Prepared {
  return prepared(hasHalves(model) ? widened(inlined(model)) : model, {model, bytes: () => bytes});
}

/** The model in the dialect that the gradients' rules speak. One that is too old for it answers so when it is needed. */
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
