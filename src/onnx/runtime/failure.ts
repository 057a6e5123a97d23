import {OnnxError} from "../error";

/** The error that onnxruntime gave for a model or an input, as one line, without its source lines and error codes. */
export function runtimeFailure(doing: "start" | "run" | "release", message: string): OnnxError {
  const words = message
    .split("\n")[0]
    .replace(/\/\S*onnxruntime\S*\.(?:cc|h):\d+ \S.*?\) (?=\S)/, "")
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /, "")
    .trim()
    .slice(0, 300);
  return new OnnxError(`expected ${doing === "run" ? "an answer" : "a model that onnxruntime runs"}, got: ${words}`);
}
