import {mkdirSync, readdirSync, symlinkSync, writeFileSync} from "node:fs";
import {totalmem} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {diskChecks, linesOf, memoryCheck, nodeCheck, optionalChecks, packageChecks} from "../../src/cli/doctor";
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

describe("packages", () => {
  const root = join(temporaryFolder(), "program");
  const install = (folder: string, name: string, version: string) => {
    mkdirSync(join(folder, "node_modules", name), {recursive: true});
    writeFileSync(join(folder, "node_modules", name, "package.json"), JSON.stringify({version}));
  };
  install(root, "inside", "1.0.0");
  install(join(root, ".."), "above", "2.0.0");

  test("are found beside the program or above it, and told in one line if all have their versions", () => {
    expect(packageChecks(root, {inside: "1.0.0", above: "2.0.0"})).toEqual([
      {name: "packages", ok: true, expected: "2 packages", got: "all of them"},
    ]);
  });

  test("that are missing, or have another version, are named", () => {
    const hint = "npm ci, in the folder of this program";
    expect(packageChecks(root, {inside: "1.0.0", above: "2.0.1", "no-such-package-1": "3.0.0"})).toEqual([
      {name: "package above", ok: false, expected: "2.0.1", got: "2.0.0", hint},
      {name: "package no-such-package-1", ok: false, expected: "3.0.0", got: "none", hint},
    ]);
  });

  test("that are optional are no fault if they are missing, and are told with their purpose", () => {
    install(root, "umap-js", "1.4.0");
    expect(optionalChecks(root, {"umap-js": "*", "@none/tfjs-node": "*", "no-such-package-1": "*"})).toEqual([
      {name: "optional umap-js", ok: true, expected: "any, for maps by UMAP", got: "1.4.0"},
      {
        ...{name: "optional @none/tfjs-node", ok: true, expected: "any, for --engine tensorflow", got: "none"},
        hint: "npm install @none/tfjs-node",
      },
      {
        ...{name: "optional no-such-package-1", ok: true, expected: "any, for some", got: "none"},
        hint: "npm install no-such-package-1",
      },
    ]);
  });
});

test("a machine needs a gibibyte of memory, however much of it is free", () => {
  const gib = 2 ** 30;
  expect(memoryCheck(0, gib)).toMatchObject({ok: true, expected: "1.0 GiB or more", got: "1.0 GiB, 0.0 GiB free"});
  expect(memoryCheck(gib / 2, gib - 1)).toMatchObject({ok: false, got: "1.0 GiB, 0.5 GiB free"});
});

test("lines tell each check, what to do, and how many failed", () => {
  const good = {name: "node", ok: true, expected: "20", got: "20.1"};
  const bad = {name: "memory", ok: false, expected: "1 GiB", got: "none", hint: "buy some"};
  expect(linesOf([good, bad])).toEqual([
    "ok  node    20.1",
    "no  memory  expected 1 GiB, got none; buy some",
    "",
    "1 of 2 checks failed.",
  ]);
  expect(linesOf([good]).at(-1)).toBe("Everything that is needed is here.");
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
