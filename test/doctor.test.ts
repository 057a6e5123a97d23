import {expect, test} from "vitest";

import {nodeCheck} from "../src/cli/doctor";
import {command} from "./support/command";

test.each([
  ["20.19.0", true],
  ["20.18.9", false],
  ["20.20.2", true],
  ["21.7.0", false],
  ["22.11.0", false],
  ["22.12.0", true],
  ["26.0.0", true],
  ["18.20.0", false],
])("Node %s is one that works: %s", (version, ok) => {
  expect(nodeCheck(version, "^20.19.0 || >=22.12.0").ok).toBe(ok);
});

test("doctor finds all that is needed here, and a folder of runs that takes no files is a verdict of no", async () => {
  const well = await command(["doctor"]);
  expect(well.stdout).toMatch(/\nAll that is needed is here\.\n$/);
  expect(well.code).toBe(0);
  const ill = await command(["doctor", "--save", "/proc/runs", "--json"]);
  const {ok, checks} = JSON.parse(ill.stdout) as {ok: boolean; checks: {name: string; ok: boolean}[]};
  expect([ill.code, ok]).toEqual([3, false]);
  expect(checks.filter((check) => !check.ok).map(({name}) => name)).toContain("disk");
});
