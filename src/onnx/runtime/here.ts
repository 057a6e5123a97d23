import {runtimeFailure} from "./failure";
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
      const {session, inputs, outputs} = await worded("start", host.start({model, settings}));
      return {
        inputs,
        outputs,
        run: (feeds, names) => worded("run", host.run({session, feeds, outputs: names})),
        release: () => worded("release", host.release({session})),
      };
    },
  };
}

/** Turns onnxruntime's errors into errors of this package. */
async function worded<T>(
  doing: keyof Host,
  answer: ReturnType<Host["start" | "run" | "release"]> & Promise<T>,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw runtimeFailure(doing, (error as Error).message);
  }
}
