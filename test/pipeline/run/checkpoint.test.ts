import {createHash} from "node:crypto";
import {cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {readCheckpoint, writeCheckpoint} from "../../../src/pipeline/record/checkpoint";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readRunFile} from "../../../src/pipeline/record/run-file";
import {run} from "../../../src/pipeline/run";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {runOptions} from "../../../src/pipeline/run/options";
import {idxFolder, temporaryFolder} from "../../support/idx-files";
import {filesOf, metricsOf, runAll} from "../../support/small-run";

const QUICK = {model: "exigo" as const, epochs: 2, probes: "confusion", projector: 0, threads: 1, batchSize: 8};
const array = (name: string, values: readonly number[]) => ({
  name,
  shape: [values.length],
  values: Float32Array.from(values),
});
const state = (n: number) => ({
  position: {n},
  weights: [
    array(
      "w",
      Array.from({length: 600}, (_, i) => n + i),
    ),
  ],
  optimizer: {steps: n, slots: [array("w/m", [n])]},
});

describe("a checkpoint", () => {
  test("gives back what was kept, keeps the one before, and no older one", async () => {
    const folder = temporaryFolder();
    expect(await readCheckpoint(folder)).toBeUndefined();
    for (const n of [1, 2, 3]) await writeCheckpoint(folder, `1-${n}`, state(n));
    expect(await readCheckpoint(folder)).toEqual({checkpoint: state(3)});
    const files = ["state-1-2.bin", "state-1-3.bin", "state-before.json", "state.json"];
    expect(readdirSync(join(folder, "checkpoint")).sort()).toEqual(files);
  });

  const damages: [string, (folder: string) => void][] = [
    ["a bit of its numbers is turned", (folder) => flip(join(folder, "state-1-3.bin"), 1000)],
    ["a digit of its JSON is another", (folder) => edit(join(folder, "state.json"), '"n":3', '"n":4')],
    ["its numbers are cut", (folder) => truncateSync(join(folder, "state-1-3.bin"), 2396)],
    ["its numbers are too long", (folder) => writeFileSync(join(folder, "state-1-3.bin"), "x", {flag: "a"})],
    ["its JSON is cut", (folder) => truncateSync(join(folder, "state.json"), 100)],
    ["its JSON is empty", (folder) => truncateSync(join(folder, "state.json"), 0)],
    ["its numbers are gone", (folder) => rmSync(join(folder, "state-1-3.bin"))],
    ["its JSON is gone", (folder) => rmSync(join(folder, "state.json"))],
    ["its JSON says null", (folder) => writeFileSync(join(folder, "state.json"), "null")],
  ];
  test.each(damages)("of which %s is known by it, and the one before is used", async (_, damage) => {
    const folder = temporaryFolder();
    for (const n of [1, 2, 3]) await writeCheckpoint(folder, `1-${n}`, state(n));
    damage(join(folder, "checkpoint"));
    const found = await readCheckpoint(folder);
    expect(found?.checkpoint).toEqual(state(2));
    expect(found?.note).toMatch(/^\/.*state.*: expected .*, got .*; the run goes on from the checkpoint before$/);
    await writeCheckpoint(folder, "1-4", state(4)); // the damaged one does not take the good one's place
    rmSync(join(folder, "checkpoint", "state-1-4.bin"));
    expect((await readCheckpoint(folder))?.checkpoint).toEqual(state(2));
  });

  test.each(damages)("of which %s is refused in one line where none is before it", async (_, damage) => {
    const folder = temporaryFolder();
    await writeCheckpoint(folder, "1-3", state(3));
    damage(join(folder, "checkpoint"));
    if (!existsSync(join(folder, "checkpoint", "state.json"))) expect(await readCheckpoint(folder)).toBeUndefined();
    else await expect(readCheckpoint(folder)).rejects.toThrow(/^\/.*state.*: expected .*, got [^\n]*$/);
  });

  test("written twice at one place does not write over the first before it is whole", async () => {
    const folder = temporaryFolder();
    await writeCheckpoint(folder, "1-3", state(3));
    await writeCheckpoint(folder, "1-3", state(5));
    expect(readdirSync(join(folder, "checkpoint"))).toContain("state-1-3-again.bin");
    rmSync(join(folder, "checkpoint", "state-1-3-again.bin"));
    expect((await readCheckpoint(folder))?.checkpoint).toEqual(state(3));
  });
});

/** Everything that a run leaves but times and logs. */
function expectSame(path: string, unbroken: string): void {
  for (const folder of ["artifacts", "plots", "model"]) {
    expect(filesOf(join(path, folder))).toEqual(filesOf(join(unbroken, folder)));
    for (const file of filesOf(join(unbroken, folder))) {
      expect(readFileSync(join(path, folder, file)).equals(readFileSync(join(unbroken, folder, file))), file).toBe(
        true,
      );
    }
  }
  const timeless = (folder: string) => metricsOf(folder).map(({seconds, ...rest}) => rest);
  expect(timeless(path)).toEqual(timeless(unbroken));
}

describe("checkpoints within an epoch", () => {
  const data = idxFolder();
  const save = temporaryFolder();

  test("after every batch change nothing of what a run gives", async () => {
    await runAll({...QUICK, data, save, name: "plain", checkpointEvery: 0});
    await runAll({...QUICK, data, save, name: "often", checkpointEvery: 1e-9});
    expectSame(join(save, "often"), join(save, "plain"));
    // the one before the last is within the epoch
    const [before] = readdirSync(join(save, "often", "checkpoint")).filter((name) => /^state-2-\d+\.bin$/.test(name));
    expect(before).toMatch(/^state-2-2[0-7]\.bin$/);
    expect(readdirSync(join(save, "plain", "checkpoint"))).toContain("state-1-28.bin");
  });

  test("are where a killed run continues: to the bits of an uninterrupted one", async () => {
    const path = join(save, "killed");
    const copies: string[] = [];
    const events = await copied({...QUICK, data, save, name: "killed", checkpointEvery: 1e-9}, path, copies);
    expect(events).toContain("end");
    expect(copies.length).toBeGreaterThan(4);
    for (const copy of copies) {
      const {options} = readRunFile(copy);
      await runAll({...options, checkpointEvery: 0}, {}, {resume: openRunDirectory(copy)});
      expectSame(copy, join(save, "plain"));
    }
  });

  test("that are lost, with the lines of epochs, are trained again, and that is said", async () => {
    for (const lost of ["checkpoint", "metrics.jsonl"]) {
      const path = join(save, `without-${lost}`);
      cpSync(join(save, "plain"), path, {recursive: true});
      rmSync(join(path, lost), {recursive: true});
      const events = await runAll({...readRunFile(path).options}, {}, {resume: openRunDirectory(path)});
      expect(events.flatMap((event) => (event.type === "say" ? [event.line] : []))[0]).toMatch(
        new RegExp(`^${path}/${lost}: expected .*, got none; the run is trained again from its beginning$`),
      );
      expectSame(path, join(save, "plain"));
    }
  });
});

/** Copies the run's folder as it stands at every tenth batch, as a kill would leave it. */
async function copied(options: Parameters<typeof runAll>[0], path: string, copies: string[]): Promise<string[]> {
  const types: RunEvent["type"][] = [];
  for await (const event of run(resolveOptions(runOptions, options, "--"), {})) {
    types.push(event.type);
    if (event.type !== "train" || event.batch % 10 !== 5) continue;
    const copy = `${path}-${event.epoch}-${event.batch}`;
    cpSync(path, copy, {recursive: true, filter: (file) => !file.endsWith(".lock")});
    copies.push(copy);
  }
  return types;
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] ^= 1;
  writeFileSync(file, bytes);
  expect(statSync(file).size).toBe(bytes.length);
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

test("a run of an earlier version continues to the weights that it would have come to", async () => {
  const root = temporaryFolder();
  const path = join(root, "save", "old");
  cpSync(join(__dirname, "../../fixtures", "old-run"), path, {recursive: true});
  const data = idxFolder();
  const {options, engine} = readRunFile(path);
  const kernels = engine.kernels as "plain";
  cpSync(data, join(root, "data"), {recursive: true});
  await runAll({...options, engine: "fused", kernels, save: join(root, "save")}, {}, {resume: openRunDirectory(path)});
  expect(metricsOf(path).map(({epoch}) => epoch)).toEqual([0, 1, 2, 3]);
  const digest = createHash("sha256")
    .update(readFileSync(join(path, "model", "weights.bin")))
    .digest("hex");
  expect(digest).toBe("9ed8a19f5a1af0de40d24c3195b6a25a5e869303d498000a073187c2c04d484a"); // of the version that began it
});
