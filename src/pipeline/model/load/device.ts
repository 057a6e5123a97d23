import {UserError} from "../../../nouns/options";

/** Where an ONNX model computes: "gpu" by onnxruntime's WebGPU. */
export type Device = "cpu" | "gpu";

/** @throws UserError if an error of onnxruntime is that it found no GPU, or was built without WebGPU. */
export function checkGpu(device: Device, error: Error): void {
  if (device !== "gpu" || !/webgpu/i.test(error.message)) return;
  const why = /No supported adapters|WebGPU adapter/i.test(error.message)
    ? "no adapter"
    : "an onnxruntime without WebGPU here";
  throw new UserError(
    `--device gpu: expected a GPU that WebGPU finds (a Vulkan, Metal or Direct3D driver), got ${why}`,
    {
      cause: error,
    },
  );
}
