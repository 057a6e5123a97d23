/** @file The packed tarball: what publint and attw say, and the default command in an empty folder, on several Nodes. */
import {execFileSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, expect, test} from "vitest";

import {temporaryFolder} from "../support/idx-files";

const folder = temporaryFolder();
const installed = join(folder, "node_modules", "epochscope");
const sh = (command: string, cwd = folder) =>
  execFileSync("bash", ["-c", command], {cwd, encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "pipe"]});
let tarball = "";

beforeAll(() => {
  sh(`npm pack --pack-destination ${folder}`, process.cwd());
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) as string);
  writeFileSync(join(folder, "package.json"), "{}");
  sh(`npm install ${tarball}`);
});

test("publint and attw have nothing to say", () => {
  expect(sh(`npx publint ${tarball} --strict`, process.cwd())).toContain("All good!");
  const types = sh(`npx attw ${tarball} --profile esm-only --format json`, process.cwd());
  expect(
    (JSON.parse(types) as {analysis: {problems: {kind: string; resolutionKind?: string}[]}}).analysis.problems.filter(
      ({resolutionKind}) => resolutionKind !== "node10" && resolutionKind !== "node16-cjs",
    ),
  ).toEqual([]);
});

test("an installation is under 450 MB, without compilers, bundlers and optional peers", () => {
  expect(Number(sh("du -sm node_modules | cut -f1"))).toBeLessThan(450);
  for (const name of ["typescript", "ts-node", "esbuild", "@swc/core", "onnxruntime-node", "umap-js", "vitest"]) {
    expect(existsSync(join(folder, "node_modules", name)), name).toBe(false);
  }
});

test.each([20, 22, 24, 26])("Node %i runs the default command on a few images", (major) => {
  const own = temporaryFolder();
  writeFileSync(join(own, "package.json"), "{}");
  sh(`npm install node-${process.platform}-${process.arch}@${major}`, own); // what the package "node" would fetch
  const node = join(own, sh("find node_modules -path '*bin/node' -type f | head -1", own).trim());
  sh(
    `${node} ${installed}/dist/cli.mjs --train-limit 1200 --test-limit 300 --epochs 1 --quiet --save ${own}/save --name r`,
  );
  const report = readFileSync(join(own, "save", "r", "report.html"), "utf8");
  expect(report.length).toBeGreaterThan(500_000);
  expect(readdirSync(join(own, "save", "r", "plots", "projection")).length).toBeGreaterThan(0);
});

test("a command that needs a missing package names it in one line", () => {
  writeFileSync(
    join(folder, "rows.csv"),
    `a,b,c\n${Array.from({length: 30}, (_, i) => `${i},${i * i},${i % 7}`).join("\n")}\n`,
  );
  const run = () => sh("npx epochscope project rows.csv --method umap");
  expect(run).toThrow(/error: a map by UMAP: expected the package umap-js, got none; npm install umap-js\n/);
});
