/** The modules that others can import, with their files; `package.json` names the same under `exports`. */
export const ENTRIES = {
  index: "src/index.ts",
  lime: "src/lime/index.ts",
  tsne: "src/tsne/index.ts",
  engine: "src/engine/index.ts",
  graph: "src/graph/index.ts",
  metrics: "src/numbers/index.ts",
  files: "src/files.ts",
  onnx: "src/onnx/index.ts",
} as const;
