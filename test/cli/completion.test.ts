import {spawnSync} from "node:child_process";
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

import {catalogue} from "../../src/cli/catalogue";
import {nextWords} from "../../src/cli/completion";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";

const save = temporaryFolder();
for (const [n, name] of ["slow", "fast"].entries()) {
  mkdirSync(join(save, name));
  const facts = {startedAt: `2026-01-0${n + 1}`, data: {classNames: ["cat", "dog"]}};
  writeFileSync(join(save, name, "run.json"), JSON.stringify(facts, undefined, 1));
}

test.each([
  [["exp"], ["explain"]],
  [
    ["labels", ""],
    ["suspects", "leaks", "try"],
  ],
  [
    ["labels", "try", ""],
    ["latest", "fast", "slow"],
  ],
  [["report", "f"], ["fast"]],
  [["compare", "fast", "s"], ["slow"]],
  [
    ["explain", "--target", ""],
    ["predicted", "label", "cat", "dog"],
  ],
  [["explain", "--model", "la"], ["latest"]],
  [["run", "--opt"], ["--optimizer"]],
  [["--epo"], ["--epochs"]],
  [
    ["run", "--optimizer", ""],
    ["adam", "sgd", "rmsprop"],
  ],
  [["run", "--probes", "sal"], ["saliency"]],
  [["run", "--help", "li"], ["lime"]],
  [["explain", "cat."], []], // a file: the shell knows
  [
    ["run", "--color", ""],
    ["auto", "always", "never"],
  ],
  [
    ["run", "--from", ""],
    ["latest", "fast", "slow"],
  ],
  [["run", "--data", ""], ["mnist"]],
  [["predict", "--model", "s"], ["slow"]],
  [["run", "--model", "s"], []], // there it is an architecture
  [["run", "--probes", "al"], ["all"]],
  [["explain", "-h", "li"], ["lime"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [["project", "--perpl"], ["--perplexity"]], // the old name of map
  [["--json", "rep"], ["report"]],
  [["compare", "fast", "slow", "f"], ["fast"]],
  [["labels", "try", "fast", "s"], ["slow"]],
  [["run", "--vers"], ["--version"]],
  [["run", "--quie"], ["--quiet"]],
])("after %j may come %j", async (words, expected) => {
  expect(await nextWords(words, save, catalogue)).toEqual(expected);
});

/** A program `epochscope` for a shell, and what the shell's own script makes of a line. */
const here = temporaryFolder();
const isThere = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;
const ask = (shell: string, script: string) => {
  const {stdout, stderr} = spawnSync(shell, ["-c", script], {
    encoding: "utf8",
    env: {...process.env, PATH: `${here}:${process.env.PATH}`},
  });
  return {words: stdout.split("\n").filter(Boolean), stderr}; // biome-ignore format: one call
};

describe("in the shells", () => {
  const scripts: {[shell: string]: string} = {};
  beforeAll(async () => {
    const ts = require.resolve("ts-node/dist/bin");
    const runner = join(__dirname, "../..", "runner.ts");
    writeFileSync(join(here, "epochscope"), `#!/bin/sh\nexec "${process.execPath}" "${ts}" "${runner}" "$@"\n`, {
      mode: 0o755,
    });
    for (const shell of ["bash", "zsh", "fish"]) scripts[shell] = (await command(["completion", shell])).stdout;
  });

  test("bash completes a verb", () => {
    const script = `${scripts.bash}\nCOMP_WORDS=(epochscope labels su); COMP_CWORD=2; _epochscope; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(ask("bash", script)).toEqual({words: ["suspects"], stderr: ""});
    const none = `${scripts.bash}\nCOMP_WORDS=(epochscope explain x.); COMP_CWORD=2; _epochscope; printf '%s\\n' "\${#COMPREPLY[@]}"`;
    expect(ask("bash", none).words).toEqual(["0"]); // then bash offers files
  });

  test.runIf(isThere("zsh"))("zsh completes a verb", () => {
    const stubs = "compdef() {}; compadd() { print -l -- $found; }; _files() { print files; }";
    const script = (line: string) => `${stubs}\n${scripts.zsh}\nwords=(${line}); CURRENT=3; _epochscope`;
    expect(ask("zsh", script("epochscope labels su"))).toEqual({words: ["suspects"], stderr: ""});
    expect(ask("zsh", script("epochscope explain x.")).words).toEqual(["files"]);
  });

  test.runIf(isThere("fish"))("fish completes a verb", () => {
    expect(ask("fish", `${scripts.fish}\ncomplete -C "epochscope labels su"`).words).toEqual(["suspects"]);
  });
});
