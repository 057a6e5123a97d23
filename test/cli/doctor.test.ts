import {mkdirSync, readdirSync, symlinkSync, writeFileSync} from "node:fs";
import {totalmem} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {diskChecks, nodeCheck} from "../../src/cli/doctor";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {smallDisk} from "../support/small-disk";

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
  expect(well.stdout).toMatch(/\nEverything that is needed is here\.\n$/);
  expect(well.code).toBe(0);
  expect(well.stdout).toMatch(/^ok {2}node +\d+\.\d+\.\d+/m);
  expect(well.stdout).toMatch(/^ok {2}packages +all of them$/m);
  expect(well.stdout).not.toMatch(/^no /m);
  const ill = await command(["doctor", "--save", "/proc/runs", "--json"]);
  const {ok, checks} = JSON.parse(ill.stdout) as {
    ok: boolean;
    checks: {name: string; ok: boolean; expected: string; got: string}[];
  };
  const of = (name: string) => checks.find((check) => check.name === name);
  expect(of("memory")).toMatchObject({ok: true, expected: "1.0 GiB or more"});
  expect(of("memory")?.got).toMatch(`${(totalmem() / 2 ** 30).toFixed(1)} GiB, `);
  expect(of("disk")).toMatchObject({expected: "0.5 GiB or more", got: "0.0 GiB free"}); // /proc is no disk
  expect(of("threads")).toMatchObject({ok: true, expected: "shared memory"});
  expect([ill.code, ok]).toEqual([3, false]);
  expect(checks.filter((check) => !check.ok).map(({name}) => name)).toContain("disk");
});

describe("a folder of runs", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  symlinkSync(join(folder, "nowhere", "x"), join(folder, "link"));
  mkdirSync(join(folder, "save"));

  test.each([
    ["save", true, "the folder takes files"],
    ["save/new/deep", true, "the folder takes files"],
    ["file", false, "a file"],
    ["file/x", false, "a file"],
    ["link", false, "a link that leads nowhere"],
    ["link/x", false, "a link that leads nowhere"],
  ])("%s takes files: %s (%s)", (name, ok, got) => {
    const [write] = diskChecks(join(folder, name));
    expect([write.ok, write.got]).toEqual([ok, got]);
    expect(readdirSync(join(folder, "save"))).toEqual([]); // what was tried is gone
  });

  test("on a full disk takes none, whatever its permissions say", (context) => {
    const disk = smallDisk(64);
    if (!disk) return context.skip("only root may mount a small disk");
    try {
      expect(() => writeFileSync(join(disk.path, "all"), new Uint8Array(2 ** 20))).toThrow("ENOSPC");
      const [write, room] = diskChecks(disk.path);
      expect([write.ok, write.got, room.ok]).toEqual([false, "no space left on the disk", false]);
    } finally {
      disk.remove();
    }
  });
});
