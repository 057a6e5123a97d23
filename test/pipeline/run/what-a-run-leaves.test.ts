/**
 * @file The files that a small seeded run leaves, byte for byte, as SHA-256: moving code, or another order of work,
 * must not change them. If a mended fault changes the digests, CHANGELOG.md says why, and `UPDATE_DIGESTS=1` writes new
 * ones.
 */
import {createHash} from "node:crypto";
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {temporaryFolder} from "../../support/idx-files";
import {filesOf, runAll} from "../../support/small-run";

const FIXTURE = join(__dirname, "../../fixtures/what-a-run-leaves.json");
/** Files that hold times, or are made of them; pictures depend on the processor in their last bits (test/full). */
const LEFT_OUT = /^r\/((run|status)\.json|report\.html|checkpoint\/|plots\/)|\.png$|events\.out/;

/** A file's bytes without what is no result: the version that wrote a model, the times of an epoch. */
function contentOf(path: string): Uint8Array {
  const bytes = readFileSync(path);
  if (path.endsWith("metrics.jsonl")) {
    const lines = `${bytes}`
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as {seconds?: unknown; sha256?: unknown});
    return Buffer.from(JSON.stringify(lines.map(({seconds: _, sha256: __, ...figures}) => figures)));
  }
  return path.endsWith("model.json")
    ? Buffer.from(`${bytes}`.replace(/epochscope \d+\.\d+\.\d+/, "epochscope"))
    : bytes;
}

test("a seeded run leaves the bytes that it has always left", async () => {
  const save = temporaryFolder();
  // the plain kernels give the same bits on every machine
  await runAll({save, name: "r", kernels: "plain", threads: 2});
  const all = ["r", "logs/r"].flatMap((folder) => filesOf(join(save, folder)).map((file) => join(folder, file)));
  const digests = Object.fromEntries(
    all
      .filter((file) => !LEFT_OUT.test(file))
      .map((file) => [
        file,
        createHash("sha256")
          .update(contentOf(join(save, file)))
          .digest("hex"),
      ]),
  );
  if (process.env.UPDATE_DIGESTS) writeFileSync(FIXTURE, `${JSON.stringify(digests, null, 1)}\n`);
  expect(digests).toEqual(JSON.parse(readFileSync(FIXTURE, "utf8")));
});
