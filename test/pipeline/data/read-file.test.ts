import {execFileSync} from "node:child_process";
import {mkdirSync, symlinkSync, truncateSync, writeFileSync} from "node:fs";
import {createServer} from "node:net";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";

import {readIfThere, readStart, readWhole} from "../../../src/pipeline/data/read-file";
import {temporaryFolder} from "../../support/idx-files";

test("a file is read whole, its start alone, and through a link", async () => {
  const folder = temporaryFolder();
  const bytes = Uint8Array.from({length: 1000}, (_, n) => n);
  writeFileSync(join(folder, "a"), bytes);
  symlinkSync("a", join(folder, "link"));
  expect(Uint8Array.from(await readWhole(join(folder, "a")))).toEqual(bytes);
  expect(Uint8Array.from(await readWhole(join(folder, "link")))).toEqual(bytes);
  expect(Uint8Array.from(await readStart(join(folder, "a"), 3))).toEqual(Uint8Array.of(0, 1, 2));
  writeFileSync(join(folder, "short"), "x");
  expect((await readStart(join(folder, "short"), 3)).length).toBe(1);
  expect(await readIfThere(join(folder, "none"))).toBe(undefined);
});

test("what is no file is refused at once, in one line with its path", async () => {
  const folder = temporaryFolder();
  execFileSync("mkfifo", [join(folder, "pipe")]);
  mkdirSync(join(folder, "folder"));
  symlinkSync("nosuch", join(folder, "dangling"));
  symlinkSync("circle", join(folder, "circle"));
  const server = createServer().listen(join(folder, "socket"));
  onTestFinished(() => void server.close());
  await new Promise((listening) => server.on("listening", listening));
  const cases = [
    ["pipe", "a pipe"],
    ["folder", "a folder"],
    ["dangling", "a link to nosuch, where nothing is"],
    ["circle", "links that lead round in a circle"],
    ["none", "nothing there"],
    ["socket", "a socket"],
    ["n".repeat(300), "a name that is too long for the file system"],
  ];
  for (const [name, got] of cases) {
    const path = join(folder, name);
    await expect(readWhole(path)).rejects.toThrow(`${path}: expected a file, got ${got}`);
  }
  await expect(readIfThere(join(folder, "dangling"))).rejects.toThrow("got a link to nosuch, where nothing is");
  await expect(readWhole("/dev/zero")).rejects.toThrow("/dev/zero: expected a file, got a device");
});

test("a file that is too large is refused before it takes memory, and the flag is named", async () => {
  const path = join(temporaryFolder(), "sparse");
  writeFileSync(path, "");
  truncateSync(path, 2 ** 40);
  await expect(readWhole(path)).rejects.toThrow(`${path}: expected at most 2.1 GB, got 1099.5 GB`);
  const limits = {most: 2500, lift: "--max-data"};
  await expect(readWhole(path, limits)).rejects.toThrow(
    "expected at most 3 kB, got 1099.5 GB; --max-data lifts the limit",
  );
});

test("reading ends where the user is interrupted", async () => {
  const path = join(temporaryFolder(), "a");
  writeFileSync(path, "hello");
  const interrupt = new AbortController();
  interrupt.abort();
  await expect(readWhole(path, {signal: interrupt.signal})).rejects.toBe(interrupt.signal.reason);
});
