import {UserError} from "../../../nouns/options";
import {MissingRuntime, OnnxError} from "../../../onnx/index";
import {checkGpu, type Device} from "./device";

/** Gives errors about an ONNX file, with the file's name. @throws UserError in place of an OnnxError. */
export async function inWords<T>(what: string, act: () => Promise<T>, device: Device = "cpu"): Promise<T> {
  try {
    return await act();
  } catch (error) {
    checkGpu(device, error as Error);
    if (error instanceof MissingRuntime) throw new UserError(error.message, {code: "MISSING_PACKAGE", cause: error});
    if (error instanceof OnnxError) throw new UserError(`${what}: ${error.message}`, {cause: error});
    throw error;
  }
}
