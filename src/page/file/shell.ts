import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";

import {bundled, fontUrl} from "../../report/shell";

/**
 * The page's code, styles and kernels, which are the same for all pictures. An installed package contains them
 * ready-made; in a clone, they are bundled here.
 */
export interface DemoShell {
  readonly html: string;
  readonly script: string;
  readonly style: string;
  readonly worker: string;
  /** Base64 of the kernels' WebAssembly. */
  readonly engine: string;
  readonly tsne: string;
}

/** The name of its file in an installed package, in this folder. */
export const DEMO_SHELL = "demo-shell.json";

export async function demoShell(): Promise<DemoShell> {
  const prebuilt = join(__dirname, DEMO_SHELL);
  return existsSync(prebuilt) ? JSON.parse(readFileSync(prebuilt, "utf8")) : makeDemoShell();
}

/** Bundles the shell from its sources; esbuild must be there. */
export async function makeDemoShell(): Promise<DemoShell> {
  const folder = join(__dirname, "..", "client");
  const code = {format: "iife", target: ["es2022"]} as const;
  const [script, worker, style] = await Promise.all([
    bundled(folder, {...code, target: [...code.target], entryPoints: [join(folder, "main.ts")]}),
    // modules that only threads of Node need are not bundled; the page never asks for them
    bundled(folder, {
      ...code,
      target: [...code.target],
      entryPoints: [join(folder, "worker.ts")],
      external: ["node:*"],
    }),
    bundled(folder, {entryPoints: [join(folder, "looks.css")], external: ["FIGTREE"]}),
  ]);
  const wasm = (path: string) => readFileSync(join(__dirname, "..", "..", path)).toString("base64");
  return {
    html: readFileSync(join(folder, "index.html"), "utf8"),
    script: script.replaceAll("</script", "<\\/script"),
    style: style.replace("FIGTREE", fontUrl()),
    worker,
    engine: wasm("engine/kernels/plain.wasm"),
    tsne: wasm("tsne/kernels/tsne.wasm"),
  };
}
