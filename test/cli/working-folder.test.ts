import {existsSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";

/** A folder that holds what Node, ts-node, swc and esbuild look for where they are started; each leaves a trace if run. */
function trap(): {readonly folder: string; readonly trace: string} {
  const folder = join(temporaryFolder(), "elsewhere");
  const trace = join(folder, "trace");
  for (const name of ["@swc/core", "esbuild", "typescript", "@tensorflow/tfjs"]) {
    mkdirSync(join(folder, "node_modules", name), {recursive: true});
    const code = `require("node:fs").writeFileSync(${JSON.stringify(trace)}, "${name}"); throw new Error("not ours");`;
    writeFileSync(join(folder, "node_modules", name, "index.js"), code);
  }
  for (const name of ["package.json", "tsconfig.json", ".swcrc", ".yargsrc"]) writeFileSync(join(folder, name), "no {");
  return {folder, trace};
}

test("a run that is started in another folder makes maps and the page, and takes nothing from that folder", async () => {
  const {folder, trace} = trap();
  const flags = ["--epochs", "1", "--batch-size", "32", "--projector", "20", "--probes", "confusion,projection"];
  const run = ["--data", idxFolder(), ...flags, "--save", "kept", "--name", "r"];
  const {code, stderr} = await command(run, [], {}, folder);
  expect(code).toBe(0);
  expect(stderr).not.toMatch(/error|warning/i); // epochs' quarters and notes alone
  expect(existsSync(trace)).toBe(false);
  for (const file of ["report.html", "plots/projection/map-epoch-001.png", "plots/projection/film.png"]) {
    expect(existsSync(join(folder, "kept", "r", file)), file).toBe(true);
  }
});
