import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test, vi} from "vitest";

import {command} from "../support/command";

/** A module of its own with colours on: picocolors asks the environment once. */
async function withColors() {
  vi.stubEnv("FORCE_COLOR", "1");
  vi.stubEnv("NO_COLOR", undefined);
  vi.resetModules();
  return import("../../src/cli/terminal.js");
}

test("our colours reach the terminal, those of data do not", async () => {
  const {forTerminal, paint} = await withColors();
  const line = forTerminal(`${paint.red("error:")} class "\x1b[32mgreen\x1b[0m\n\x07"`);
  expect(line).toBe('\x1b[31merror:\x1b[39m class "\\x1b[32mgreen\\x1b[0m\\n\\x07"');
  expect(forTerminal(paint.bold("\x1b[2J"))).toBe("\x1b[1m\\x1b[2J\x1b[22m");
});

test("what a library prints passes too, line by line", async () => {
  const {guardConsole} = await withColors();
  const printed: unknown[][] = [];
  const before = console.warn;
  console.warn = (...given: unknown[]) => printed.push(given);
  try {
    guardConsole();
    console.warn("layer %s:\n%d weights", "\x1b]0;owned\x07", 3);
  } finally {
    console.warn = before;
  }
  expect(printed).toEqual([["%s", "layer \\x1b]0;owned\\x07:\n3 weights"]]);
});

test("what a library prints can be silenced, and heard again", async () => {
  const {muteOthers} = await withColors();
  const printed: unknown[] = [];
  const before = console.warn;
  console.warn = (...given: unknown[]) => printed.push(...given);
  try {
    const unmute = muteOthers("warn");
    console.warn("unheard");
    unmute();
    console.warn("heard");
  } finally {
    console.warn = before;
  }
  expect(printed).toEqual(["heard"]);
});

test("no other file of the program prints", () => {
  const printing = readdirSync("src", {recursive: true, encoding: "utf8"})
    .map((file) => join("src", file))
    .filter((file) => file.endsWith(".ts") && !file.includes("client"))
    .filter((file) => /\bconsole\b|process\.(stdout|stderr)\.write/.test(readFileSync(file, "utf8")));
  // bars draw on the terminal, and a signal gives the cursor back
  expect(printing.sort()).toEqual(["src/cli/bars.ts", "src/cli/end-by-signal.ts", "src/cli/terminal.ts"]);
});

test.each([
  [["--name", "a\x1b[31mb"], 'got "a\\u001b[31mb"'],
  [["--data", "no\x1b]0;x\x07where\nerror: forged"], "no\\x1b]0;x\\x07where\\nerror: forged"],
  [["\u202eresume"], '"\\u202eresume"'],
])("an error about %j is one line without control characters", async (flags, words) => {
  const {stderr, code} = await command(flags);
  expect(code).toBe(2);
  expect(stderr.trimEnd()).toMatch(/^error: [^\p{Cc}\p{Bidi_Control}]*$/u);
  expect(stderr).toContain(words);
});
