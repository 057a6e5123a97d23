import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join, relative} from "node:path";
import ts from "typescript";

/**
 * Writes the declarations of some entries, and of all that they name, as those of ES modules: `.d.mts`, whose relative
 * imports name files. Each entry stands under its name at the top.
 *
 * @throws Error with the compiler's words, if a type cannot be named.
 */
export function writeDeclarations(root: string, entries: {readonly [name: string]: string}, out: string): void {
  const {config} = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const {options} = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(
    Object.values(entries).map((file) => join(root, file)),
    {
      ...options,
      ...{noEmit: false, declaration: true, emitDeclarationOnly: true, incremental: false, stripInternal: true},
      ...{outDir: out, rootDir: root},
    },
  );
  delete (program.getCompilerOptions() as {tsBuildInfoFile?: string}).tsBuildInfoFile;
  const {diagnostics} = program.emit();
  if (diagnostics.length > 0) {
    throw new Error(
      ts.formatDiagnostics(diagnostics, {...ts.sys, getCanonicalFileName: (f) => f, getNewLine: () => "\n"}),
    );
  }
  for (const name of readdirSync(out, {recursive: true, encoding: "utf8"})) {
    const path = join(out, name);
    if (!name.endsWith(".d.ts")) continue;
    const text = readFileSync(path, "utf8").replace(
      /((?:from|import\() ?")(\.{1,2}(?:\/[^"]*)?)(")/g,
      (_, before: string, target: string, after: string) => `${before}${asModule(dirname(path), target)}${after}`,
    );
    writeFileSync(path.replace(/\.d\.ts$/, ".d.mts"), text);
    rmSync(path);
  }
  for (const [name, file] of Object.entries(entries)) {
    const target = `./${file.replace(/\.ts$/, ".mjs")}`;
    mkdirSync(out, {recursive: true});
    writeFileSync(join(out, `${name}.d.mts`), `export * from "${target}";\n`);
  }
}

/**
 * Finds the file that a relative import without an ending means. Declarations are renamed one by one, so that the file
 * has either its old name or its new one.
 */
function asModule(folder: string, target: string): string {
  const path = join(folder, target);
  const isThere = (file: string) => existsSync(`${file}.d.ts`) || existsSync(`${file}.d.mts`);
  const file = isThere(path) ? path : join(path, "index");
  if (!isThere(file)) throw new Error(`${folder}: expected the declarations of ${target}, got none`);
  const found = relative(folder, file).replaceAll("\\", "/");
  return `${found.startsWith(".") ? found : `./${found}`}.mjs`;
}
