/**
 * @file Builds @tensorflow/tfjs-node's addon if its own binary cannot be downloaded or does not exist for this
 * platform: `npm run setup:tensorflow`. TensorFlow's C library and its headers are inside the `tensorflow-cpu` wheel on
 * PyPI; the addon's two C++ files are inside its npm package. Needs Linux x64, a C++ compiler, Python 3 with pip,
 * Node's headers, 900 MB of disk and about a minute. Tried with TensorFlow 2.15.1 and Node 20.
 */
import {execFileSync} from "node:child_process";
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join, resolve} from "node:path";

import packageFile from "../package.json";

/** The last version with whose eager C API tfjs-node 4.22 was seen to compile. */
const TENSORFLOW = "2.15.1";
const PYTHON = process.env.PYTHON ?? "python3";
const COMPILER = process.env.CXX ?? "c++";
const ROOT = resolve(__dirname, "..");
const ADDON = join(ROOT, "node_modules", "@tensorflow", "tfjs-node");
const NAPI = "8";

/** A Python program that takes the needed files out of the wheel. */
const EXTRACT = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith("tensorflow/libtensorflow") or name.startswith("tensorflow/include/t"):
            wheel.extract(name, sys.argv[2])
`;

function main(): void {
  if (process.platform !== "linux" || process.arch !== "x64") {
    fail(`platform: expected linux x64, whose wheel has the library, got ${process.platform} ${process.arch}`);
  }
  const headers = nodeHeaders();
  const version = packageFile.devDependencies["@tensorflow/tfjs-node"];
  // This runs without its install script, which would try to download the missing binary. --no-save, because
  // package.json has it already.
  run("npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", `@tensorflow/tfjs-node@${version}`);

  const folder = mkdtempSync(join(tmpdir(), "setup-tensorflow-"));
  try {
    const wanted = ["--only-binary=:all:", "--python-version", "3.11", "--platform", "manylinux2014_x86_64"];
    run(PYTHON, "-m", "pip", "download", "--no-deps", ...wanted, "--dest", folder, `tensorflow-cpu==${TENSORFLOW}`);
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
    run(
      PYTHON,
      "-c",
      EXTRACT,
      join(folder, wheel ?? fail(`tensorflow-cpu ${TENSORFLOW}: expected a wheel, got none`)),
      folder,
    );
    build(join(folder, "tensorflow"), headers);
  } finally {
    rmSync(folder, {recursive: true});
  }
  const check = "console.log('TensorFlow', require(process.argv[1]).TF_Version, 'loads')";
  run(process.execPath, "-e", check, join(ADDON, "lib", `napi-v${NAPI}`, "tfjs_binding.node"));
  console.log("done: --engine tensorflow can be asked for");
}

/** Compiles the addon to the place where tfjs-node looks for it, with the libraries beside it. */
function build(tensorflow: string, headers: string): void {
  const [libraries, target] = [join(ADDON, "deps", "lib"), join(ADDON, "lib", `napi-v${NAPI}`)];
  for (const made of [libraries, target]) mkdirSync(made, {recursive: true});
  const names = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
  for (const name of names) run("mv", "-f", join(tensorflow, name), libraries);
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(ADDON, "binding", name));
  const flags = ["-std=c++17", "-O2", "-fPIC", "-shared", `-DNAPI_VERSION=${NAPI}`, "-DBUILDING_NODE_EXTENSION"];
  const includes = [headers, join(tensorflow, "include"), ADDON].map((path) => `-I${path}`);
  const links = [`-L${libraries}`, ...names.map((name) => `-l:${name}`), "-Wl,-rpath,$ORIGIN/../../deps/lib"];
  run(COMPILER, ...flags, ...includes, ...sources, "-o", join(target, "tfjs_binding.node"), ...links);
}

/** The folder of node_api.h: beside this node, where npm is configured to look, or where node-gyp puts it. */
function nodeHeaders(): string {
  const told = process.env.npm_config_nodedir;
  const places = [told ?? "", dirname(dirname(process.execPath))].map((path) => join(path, "include", "node"));
  const found = places.find((path) => existsSync(join(path, "node_api.h")));
  return (
    found ?? fail(`Node's headers: expected node_api.h in ${places.join(" or ")}, got none; set npm_config_nodedir`)
  );
}

function run(command: string, ...args: string[]): void {
  console.log(`> ${[command, ...args.filter((arg) => !arg.includes("\n"))].join(" ")}`);
  try {
    execFileSync(command, args, {cwd: ROOT, stdio: "inherit"});
  } catch (error) {
    fail(`${command}: expected it to succeed, got ${(error as Error).message.split("\n")[0]}`);
  }
}

function fail(message: string): never {
  console.error(`setup:tensorflow: ${message}`);
  process.exit(1);
}

main();
