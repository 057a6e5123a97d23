/** Types for the parts of tsne-js 1.0.3 that are used here; the package has no types. */
declare module "tsne-js" {
  interface Settings {
    readonly dim: number;
    readonly perplexity: number;
    readonly nIter: number;
    readonly learningRate: number;
  }
  class TSNE {
    constructor(settings: Settings);
    /** The map, an ndarray: point i's coordinate d at `data[i * dim + d]`. */
    readonly outputEmbedding: {readonly data: Float64Array};
    init(input: {readonly data: readonly (readonly number[])[]; readonly type: "dense"}): void;
    /** @returns The divergence, and the number of iterations. */
    run(): [error: number, iterations: number];
  }
  export = TSNE;
}
