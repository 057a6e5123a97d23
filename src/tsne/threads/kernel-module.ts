/**
 * A function that a kernel exports. A thread runs one task of it, with the kernel's own arguments (kernels/*.ts
 * describe them).
 */
export type Kernel = (task: number, thread: number, ...args: number[]) => void;

/** All kernels. A kernel's place in this list is its number in a job. */
export const KERNELS = [
  "packPanels",
  "findNeighbours",
  "sortNearest",
  "packBounds",
  "guessThresholds",
  "compareBlocks",
  "gatherNearest",
  "nearestInPlane",
  "clearLists",
  "placeRows",
  "projectPlaces",
  "joinLeaves",
  "reverseNear",
  "joinNear",
  "searchAll",
  "writeNear",
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
  "cellCodes",
  "sortCodes",
  "sortPoints",
  "growTree",
  "repelTree",
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
  "moveGroup",
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

/**
 * The compiled kernels, either for memory that threads share or for the memory of one thread. They are read and
 * compiled once in each process.
 */
export async function kernelModule(shared: boolean): Promise<WebAssembly.Module> {
  const file = shared ? "tsne-shared.wasm" : "tsne.wasm";
  const known = modules.get(file);
  if (known) return known;
  // imported here and not above, because a browser does not have these modules
  const [{readFile}, {join}] = [await import("node:fs/promises"), await import("node:path")];
  const module = await WebAssembly.compile(await readFile(join(__dirname, "..", "kernels", file)));
  modules.set(file, module);
  return module;
}

/**
 * Gives the bytes of kernels/tsne.wasm if there is no file system. Call it once, before anything else; it works with
 * one thread.
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
