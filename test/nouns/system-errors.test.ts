import {readdirSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {UserError} from "../../src/nouns/options";
import {inOneLine, orUserErrorSync, systemWords} from "../../src/nouns/system-errors";
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

test.each([
  [{code: "EACCES", syscall: "open", path: "/a"}, "/a: expected to open it, got no permission to write (EACCES)"],
  [{code: "EACCES", syscall: "scandir", path: "/a"}, "/a: expected to read it, got no permission to read (EACCES)"],
  [{code: "ENOENT", syscall: "mkdir", path: "/a"}, "/a: expected to write it, got no such place (ENOENT)"],
  [{code: "ENOSPC", syscall: "write"}, "a file: expected to write it, got no space left on the disk (ENOSPC)"],
  [
    {code: "EXDEV", syscall: "rename", path: "/a", dest: "/b"},
    "/b: expected to write it, got another file system (EXDEV)",
  ],
  [{code: "EODD", syscall: "write", path: "/a"}, undefined],
])("an error of the system that says %j is told by what was done", (error, words) => {
  expect(systemWords(error)).toBe(words);
});

test("whoever knows the file and what was done with it tells that", () => {
  const error = {code: "ENOENT", syscall: "open", path: "/a", dest: "/b"};
  expect(systemWords(error, "/c", "write")).toBe("/c: expected to write it, got no such place (ENOENT)");
  expect(systemWords({code: "EACCES", syscall: "open"}, "/c", "read")).toBe(
    "/c: expected to read it, got no permission to read (EACCES)",
  );
  const failing = (doing: "read" | "write") =>
    thrownBy(() => orUserErrorSync("/c", () => { throw error; }, doing)); // biome-ignore format: one line
  expect(failing("read")).toMatchObject({code: "BAD_DATA", cause: error});
  expect(failing("write")).toMatchObject({code: "CANNOT_WRITE", cause: error});
});

test.each([
  [new UserError("x: expected y, got z"), "x: expected y, got z"],
  [
    Object.assign(new Error("long"), {code: "ENOSPC", path: "/a"}),
    "/a: expected to write it, got no space left on the disk (ENOSPC)",
  ],
  [new Error("one\ntwo\nthree"), "one"],
  ["a word\nmore", "a word"],
])("any error is one line: %s", (error, line) => {
  expect(inOneLine(error)).toBe(line);
});
