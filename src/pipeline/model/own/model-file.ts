import {createRequire} from "node:module";
import {basename, dirname, extname, join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {compileFunction} from "node:vm";
import * as tf from "@tensorflow/tfjs";
import {UserError} from "../../../nouns/options";

/** A file by the user that makes the network. */
export type ModelFile = `${string}.${"ts" | "mts" | "cts" | "js" | "mjs" | "cjs"}`;

export function isModelFile(word: string): word is ModelFile {
  return /.\.[cm]?[jt]s$/.test(word);
}

/** In two parts, because scripts/build.ts replaces the whole word in an installed package. */
const DIRNAME = ["__dir", "name"].join("");

/**
 * The default export of the file, with its arguments. Our own TensorFlow.js comes last, for files that cannot import
 * it.
 */
export type Maker = (
  imageShape: readonly [number, number, number],
  classes: number,
  seed: number,
  tfjs: typeof tf,
) => unknown;

/**
 * The default export of a file of JavaScript or TypeScript. The file may import by relative paths, and from packages
 * beside it. `@tensorflow/tfjs` is this program's own, so that both use the same tensors.
 *
 * @throws UserError in one line that names the file, if it cannot be read or has no such function.
 */
export async function makerIn(file: ModelFile): Promise<Maker> {
  const path = resolve(file);
  const maker = await defaultExportOf(path, file);
  if (typeof maker === "function") return maker as Maker;
  const got = maker === undefined ? "no default export" : `a default export that is ${kindOf(maker)}`;
  throw new UserError(`${file}: expected a default export (imageShape, classes, seed) => tf.LayersModel, got ${got}`);
}

/**
 * The default export of a file of JavaScript or TypeScript.
 *
 * @param path Its absolute path. @param file The path that the user typed.
 * @param whole Whether to take everything that it exports if it has no default, as with `module.exports = …`.
 */
export async function defaultExportOf(path: string, file: string, whole = false): Promise<unknown> {
  const exported = await exportsOf(path, file);
  const inner = defaultOf(exported) ?? (whole ? exported : undefined);
  // in a CommonJS file that was compiled from `export default`, the default is one level deeper
  return typeof inner === "object" && inner !== null && "default" in inner ? inner.default : inner;
}

function defaultOf(exported: unknown): unknown {
  return typeof exported === "object" && exported !== null ? (exported as {default?: unknown}).default : exported;
}

/** @returns The exports of the file, such as the value of `module.exports = …`. */
async function exportsOf(path: string, file: string): Promise<unknown> {
  const esbuild = await import("esbuild").catch(() => undefined); // not in every installation
  try {
    if (esbuild) return evaluated(await bundled(esbuild, path, file), path);
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
      throw new UserError(
        `${file}: expected JavaScript, because this Node cannot read TypeScript, got ${extname(file)}; npm install esbuild, or use Node 22.18`,
      );
    }
    throw new UserError(`${file}: expected a module that can be loaded, got: ${message.split("\n")[0]}`, {
      cause: error,
    });
  }
}

/** The file and what it imports by relative paths, as one script of CommonJS. */
async function bundled({build}: typeof import("esbuild"), path: string, file: string): Promise<string> {
  try {
    const {outputFiles} = await build({
      ...{entryPoints: [path], absWorkingDir: dirname(path), bundle: true, write: false, packages: "external"},
      ...{platform: "node", format: "cjs", target: "node20", sourcemap: "inline", logLevel: "silent"},
    });
    return outputFiles[0].text;
  } catch (error) {
    const [first] = (error as Partial<import("esbuild").BuildFailure>).errors ?? [];
    if (!first) throw error;
    const {location, text} = first;
    const where = location ? `${join(dirname(file), location.file)}:${location.line}:${location.column + 1}` : file;
    throw new UserError(`${where}: expected code that can be read, got: ${text}`, {cause: error});
  }
}

function evaluated(code: string, path: string): unknown {
  const module: {exports: unknown} = {exports: {}};
  const [theirs, ours] = [createRequire(path), createRequire(join(__dirname, "model-file.js"))];
  const load = (name: string): unknown => {
    if (name === "@tensorflow/tfjs") return tf;
    return name.startsWith("@tensorflow/tfjs-") ? ours(name) : theirs(name);
  };
  const run = compileFunction(code, ["exports", "require", "module", "__filename", DIRNAME], {filename: path});
  run(module.exports, load, module, path, dirname(path));
  return module.exports;
}

/** The name of the file in a run's name: "my-model". */
export function stemOf(file: string): string {
  return basename(file, extname(file)).replace(/[^\p{L}\p{N}._-]+/gu, "-") || "model";
}

/** The kind of a value in a few words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? `an object of ${value.constructor?.name ?? "no class"}` : `a ${typeof value}`;
}
