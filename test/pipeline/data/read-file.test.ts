import {execFileSync} from "node:child_process";
import {appendFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync} from "node:fs";
import {createServer} from "node:net";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";

import {inBytes, readIfThere, readStart, readWhole} from "../../../src/pipeline/data/read-file";
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
  await expect(readWhole(join(folder, "none"))).rejects.toHaveProperty("code", "NOT_FOUND");
  for (const name of ["folder", "dangling", "circle"])
    await expect(readWhole(join(folder, name))).rejects.not.toHaveProperty("code", "NOT_FOUND");
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

test("a file as large as the limit is read, and one of several pieces whole", async () => {
  const path = join(temporaryFolder(), "large");
  writeFileSync(path, "");
  truncateSync(path, 2 ** 24 + 1);
  appendFileSync(path, "end");
  const bytes = await readWhole(path, {most: 2 ** 24 + 4});
  expect([bytes.length, `${bytes.subarray(-4)}`]).toEqual([2 ** 24 + 4, "\0end"]);
  await expect(readWhole(path, {most: 2 ** 24 + 3})).rejects.toThrow("expected at most 17 MB, got 17 MB");
});

test("a path through a file names the file, however far above", async () => {
  const path = join(temporaryFolder(), "a");
  writeFileSync(path, "hello");
  for (const inside of ["b", "b/c", "b/c/d"])
    await expect(readWhole(join(path, inside))).rejects.toThrow(`got nothing there: ${path} is a file, not a folder`);
});

test.each([
  [0, "0 kB"],
  [14_000, "14 kB"],
  [999_000, "999 kB"],
  [1e6, "1 MB"],
  [5e8, "500 MB"],
  [1e9, "1.0 GB"],
  [2.26e9, "2.3 GB"],
])("%d bytes are told as %s", (count, words) => {
  expect(inBytes(count)).toBe(words);
});

test("reading ends where the user is interrupted", async () => {
  const path = join(temporaryFolder(), "a");
  writeFileSync(path, "hello");
  const interrupt = new AbortController();
  interrupt.abort();
  await expect(readWhole(path, {signal: interrupt.signal})).rejects.toBe(interrupt.signal.reason);
});
