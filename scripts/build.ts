/**
 * @file Builds the package that others install into dist/: JavaScript as ES modules with declarations, the pages' code
 * prebuilt, kernels and style sheets as files. A clone needs none of it.
 */
import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join, relative} from "node:path";
import {build, type Plugin} from "esbuild";

import {DEMO_SHELL, makeDemoShell} from "../src/page/file/shell";
import {shells} from "../src/report/shell";
import {writeDeclarations} from "./declarations";
import {ENTRIES} from "./entries";
import {loadedLate} from "./loaded-late";

const ROOT = join(__dirname, "..");
const DIST = join(ROOT, "dist");

/**
 * Files that are started and not imported: the command line, the threads for long work, and the process that tries a
 * model.
 */
const PROGRAMS = {
  runner: "runner.ts",
  "tasks-worker": "src/tasks/worker.ts",
  "decoding-worker": "src/pipeline/data/decoding/life.ts",
  "trial-model": "src/cli/trial-model.ts",
};

/**
 * A source finds its own folder, or a package's file, as CommonJS does. With this plugin, the module finds it by the
 * module's own address: dist/ has the kernels and style sheets at the same places as the sources.
 */
const places: Plugin = {
  name: "places",
  setup({onLoad}) {
    onLoad({filter: /\/src\/.*\.ts$/}, ({path}) => {
      const folder = relative(ROOT, dirname(path)).replaceAll("\\", "/");
      const contents = loadedLate(readFileSync(path, "utf8"))
        .replaceAll(/require\.resolve\("(?:\.\.\/)+package\.json"\)/g, '__fileAt("../package.json")')
        // required as CommonJS, which it is: for an import, two megabytes would first be searched for names
        .replaceAll(/^import \* as (\w+) from ("@tensorflow\/[^"]+");$/gm, "const $1 = __require($2);")
        .replaceAll(/^import ("@tensorflow\/[^"]+");$/gm, "__require($1);")
        .replaceAll(/^import \{([^}]*)\} from ("@tensorflow\/[^"]+");$/gm, (_, names: string, from: string) => {
          const values = names.split(",").filter((name) => !name.trim().startsWith("type "));
          return `const {${values.map((name) => name.replace(" as ", ": ")).join(",")}} = __require(${from});`;
        })
        .replaceAll("require.resolve(", "__require.resolve(")
        .replaceAll("require([", "__require([")
        .replaceAll(/= require\((?="(?!node:)[a-z@])/g, "= __require(") // a package that is loaded late
        .replaceAll("__dirname", `__fileAt("./${folder}")`);
      const needs = [
        ...(contents.includes("__require") ? ['import {createRequire as __createRequire} from "node:module";'] : []),
        ...(contents.includes("__require") ? ["const __require = __createRequire(import.meta.url);"] : []),
        ...(contents.includes("__fileAt")
          ? [
              "const __fileAt = (place: string) =>",
              '  decodeURIComponent(new URL(place, import.meta.url).pathname).replace(/^\\/(?=[A-Za-z]:)/, "");',
            ]
          : []),
      ];
      return {contents: `${needs.join("\n")}\n${contents}`, loader: "ts"};
    });
  },
};

async function main(): Promise<void> {
  rmSync(DIST, {recursive: true, force: true});
  await build({
    absWorkingDir: ROOT,
    entryPoints: Object.entries({...ENTRIES, ...PROGRAMS}).map(([out, from]) => ({in: from, out})),
    outdir: DIST,
    outExtension: {".js": ".mjs"},
    chunkNames: "[name]-[hash]",
    ...{bundle: true, splitting: true, format: "esm", platform: "neutral", packages: "external"},
    target: ["es2023", "node20.19"],
    legalComments: "none",
    plugins: [places],
    logLevel: "warning",
  });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(DIST, path)), {recursive: true});
    writeFileSync(join(DIST, path), text);
  };
  // from Node 22.1 on, code that was compiled once is read again
  const cache = 'import module from "node:module";\n\nmodule.enableCompileCache?.();\nawait import("./runner.mjs");\n';
  write("cli.mjs", `#!/usr/bin/env node\n${cache}`);
  write("src/tasks/start.cjs", 'import("../../tasks-worker.mjs");\n');
  write("src/pipeline/data/decoding/start.cjs", 'import("../../../../decoding-worker.mjs");\n');
  const trial = readFileSync(join(ROOT, "src/cli/trial-start.cjs"), "utf8")
    .replace(/ *require\("[^"]*typescript\.cjs"\);\n/, "")
    .replace(
      'require("./trial-model").answerTrial(peak);',
      'import("../../trial-model.mjs").then((t) => t.answerTrial(peak));',
    );
  write("src/cli/trial-start.cjs", trial);
  const sources = readdirSync(join(ROOT, "src"), {recursive: true, encoding: "utf8"}).map((file) => join("src", file));
  for (const file of sources.filter((name) => /\.wasm$|report.\w+.page\.css$/.test(name))) {
    cpSync(join(ROOT, file), join(DIST, file));
  }
  for (const [name, make] of Object.entries(shells)) {
    write(`src/report/${name}-shell.json`, JSON.stringify(await make()));
  }
  write(`src/page/file/${DEMO_SHELL}`, JSON.stringify(await makeDemoShell()));
  writeDeclarations(ROOT, ENTRIES, join(DIST, "types"));
}

void main();
