import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";

import {bundled, fontUrl} from "../../report/shell";

/** The page's code, looks and kernels, which no pictures change: prebuilt in an installed package, bundled here in a clone. */
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
    // what only threads of Node need is left where it is, and never asked for
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
