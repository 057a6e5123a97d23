import {readFileSync} from "node:fs";
import {join} from "node:path";
import {setFlagsFromString} from "node:v8";

/** The kernels' two builds: every processor runs the one; the other multiplies and adds in one instruction. */
export const VARIANTS = ["plain", "fused-multiply-add"] as const;
export type Variant = (typeof VARIANTS)[number];

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
