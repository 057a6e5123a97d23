/** @file A run on terminals of several widths: the program's own bytes, shown on a screen. */
import {join} from "node:path";
import {expect, test} from "vitest";

import {finished, start} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";
import {screenOf} from "../support/screen";

const AS_TERMINAL = ["-r", join(__dirname, "../support", "as-terminal.cjs")];
/** Runs in a folder of its own, so that the paths shown are short wherever temporary files lie. */
const run = (columns: number, flags: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  start(
    ["--data", idxFolder(), "--save", "s", ...flags],
    AS_TERMINAL,
    {
      TEST_COLUMNS: `${columns}`,
      TERM: "xterm",
      TERM_PROGRAM: undefined,
      VTE_VERSION: undefined,
      TMUX: undefined,
      ...env,
    },
    temporaryFolder(),
  );

/** The last lines in one, from the one that begins with `head`: a path that the terminal wraps is whole again. */
const from = (lines: readonly string[], head: string) =>
  lines.slice(lines.findLastIndex((line) => line.startsWith(head))).join("");

test.each([60, 80, 120])(
  "at %i columns nothing wraps, and nothing that was drawn for a moment stays",
  async (columns) => {
    const {stdout, stderr, code} = await finished(
      run(columns, ["--epochs", "2", "--name", "r", "--probes", "confusion,saliency"]),
    );
    expect({code, stderr}).toEqual({code: 0, stderr: ""});
    const {lines, wrapped, isCursorShown, wraps} = screenOf(stdout, columns);
    // but for the last, the page's address: it is not cut, and temporary files may lie deep
    const address = wrapped.findIndex((line) => line.startsWith("file:///"));
    expect(address < 0 ? wrapped : wrapped.slice(0, address)).toEqual([]);
    expect([isCursorShown, wraps]).toEqual([true, true]);
    const shown = lines.filter((line) => line !== "");
    expect(shown.filter((line) => /^looking|━/.test(line))).toEqual([]);
    const heads = ["data ", "model   cnn", "engine", "save", "untrained", "epoch 1", "epoch 2", "best by"];
    expect(heads.map((head) => shown.filter((line) => line.startsWith(head)).length)).toEqual(heads.map(() => 1));
    expect(stdout).toContain("looking at epoch 1"); // or there was nothing to stay
    expect(stdout).toContain("━");
    const epochs = shown.filter((line) => /^(untrained|epoch)/.test(line));
    for (const line of epochs) expect(line).toMatch(/test .*\d\.\d\d%/);
    expect(epochs[1].includes("s looking")).toBe(columns >= 120);
    expect(shown.join("\n")).toContain("file://");
  },
);

test("where the terminal says that it knows links, the page is one", async () => {
  const {stdout} = await finished(run(80, ["--epochs", "1", "--probes", "none"], {TERM_PROGRAM: "WezTerm"}));
  const {links, lines} = screenOf(stdout, 80);
  expect(links).toHaveLength(1);
  expect(links[0]).toMatch(/^file:\/\/\/.*\/report\.html$/);
  expect(from(lines, "the page  ")).toMatch(/^the page {2}.*report\.html$/);
});

test("after Ctrl-C, and after a second one, the terminal is as it was", async () => {
  for (const times of [1, 2]) {
    const child = run(80, ["--epochs", "300", "--probes", "confusion", "--name", "r"]);
    let [stdout, sent] = ["", 0];
    child.stdout!.on("data", (text) => {
      stdout += text;
      const due = sent === 0 ? stdout.includes("━") : stdout.includes("Ctrl-C again");
      if (sent >= times || !due) return;
      sent++;
      stdout += "^C"; // as the terminal itself shows it
      child.kill("SIGINT");
    });
    const {code} = await finished(child);
    expect(code).toBe(130);
    const {lines, isCursorShown, wraps} = screenOf(stdout, 80);
    expect([isCursorShown, wraps]).toEqual([true, true]);
    expect(lines.at(-1)).toBe("");
    if (times === 1) expect(from(lines, "stopped; ")).toMatch(/^stopped; go on with:.*runner\.ts resume \/.*\/s\/r$/);
    expect(lines.join("\n")).not.toMatch(/━|looking|stopping|\^C/);
  }
});
