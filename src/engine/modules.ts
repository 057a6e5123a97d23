import {readFileSync} from "node:fs";
import {join} from "node:path";

/** The kernels' two builds: every processor has the one, the other multiplies and adds in one instruction. */
export const VARIANTS = ["plain", "fused-multiply-add"] as const;
export type Variant = (typeof VARIANTS)[number];

const compiled = new Map<Variant, Promise<WebAssembly.Module>>();

/** Compiles the kernels, once in a process. */
export function kernelModule(variant: Variant): Promise<WebAssembly.Module> {
  let module = compiled.get(variant);
  if (!module) {
    module = WebAssembly.compile(readFileSync(join(__dirname, "kernels", `${variant}.wasm`)));
    compiled.set(variant, module);
  }
  return module;
}
