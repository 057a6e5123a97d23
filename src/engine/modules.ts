import {readFileSync} from "node:fs";
import {join} from "node:path";
import {setFlagsFromString} from "node:v8";

/** The kernels' two builds: every processor runs the one; the other multiplies and adds in one instruction. */
export const VARIANTS = ["plain", "fused-multiply-add"] as const;
export type Variant = (typeof VARIANTS)[number];
/**
 * The build that computes unless another is asked for: the same on every machine, since the two round differently and a
 * result may depend on nothing but options, data and version. The other saves 9 % of a default run's processor time on AMD's
 * Zen 4 (bench/ENGINE.md); more where multiplications and additions share the processor's ports.
 */
export const DEFAULT_VARIANT: Variant = "plain";

const compiled = new Map<Variant, Promise<WebAssembly.Module>>();

/** Compiles the kernels, once in a process. @throws WebAssembly.CompileError where relaxed SIMD is not known. */
export function kernelModule(variant: Variant): Promise<WebAssembly.Module> {
  let module = compiled.get(variant);
  if (!module) {
    const bytes = readFileSync(join(__dirname, "kernels", `${variant}.wasm`));
    // Node 20 has relaxed SIMD behind a flag, to be set before compiling; later versions print that they know none.
    if (variant === "fused-multiply-add" && !WebAssembly.validate(bytes)) {
      setFlagsFromString("--experimental-wasm-relaxed-simd");
    }
    module = WebAssembly.compile(bytes);
    compiled.set(variant, module);
  }
  return module;
}
