import {OnnxError} from "../error";

/** A package that runs ONNX models. */
export interface Installed {
  readonly name: "onnxruntime-node" | "onnxruntime-web";
  /** The path of its module, for `require`. */
  readonly path: string;
  readonly version: string;
}

/** The error that no package that runs ONNX models is installed. */
export class MissingRuntime extends OnnxError {}

/**
 * The package that computes: onnxruntime-node if it is installed and its native library loads; else onnxruntime-web,
 * whose WebAssembly runs everywhere and takes about three times as long.
 *
 * @param resolve Finds a module's path, as `require.resolve` does.
 * @param load Loads it, and throws if it cannot.
 * @throws MissingRuntime with the command that installs one.
 */
export function installedRuntime(
  resolve: (name: string) => string = (name) => require.resolve(name),
  load: (path: string) => unknown = loaded,
): Installed {
  const reasons: string[] = [];
  for (const name of ["onnxruntime-node", "onnxruntime-web"] as const) {
    let path: string;
    try {
      path = resolve(name);
    } catch {
      continue;
    }
    try {
      if (name === "onnxruntime-node") load(path); // a library for another system fails here
      return {name, path, version: versionOf(path)};
    } catch (error) {
      reasons.push(`${name}, which does not load (${(error as Error).message.split("\n")[0].slice(0, 160)})`);
    }
  }
  const got = reasons.join(", ") || "none";
  const other = reasons.length > 0 ? "npm install onnxruntime-web" : "npm install onnxruntime-node";
  throw new MissingRuntime(
    `an ONNX model: expected the package onnxruntime-node or onnxruntime-web, got ${got}; ${other}`,
  );
}

/** The version in the package.json of a module's package. */
function versionOf(path: string): string {
  const [folder] = /^.*[\\/]onnxruntime-(?:node|web)(?=[\\/])/.exec(path) ?? [];
  return folder === undefined ? "unknown" : (loaded(`${folder}/package.json`) as {readonly version: string}).version;
}

/** Loads a module by its path, in a way that a bundler does not follow. */
function loaded(path: string): unknown {
  return require([path].join(""));
}

let found: Installed | undefined;

/** Returns the package that computes. The search for it is made only once. */
export function runtimeInstalled(): Installed {
  found ??= installedRuntime();
  return found;
}

/** Returns the module of this package: onnxruntime-node's, or onnxruntime-web's, which has the same classes. */
export function loadedRuntime(): unknown {
  return loaded(runtimeInstalled().path);
}
