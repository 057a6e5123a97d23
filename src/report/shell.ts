import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {gzipSync} from "node:zlib";

/**
 * @file The pages' own code and styles, which are the same for every run. In an installed package they are prebuilt; in
 * a clone they are bundled here.
 */

/**
 * gzip's level, from 1 to 9. The page is written after every epoch, and level 6 would take half as long again for 2 %
 * less.
 */
export const LEVEL = 4;

/** The code and styles of the report. */
export interface Shell {
  readonly html: string;
  readonly script: string;
  readonly style: string;
  /** tfjs-vis, which the page runs only on request: the hash of its text, and the text compressed. */
  readonly vis: {readonly hash: string; readonly packed: string};
}

/** The code and styles of the page on which the user decides about labels. */
export interface LabelsShell {
  readonly script: string;
  readonly style: string;
}

/** How each page's shell is made from its sources. */
export const shells = {report: reportShell, labels: labelsShell, reader: readerShell};

const made = new Map<string, Promise<unknown>>();

/** A page's shell. It is made once in each process, because a run writes its page after every epoch. */
export function shellOf<N extends keyof typeof shells>(name: N): ReturnType<(typeof shells)[N]> {
  let shell = made.get(name);
  if (!shell) {
    const prebuilt = join(__dirname, `${name}-shell.json`);
    shell = existsSync(prebuilt) ? Promise.resolve(JSON.parse(readFileSync(prebuilt, "utf8"))) : shells[name]();
    made.set(name, shell);
  }
  return shell as ReturnType<(typeof shells)[N]>;
}

const UMD = "dist/tfjs-vis.umd.min.js";

async function reportShell(): Promise<Shell> {
  // read as a file: required as a module, it asks for parts of tfjs-core that do not exist in Node
  const vis = readFileSync(join(dirname(require.resolve("@tensorflow/tfjs-vis/package.json")), UMD), "utf8");
  return {
    ...(await clientShell(join(__dirname, "client"))),
    vis: {hash: hashSource(vis.trim()), packed: gzipSync(vis.trim(), {level: LEVEL}).toString("base64")},
  };
}

async function readerShell(): Promise<Shell> {
  return {...(await clientShell(join(__dirname, "reader", "client"))), vis: {hash: "", packed: ""}};
}

/** A page's HTML frame, and the code and styles from the folder's main.ts and looks.css. */
async function clientShell(folder: string): Promise<Omit<Shell, "vis">> {
  const [script, style] = await Promise.all([
    bundled(folder, {entryPoints: [join(folder, "main.ts")], format: "iife", target: ["es2022"]}),
    bundled(folder, {entryPoints: [join(folder, "looks.css")], external: ["FIGTREE"]}),
  ]);
  return {
    html: readFileSync(join(__dirname, "client", "index.html"), "utf8"),
    script: script.replaceAll("</script", "<\\/script"),
    style: style.replace("FIGTREE", fontUrl()),
  };
}

async function labelsShell(): Promise<LabelsShell> {
  const folder = join(__dirname, "labels");
  const script = await bundled(folder, {
    entryPoints: [join(folder, "client.ts")],
    ...{format: "iife", target: ["es2022"]},
  });
  const style = readFileSync(join(folder, "page.css"), "utf8").replace("FIGTREE", fontUrl());
  return {script: script.replaceAll("</script", "<\\/script"), style};
}

interface BundleOptions {
  readonly entryPoints: string[];
  readonly format?: "iife";
  readonly target?: string[];
  readonly external?: string[];
}

/**
 * Bundles the code or the style sheet of a page.
 *
 * @param folder The folder that its paths are relative to.
 */
export async function bundled(folder: string, options: BundleOptions): Promise<string> {
  const {build} = await import("esbuild"); // an installed package has no bundler; its shells are prebuilt
  const common = {bundle: true, minify: true, write: false, charset: "utf8", logLevel: "silent"} as const;
  const {outputFiles} = await build({...common, absWorkingDir: folder, ...options});
  return outputFiles[0].text.trim();
}

/** The pages' font as a data URL. */
export function fontUrl(): string {
  const font = require.resolve("@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2");
  return `data:font/woff2;base64,${readFileSync(font).toString("base64")}`;
}

/** A text's hash in the form that a content security policy uses. */
export const hashSource = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
