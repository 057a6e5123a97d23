/**
 * Compiles the AssemblyScript kernels to the WebAssembly checked in beside them: `npm run kernels`. With a folder as
 * argument it writes there instead, which is how the tests see that sources and binaries match.
 */
import {execFileSync} from "node:child_process";
import {mkdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {basename, dirname, join, resolve} from "node:path";
import {engineTiles} from "./engine-tiles";
import {kernelHeads} from "./kernel-heads";

const ROOT = resolve(__dirname, "..");

/**
 * One module: its source, the place for the binary, and the options of the compiler. Paths are relative to the
 * project's root. An output that ends in .ts contains the binary as text, for a folder that reads no files.
 */
export interface Kernel {
  readonly source: string;
  readonly output: string;
  readonly flags: readonly string[];
}

/** Shared memory that the host makes; 1 KiB at its start stays free for control words. */
const SHARED = [
  "--runtime",
  "stub",
  "--importMemory",
  "--sharedMemory",
  "--maximumMemory",
  "65536",
  "--memoryBase",
  "1024",
];

/** Memory that belongs to another program, which is tfjs' wasm backend. */
const FOREIGN = ["--runtime", "stub", "--importMemory"];

/** Memory that the host makes, for one thread; its first 64 KiB are free. */
const OWN = ["--runtime", "stub", "--importMemory", "--initialMemory", "16", "--maximumMemory", "65536"];

export const kernels: readonly Kernel[] = [
  {
    source: "src/tsne/kernels/index.ts",
    output: "src/tsne/kernels/tsne.wasm",
    flags: [...OWN, "--enable", "simd"],
  },
  {
    source: "src/tsne/kernels/index.ts",
    output: "src/tsne/kernels/tsne-shared.wasm",
    flags: [...OWN, "--sharedMemory", "--enable", "simd,threads"],
  },
  {
    source: "src/engine/kernels/index.ts",
    output: "src/engine/kernels/plain.wasm",
    flags: [...SHARED, "--enable", "simd,threads"],
  },
  {
    source: "src/engine/kernels/index.ts",
    output: "src/engine/kernels/fused-multiply-add.wasm",
    flags: [...SHARED, "--enable", "simd,relaxed-simd,threads"],
  },
  {
    source: "src/engine/kernels/tensors.ts",
    output: "src/engine/kernels/tensors.wasm",
    flags: [...FOREIGN, "--enable", "simd"],
  },
  {
    source: "src/lime/segmentation/kernels/index.ts",
    output: "src/lime/segmentation/kernels/binary.ts",
    flags: [...OWN, "--enable", "simd"],
  },
];

/** The sources that a program writes, and their text. */
export const generated: {readonly [path: string]: () => string} = {
  "src/engine/kernels/generated/tiles.ts": engineTiles,
  "src/engine/compiler/kernel-heads.ts": () => kernelHeads(join(ROOT, "src/engine/kernels")),
};

/** @param folder The folder for the binary, if it is not the usual place. @returns Its path. */
export function compile({source, output, flags}: Kernel, folder = join(ROOT, dirname(output))): string {
  mkdirSync(folder, {recursive: true});
  const place = join(folder, basename(output));
  const binary = place.replace(/\.ts$/, ".wasm");
  const asc = require.resolve("assemblyscript/bin/asc.js");
  execFileSync(process.execPath, [asc, source, "-o", binary, "-O3", "--noAssert", ...flags], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (binary === place) return place;
  const text = readFileSync(binary, "base64");
  writeFileSync(
    place,
    `/** The WebAssembly that the sources beside this file compile to, in base64: npm run kernels writes it. */\nexport const BINARY =\n  "${text}";\n`,
  );
  rmSync(binary);
  return place;
}

if (require.main === module) {
  for (const [path, text] of Object.entries(generated)) writeFileSync(join(ROOT, path), text());
  for (const kernel of kernels) compile(kernel, process.argv[2] && resolve(process.argv[2]));
}
