/** @file Every kind of file that a run saves, damaged: read as it was, or refused in one line that names it. */
import {cpSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

import {readCheckpoint} from "../../src/pipeline/record/checkpoint";
import {openRunDirectory} from "../../src/pipeline/record/run-directory";
import {readRunFile} from "../../src/pipeline/record/run-file";
import {readSaved} from "../../src/pipeline/record/saved-file";
import {gather} from "../../src/report/gather/index";
import {damaged} from "./damaged-files";
import {idxFolder, temporaryFolder} from "./idx-files";
import {expectWhole} from "./killed-runs";
import {filesOf, metricsOf, runAll} from "./small-run";
import {between, chanceOf, TEST_SEED} from "./test-seed";

const QUICK = {model: "exigo" as const, epochs: 2, probes: "confusion", projector: 0, threads: 1, batchSize: 16};

/** Seconds of processor time, and MiB, that no reading of a damaged file may take: whole ones take milliseconds. */
const MOST_SECONDS = 10;
const MOST_MIB = 300;

const read = (path: string) => ({
  "run.json": async () => readRunFile(path),
  "metrics.jsonl": () => openRunDirectory(path).readMetrics(),
  "checkpoint/state.json": async () => (await readCheckpoint(path))?.checkpoint,
  "checkpoint/state-2-14.bin": async () => (await readCheckpoint(path))?.checkpoint,
  "data/test.json": () => readSaved(join(path, "data/test.json")),
  "data/test-images.npy": () => readSaved(join(path, "data/test.json")),
  "predictions/epoch-001.npy": () => readSaved(join(path, "artifacts/confusion/matrix-epoch-001.json")),
  "artifacts/confusion/matrix-epoch-002.json": () => readSaved(join(path, "artifacts/confusion/matrix-epoch-002.json")),
  "artifacts/network/inside-epoch-001.npz": () => readSaved(join(path, "artifacts/network/inside-epoch-001.json")),
  "artifacts/training/epoch-002.json": () => readSaved(join(path, "artifacts/training/epoch-002.json")),
});
type Kind = keyof ReturnType<typeof read>;

/** The result of a reader, or the one line in which it refused. */
async function outcomeOf(act: () => Promise<unknown>): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    const {name, message} = error as Error;
    expect(name, message).toBe("EpochscopeError");
    expect(message).toMatch(/^[^\n]*: expected [^\n]*, got [^\n]*$/);
    return `refused: ${message}`;
  }
}

/** Times are in no digest; a member that a damaged name of the digest leaves is read by nobody. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, v) =>
      key === "seconds" ? undefined : ArrayBuffer.isView(v) ? [...(v as Uint8Array)] : v,
    ),
  );

/** @param each Damages of each kind of file. @param resumed Damaged runs that are gone on with. */
export function damageSuite(each: number, resumed: number): void {
  describe(`a run's saved files, damaged (seed ${TEST_SEED})`, () => {
    let path: string;
    const data = idxFolder();
    beforeAll(async () => {
      const save = temporaryFolder();
      await runAll({...QUICK, data, save, name: "r"}, {});
      path = join(save, "r");
    });

    const kinds = Object.keys(read("")) as Kind[];
    test.each(kinds)(`%s: ${each} damages, each read as it was or refused in one line`, async (kind) => {
      const random = chanceOf(`damages of ${kind}`);
      const whole = readFileSync(join(path, kind));
      const value = await read(path)[kind]();
      const before = kind.startsWith("checkpoint") ? await beforeLast(path) : undefined;
      // a damaged checkpoint gives way to the one before, which then has its name
      const beside = ["checkpoint/state.json", "checkpoint/state-before.json"].map(
        (name) => [join(path, name), readFileSync(join(path, name))] as const,
      );
      let refused = 0;
      for (let n = 0; n < each; n++) {
        const {bytes, what} = damaged(whole, random);
        writeFileSync(join(path, kind), bytes);
        const begun = process.cpuUsage();
        const memory = process.memoryUsage().arrayBuffers;
        const outcome = await outcomeOf(read(path)[kind]);
        const {user, system} = process.cpuUsage(begun);
        expect((user + system) / 1e6, what).toBeLessThan(MOST_SECONDS);
        expect((process.memoryUsage().arrayBuffers - memory) / 2 ** 20, what).toBeLessThan(MOST_MIB);
        if (typeof outcome === "string") refused++;
        else expectHarmless(kind, plain(outcome), plain(value), what, before && plain(before));
        for (const [name, bytes] of beside) writeFileSync(name, bytes);
        writeFileSync(join(path, kind), whole);
      }
      expect(refused + (before ? each : 0)).toBeGreaterThan(each / 2); // most damages are no small matter
    });

    test(`${resumed} of them gone on with: to the same bytes, or refused in one line`, async () => {
      const random = chanceOf("damaged runs gone on with");
      const names = filesOf(path).filter((name) => /^(run\.json|metrics\.jsonl|checkpoint\/|data\/)/.test(name));
      let wentOn = 0;
      for (let n = 0; n < resumed; n++) {
        const copy = join(temporaryFolder(), "r");
        cpSync(path, copy, {recursive: true});
        const name = names[between(random, 0, names.length)];
        const {bytes, what} = damaged(readFileSync(join(copy, name)), random);
        writeFileSync(join(copy, name), bytes);
        const goOn = () =>
          runAll({...readRunFile(copy).options, save: join(copy, "..")}, {}, {resume: openRunDirectory(copy)});
        const outcome = await outcomeOf(goOn);
        if (typeof outcome !== "string") {
          wentOn++;
          expectWhole(copy, path, [`${name}: ${what}`], {beside: false});
        }
        rmSync(join(copy, ".."), {recursive: true});
      }
      expect(wentOn).toBeGreaterThan(0);
    });

    test(`${each} damages of any file: the page is made, or one line says why not`, async () => {
      const random = chanceOf("damages and the page");
      const names = filesOf(path).filter(
        (name) => /\.(json|jsonl|bin|npy|npz)$/.test(name) && !/^(model|checkpoint)\//.test(name),
      );
      for (let n = 0; n < each; n++) {
        const name = names[between(random, 0, names.length)];
        const whole = readFileSync(join(path, name));
        writeFileSync(join(path, name), damaged(whole, random).bytes);
        await outcomeOf(() => gather(path));
        writeFileSync(join(path, name), whole);
      }
      expect(metricsOf(path)).toHaveLength(3);
    });
  });
}

/**
 * Checks the result of reading a damaged file. Allowed are the undamaged content, a complete earlier state of it, or
 * content without a digest.
 */
function expectHarmless(kind: Kind, got: unknown, whole: unknown, what: string, before?: unknown): void {
  if (before && JSON.stringify(got) === JSON.stringify(before)) return; // the checkpoint before
  if (kind === "metrics.jsonl") {
    // lines that lost their end, at the end: their epochs are looked at again
    const lines = got as unknown[];
    for (const [i, line] of lines.entries()) expect(line, what).toMatchObject((whole as object[])[i]);
    return;
  }
  expect(got, what).toMatchObject(whole as object);
}

async function beforeLast(path: string): Promise<unknown> {
  const copy = join(temporaryFolder(), "before");
  cpSync(path, copy, {recursive: true});
  rmSync(join(copy, "checkpoint", "state.json"));
  return (await readCheckpoint(copy))?.checkpoint;
}
