import type {InferenceSession, Tensor} from "onnxruntime-node";

import type {Feeds, Port, SessionSettings} from "./runtime";

/** The parts of the module onnxruntime-node, or onnxruntime-web, that are used here. */
export interface Onnxruntime {
  readonly InferenceSession: {create(model: Uint8Array, options: object): Promise<InferenceSession>};
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => Tensor;
}

/**
 * The questions to the thread that computes: plain values go in, plain values come out. Sessions are named by numbers.
 */
export interface Host {
  start(question: {readonly model: Uint8Array; readonly settings: SessionSettings}): Promise<Started>;
  run(question: {readonly session: number; readonly feeds: Feeds; readonly outputs: readonly string[]}): Promise<Feeds>;
  release(question: {readonly session: number}): Promise<void>;
}

export interface Started {
  readonly session: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/**
 * Sessions of onnxruntime behind plain values. A worker is started with its source text (thread.ts), so it must not use
 * anything outside itself.
 */
export function openHost({InferenceSession, Tensor}: Onnxruntime): Host {
  const sessions = new Map<number, InferenceSession>();
  let count = 0;
  const port = (m: InferenceSession.ValueMetadata): Port =>
    m.isTensor
      ? {name: m.name, type: m.type as Port["type"], dims: m.shape}
      : {name: m.name, type: "(no tensor)", dims: []};
  const optionsOf = ({threads, optimise = true, folder, files, device = "cpu"}: SessionSettings) => ({
    ...(device === "gpu" && {executionProviders: ["webgpu"]}), // the processor computes the operators that WebGPU lacks
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4, // failures are thrown with their messages: nothing need be printed
    graphOptimizationLevel: optimise ? "all" : "disabled",
    ...(files && {externalData: Object.entries(files).map(([path, data]) => ({path, data}))}),
    extra: {
      session: {
        use_deterministic_compute: "1",
        ...(folder && {model_external_initializers_file_folder_path: folder}),
      },
    },
  });
  const opened = (session: number): InferenceSession => {
    const found = sessions.get(session);
    if (!found) throw new Error(`session ${session}: expected an open one, got one that was released`);
    return found;
  };
  return {
    async start({model, settings}) {
      const made = await InferenceSession.create(model, optionsOf(settings));
      sessions.set(count, made);
      return {session: count++, inputs: made.inputMetadata.map(port), outputs: made.outputMetadata.map(port)};
    },
    async run({session, feeds, outputs}) {
      const tensors: {[name: string]: Tensor} = {};
      for (const name of Object.keys(feeds))
        tensors[name] = new Tensor(feeds[name].type, feeds[name].data, feeds[name].dims);
      const made = await opened(session).run(tensors, outputs as string[], {logSeverityLevel: 4});
      const answer: {[name: string]: Feeds[string]} = {};
      for (const name of outputs) {
        answer[name] = {type: made[name].type, dims: made[name].dims, data: made[name].data as Float32Array};
      }
      return answer;
    },
    async release({session}) {
      await opened(session).release();
      sessions.delete(session);
    },
  };
}
