import {OnnxError} from "../error";
import {type Host, type Onnxruntime, openHost} from "./host";
import type {Runtime} from "./runtime";

/**
 * onnxruntime on the caller's own thread, which `run` blocks: for workers, scripts, and pages with onnxruntime-web.
 *
 * @param ort The module: `await import("onnxruntime-node")` or `await import("onnxruntime-web")`.
 */
export function runtimeHere(ort: unknown): Runtime {
  const host = openHost(ort as Onnxruntime);
  return {
    async start(model, settings) {
      const {session, inputs, outputs} = await worded(host.start({model, settings}));
      return {
        inputs,
        outputs,
        run: (feeds, names) => worded(host.run({session, feeds, outputs: names})),
        release: () => worded(host.release({session})),
      };
    },
  };
}

/** onnxruntime's own errors as this package's. */
async function worded<T>(answer: ReturnType<Host["start" | "run" | "release"]> & Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new OnnxError((error as Error).message);
  }
}
