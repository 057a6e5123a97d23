import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import {basename, join} from "node:path";
import {expect, test} from "vitest";

import {checkNewRun, createRunDirectory, findRun, openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {checkRunName, runName} from "../../../src/pipeline/record/run-name";
import {temporaryFolder} from "../../support/idx-files";

const facts = (name: string) => ({format: "epochscope-run/1", name, startedAt: "2026-01-01T00:00:00.000Z"});

test("runs made side by side under one name of ours are numbered, each with its own name in run.json", async () => {
  const save = temporaryFolder();
  const runs = await Promise.all(
    Array.from({length: 20}, () => createRunDirectory(save, "a", {facts, numbered: true})),
  );
  const names = runs.map(({path}) => basename(path)).sort();
  expect(names).toEqual(["a", ...Array.from({length: 19}, (_, i) => `a-${i + 2}`)].sort());
  for (const name of names) expect(JSON.parse(readFileSync(join(save, name, "run.json"), "utf8")).name).toBe(name);
  expect(names).toContain(readlinkSync(join(save, "latest")));
  expect(readdirSync(save).sort()).toEqual([...names, "latest"].sort());
  for (const {lock} of runs) await lock.release();
});

test("a name that the user gives is given once", async () => {
  const save = temporaryFolder();
  const asked = await Promise.allSettled(Array.from({length: 8}, () => createRunDirectory(save, "r", {facts})));
  expect(asked.filter(({status}) => status === "fulfilled")).toHaveLength(1);
  expect(readdirSync(save).sort()).toEqual(["latest", "r"]);
  await expect(checkNewRun(save, "r")).rejects.toThrow(
    'expected the name of a new run, got "r", which is there already',
  );
});

test("a run that was stopped before it had its name is swept away, and its name is free", async () => {
  const save = temporaryFolder();
  const [old, young] = ["r.4000000000-0123456789ab.partial", "r.4000000000-00000000000a.partial"];
  for (const name of [old, young]) {
    mkdirSync(join(save, name));
    writeFileSync(join(save, name, "run.json"), "{}");
  }
  utimesSync(join(save, old), new Date(2020, 1), new Date(2020, 1));
  symlinkSync("nowhere", join(save, "latest.4000000000-0123456789ab.partial"));
  const {lock} = await createRunDirectory(save, "r", {facts});
  expect(readdirSync(save).sort()).toEqual(["latest", "r", young]); // which another machine may still be filling
  await lock.release();
});

test("a run that ended before it had learnt anything gives way to one of the same name; any other does not", async () => {
  const save = temporaryFolder();
  for (const learnt of [false, true]) {
    const {lock, path} = await createRunDirectory(save, "r", {facts});
    mkdirSync(join(path, "data"));
    writeFileSync(join(path, "data", "test-images.npy"), "");
    await expect(checkNewRun(save, "r")).rejects.toThrow("is there already"); // it is at work
    await lock.release();
    if (learnt) writeFileSync(join(path, "metrics.jsonl"), "");
  }
  await expect(createRunDirectory(save, "r", {facts})).rejects.toThrow("is there already");
  mkdirSync(join(save, "mine"));
  await expect(createRunDirectory(save, "mine", {facts})).rejects.toThrow("is there already");
});

test.each([
  ["a folder", (path: string) => mkdirSync(path)],
  ["a file", (path: string) => writeFileSync(path, "mine")],
])("where latest is %s, it is left, that is said, and latest means the newest run", async (what, make) => {
  const save = temporaryFolder();
  make(join(save, "latest"));
  const runs = [];
  for (const year of [2025, 2027, 2026]) {
    const startedAt = `${year}-01-01T00:00:00.000Z`;
    runs.push(await createRunDirectory(save, `of-${year}`, {facts: (name) => ({...facts(name), startedAt})}));
  }
  for (const {lock, note} of runs) {
    expect(note).toBe(
      `${save}/latest: expected a link, got ${what}; it is left as it is, and does not lead to this run`,
    );
    await lock.release();
  }
  expect(basename((await findRun(save, "latest")).path)).toBe("of-2027");
});

test("a link latest that leads nowhere means the newest run, and is set right by the next", async () => {
  const save = temporaryFolder();
  const {lock} = await createRunDirectory(save, "a", {facts});
  await lock.release();
  rmSync(join(save, "latest"));
  symlinkSync("gone", join(save, "latest"));
  expect(basename((await findRun(save, "latest")).path)).toBe("a");
  const next = await createRunDirectory(save, "b", {facts});
  expect(next.note).toBeUndefined();
  expect(readlinkSync(join(save, "latest"))).toBe("b");
  await next.lock.release();
});

test("any name of data gives a name that a run may have", () => {
  const at = new Date("2026-11-21T18:40:00Z");
  expect(runName(at, "my pictures", "cnn")).toBe("2026-11-21T18-40-00-my-pictures-cnn");
  const names = [
    "",
    "..",
    "-x",
    "a/b\\c",
    "日本語 の 写真",
    "x".repeat(300),
    "é".repeat(200),
    "a\nb\u0007",
    "e\u0301t\u00e9",
    "🙂",
  ];
  for (const data of names) {
    const name = runName(at, data, "cnn");
    expect(() => checkRunName(name), name).not.toThrow();
    expect(Buffer.byteLength(name)).toBeLessThan(120);
  }
  expect(runName(at, "日本語 の 写真", "cnn")).toBe("2026-11-21T18-40-00-日本語-の-写真-cnn");
});

test.each(["", ".", "..", "-a", "a b", "a/b", "latest", "data", "logs", "explain", "a\n", "x".repeat(161)])(
  "a run may not be named %j",
  (name) => {
    expect(() => checkRunName(name)).toThrow(/^--name: expected .*, got /);
  },
);

test("a name may have 160 bytes, of which 60 are the data's, and must not end as temporary ones do", () => {
  expect(() => checkRunName("x".repeat(160))).not.toThrow();
  expect(() => checkRunName("x".repeat(161))).toThrow("--name: expected at most 160 bytes, got 161");
  expect(() => checkRunName("x.partial")).toThrow(
    '--name: expected one that does not end in .partial, got "x.partial"',
  );
  const at = new Date("2026-11-21T18:40:00Z");
  for (const length of [60, 61])
    expect(runName(at, "x".repeat(length), "m")).toBe(`2026-11-21T18-40-00-${"x".repeat(60)}-m`);
  expect(runName(at, "///", "m")).toBe("2026-11-21T18-40-00-data-m");
});

test("the artifact before an epoch's is the latest of earlier ones, whoever wrote it", async () => {
  const path = temporaryFolder();
  const own = openRunDirectory(path);
  for (const epoch of [0, 3, 2]) await own.writeNumbers(epoch, "p", {name: "m", plot: "none", data: {epoch}} as never);
  for (const directory of [own, openRunDirectory(path)]) {
    const before = async (epoch: number) => (await directory.previousArtifact(epoch, "p", "m"))?.data;
    expect(await before(0)).toBeUndefined();
    expect([await before(1), await before(3), await before(9)]).toEqual([{epoch: 0}, {epoch: 2}, {epoch: 3}]);
    expect(await directory.previousArtifact(9, "p", "other")).toBeUndefined();
  }
});

test("a run is asked for as a whole, or by its best epoch", async () => {
  const save = temporaryFolder();
  const {lock, path} = await createRunDirectory(save, "a", {facts, latest: false});
  expect([basename((await findRun(save, "a")).path), basename((await findRun(save, "a@best")).path)]).toEqual([
    "a",
    "a",
  ]);
  for (const reference of ["a@1", "a@last"])
    await expect(findRun(save, reference)).rejects.toMatchObject({
      ...{code: "BAD_OPTION", message: `run: expected a run without an epoch, got "${reference}"`},
    });
  expect(readdirSync(save)).toEqual([basename(path)]);
  await lock.release();
});
