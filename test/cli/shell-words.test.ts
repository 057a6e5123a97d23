import {execFileSync} from "node:child_process";
import {join, resolve} from "node:path";
import {expect, test} from "vitest";

import {programCommand, resumeCommandLine, shellWord} from "../../src/cli/shell-words";

const ROOT = join(__dirname, "../..");

test.runIf(process.platform !== "win32")("bash reads each word back as it was", () => {
  const words = [
    "plain",
    "my runs/r",
    "it's",
    "a\\b",
    '$HOME `id` "x"',
    "*?[a]~",
    "é 日本",
    "a\nb",
    "tab\t'\\x",
    "#!&;|<>()",
  ];
  for (const word of words) {
    expect(execFileSync("bash", ["-c", `printf %s ${shellWord(word)}`], {encoding: "utf8"})).toBe(word);
    expect(shellWord(word)).not.toContain("\n");
  }
});

test("what needs no quotes has none, and Windows has its own", () => {
  expect(shellWord("/tmp/save/2026-11-21T18-40-00-mnist-cnn")).toBe("/tmp/save/2026-11-21T18-40-00-mnist-cnn");
  expect(shellWord("C:\\runs\\r", "win32")).toBe("C:\\runs\\r");
  expect(shellWord("C:\\my runs\\r", "win32")).toBe('"C:\\my runs\\r"');
});

test("a run is named where runs are kept by default, and has its whole path elsewhere", () => {
  expect(resumeCommandLine(resolve("save", "r"))).toBe("npx ts-node runner.ts resume r");
  expect(resumeCommandLine("/tmp/my runs/r")).toBe("npx ts-node runner.ts resume '/tmp/my runs/r'");
  const elsewhere = programCommand("/tmp");
  expect(elsewhere).toMatch(/^node .*ts-node.* .*runner\.ts$/);
  expect(resumeCommandLine(resolve("save", "r"), elsewhere)).toBe(
    `${elsewhere} resume ${shellWord(join(ROOT, "save", "r"))}`,
  );
});
