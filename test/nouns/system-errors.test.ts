import {readdirSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {UserError} from "../../src/nouns/options";
import {orUserErrorSync, systemWords} from "../../src/nouns/system-errors";
import {temporaryFolder} from "../support/idx-files";

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error, got none");
}

test("what the system says becomes one line that names the file", () => {
  const folder = temporaryFolder();
  symlinkSync("loop", join(folder, "loop"));
  const cases: [() => unknown, string][] = [
    [() => readFileSync(join(folder, "none")), `${folder}/none: expected to open it, got nothing there (ENOENT)`],
    [() => readFileSync(folder), "a file: expected to read it, got a folder where a file must be (EISDIR)"],
    [
      () => writeFileSync(join(folder, "loop"), ""),
      `${folder}/loop: expected to open it, got links that lead round in a circle (ELOOP)`,
    ],
    [
      () => readdirSync(join(folder, "x".repeat(300))),
      `${folder}/${"x".repeat(300)}: expected to read it, got a name that is too long for the file system (ENAMETOOLONG)`,
    ],
  ];
  for (const [act, words] of cases) expect(systemWords(thrownBy(act))).toBe(words);
});

test("an error that is not the system's has no such words, and goes through as it is", () => {
  expect(systemWords(new Error("other"))).toBeUndefined();
  expect(systemWords(new SyntaxError("JSON"))).toBeUndefined();
  const own = new UserError("x: expected y, got z");
  expect(thrownBy(() => orUserErrorSync("/p", () => { throw own; }))).toBe(own); // biome-ignore format: one line
});
