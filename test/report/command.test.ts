import {readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {command, finished, start} from "../support/command";
import {exampleRun} from "./example-run";

test("writes a run's report again from what it kept, and says where", async () => {
  const folder = exampleRun();
  const {code, stdout} = await command(["report", folder]);
  expect(code).toBe(0);
  expect(stdout.trim()).toMatch(/report\.html$/);
  const first = readFileSync(join(folder, "report.html"));
  rmSync(join(folder, "report.html"));
  await command(["report", folder]);
  expect(readFileSync(join(folder, "report.html")).equals(first)).toBe(true);
});

test.each([
  [["report", "nothing"], /^error: run: expected the name of one in .*, or its folder, got "nothing"(; .*)?$/],
  [["report", ".", "--port", "70000"], /^error: --port: expected a whole number from 0 to 65535, got "70000"$/],
])("a mistake is reported in one line: %j", async (flags, message) => {
  const {code, stderr} = await command(flags);
  expect([code, stderr.trim()]).toEqual([2, expect.stringMatching(message)]);
});

test("serves until Ctrl-C, and then ends well", async () => {
  const child = start(["report", exampleRun(), "--serve"]);
  const url = await new Promise<string>((resolve) => {
    child.stdout?.on("data", (text) => {
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(`${text}`);
      if (found) resolve(found[0]);
    });
  });
  expect((await fetch(url)).status).toBe(200);
  child.kill("SIGINT");
  expect((await finished(child)).code).toBe(0);
});
