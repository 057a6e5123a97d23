/**
 * The two builds of the kernels. Every processor can run "plain"; the other one multiplies and adds in one instruction.
 */
export const VARIANTS = ["plain", "fused-multiply-add"] as const;
export type Variant = (typeof VARIANTS)[number];
/** A WebAssembly module that exports `multiplyAdd`: f32x4.relaxed_madd of three numbers. */
const MULTIPLY_ADD = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number, version
  ...[1, 8, 1, 0x60, 3, 0x7d, 0x7d, 0x7d, 1, 0x7d], // one type: three f32 to one
  ...[3, 2, 1, 0], // one function of that type
  ...[7, 15, 1, 11, ...new TextEncoder().encode("multiplyAdd"), 0, 0], // exported under its name
  ...[10, 22, 1, 20, 0], // its body
  ...[0x20, 0, 0xfd, 0x13, 0x20, 1, 0xfd, 0x13, 0x20, 2, 0xfd, 0x13], // three splats
  ...[0xfd, 0x85, 2, 0xfd, 0x1f, 0, 0x0b], // relaxed_madd, lane 0, end
]);

/**
 * Whether this processor multiplies and adds in one instruction, which rounds only once. Then (1 + 2^-12)^2 - (1 +
 * 2^-11) is 2^-24; it is 0 if the product is rounded first. This needs no timing, so the same processor always gives
 * the same answer.
 */
export function fusesMultiplyAdd(): boolean {
  allowRelaxedSimd(MULTIPLY_ADD);
  if (!WebAssembly.validate(MULTIPLY_ADD)) return false; // this browser has no relaxed SIMD
  const {exports} = new WebAssembly.Instance(new WebAssembly.Module(MULTIPLY_ADD));
  const multiplyAdd = exports.multiplyAdd as (a: number, b: number, c: number) => number;
  return multiplyAdd(1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)) === 2 ** -24;
}

/**
 * The build that is used unless another is asked for. The two round differently, and a result may depend only on
 * options, data, version and the kind of processor; so the processor's instructions decide, and not a measurement of
 * time. Nearly every processor since 2013 fuses, which saves 10 to 15 % of a training step (bench/ENGINE.md).
 */
export function defaultVariant(): Variant {
  return fusesMultiplyAdd() ? "fused-multiply-add" : "plain";
}

const compiled = new Map<Variant, Promise<WebAssembly.Module>>();

/** Compiles the kernels, once in a process. @throws WebAssembly.CompileError if relaxed SIMD is not known. */
export function kernelModule(variant: Variant): Promise<WebAssembly.Module> {
  let module = compiled.get(variant);
  if (!module) {
    // loaded here and not imported above, because a browser does not have these modules and gets the bytes
    // (provideKernels)
    const [{readFileSync}, {join}] = [process.getBuiltinModule("node:fs"), process.getBuiltinModule("node:path")];
    const bytes = readFileSync(join(__dirname, "..", "kernels", `${variant}.wasm`));
    if (variant === "fused-multiply-add") allowRelaxedSimd(bytes);
    module = WebAssembly.compile(bytes);
    compiled.set(variant, module);
  }
  return module;
}

/**
 * Node 20 has relaxed SIMD behind a flag, which must be set before compiling. Later versions print that they do not
 * know the flag.
 */
function allowRelaxedSimd(module: Uint8Array<ArrayBuffer>): void {
  if (WebAssembly.validate(module) || typeof process === "undefined") return;
  process.getBuiltinModule("node:v8").setFlagsFromString("--experimental-wasm-relaxed-simd");
}

/**
 * Gives the bytes of kernels/plain.wasm, or of the other build, if there is no file system. Call it before anything
 * else.
 */
export async function provideKernels(variant: Variant, bytes: BufferSource): Promise<void> {
  const module = WebAssembly.compile(bytes);
  compiled.set(variant, module);
  await module;
}
