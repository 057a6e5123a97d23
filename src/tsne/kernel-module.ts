import {readFileSync} from "node:fs";
import {join} from "node:path";

/** What the kernels export: one task of a kernel by a thread, with the kernel's own arguments (kernels/*.ts say which). */
export type Kernel = (task: number, thread: number, ...args: number[]) => void;

/** Every kernel, by the number it has in a job. */
export const KERNELS = [
  "packPanels",
  "findNeighbours",
  "calibrate",
  "reverseLists",
  "countEdges",
  "sumEdges",
  "joinEdges",
  "sumRankExcess",
  "attract2",
  "attract3",
  "sumDivergence",
  "repelAll2",
  "repelAll3",
  "sampleKernel",
  "turnKernel",
  "sharpenKernel",
  "transformRows",
  "multiplyColumns",
  "restoreRows",
  "spread",
  "interpolate",
  "sortCells",
  "repelNear",
  "update",
  "gramRows",
  "projectRows",
] as const;
export type KernelName = (typeof KERNELS)[number];

const modules = new Map<string, WebAssembly.Module>();

/** The compiled kernels, for memory that threads share or for one thread's own; compiled once a process. */
export function kernelModule(shared: boolean): WebAssembly.Module {
  const file = shared ? "tsne-shared.wasm" : "tsne.wasm";
  let module = modules.get(file);
  if (!module) {
    module = new WebAssembly.Module(readFileSync(join(__dirname, "kernels", file)));
    modules.set(file, module);
  }
  return module;
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel[] {
  const abort = () => {
    throw new Error("t-SNE kernel aborted");
  };
  const {exports} = new WebAssembly.Instance(module, {env: {memory, abort}});
  return KERNELS.map((name) => exports[name] as Kernel);
}
