/**
 * What the kernels export: one task of a kernel by a thread, with the kernel's own arguments (kernels/*.ts say which).
 */
export type Kernel = (task: number, thread: number, ...args: number[]) => void;

/** Every kernel, by the number it has in a job. */
export const KERNELS = [
  "packPanels",
  "findNeighbours",
  "sortNearest",
  "packBounds",
  "guessThresholds",
  "compareBlocks",
  "gatherNearest",
  "nearestInPlane",
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
  "sumPotentials",
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
  "measureColumns",
  "packWhole",
  "gramWhole",
  "projectRows",
  "sumColumns",
  "scaleColumns",
  "multiplyVectors",
  "mixVectors",
  "orthonormalise",
  "diagonalise",
] as const;
export type KernelName = (typeof KERNELS)[number];

const modules = new Map<string, WebAssembly.Module>();

/** The compiled kernels, for memory that threads share or for one thread's own; read and compiled once a process. */
export async function kernelModule(shared: boolean): Promise<WebAssembly.Module> {
  const file = shared ? "tsne-shared.wasm" : "tsne.wasm";
  const known = modules.get(file);
  if (known) return known;
  // not above: a browser has no such modules
  const [{readFile}, {join}] = [await import("node:fs/promises"), await import("node:path")];
  const module = await WebAssembly.compile(await readFile(join(__dirname, "..", "kernels", file)));
  modules.set(file, module);
  return module;
}

/**
 * For where there is no file system: gives the bytes of kernels/tsne.wasm, once, before anything else. One thread then.
 */
export async function provideKernels(bytes: BufferSource): Promise<void> {
  modules.set("tsne.wasm", await WebAssembly.compile(bytes));
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel[] {
  const abort = () => {
    throw new Error("t-SNE kernel aborted");
  };
  const {exports} = new WebAssembly.Instance(module, {env: {memory, abort}});
  return KERNELS.map((name) => exports[name] as Kernel);
}
