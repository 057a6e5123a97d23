import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {beforeAll, expect, test} from "vitest";

import {command, start} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {smallDisk} from "../support/small-disk";
import {filesOf} from "../support/small-run";

/** @file Readers that are killed, and readers whose disk fills up: who goes on ends at what an unbroken run leaves. */

const TRAIN = [
  ...["--data", "test/fixtures/bert/questions.json", "--epochs", "24", "--batch-size", "2", "--width", "32"],
  ...["--every", "12", "--learning-rate", "0.004", "--dropout", "0.1", "--words", "30", "--quiet", "--name", "r"],
];
let unbroken = "";
beforeAll(async () => {
  unbroken = temporaryFolder();
  expect(await command(["qa", "train", ...TRAIN, "--save", unbroken])).toMatchObject({code: 0, stderr: ""});
});

/** Goes on, or begins again if nothing was begun, and compares all that it leaves but times. */
async function goOn(save: string, story: string): Promise<void> {
  const isBegun = existsSync(join(save, "qa", "r", "qa.json"));
  const words = isBegun ? ["qa", "resume", "r", "--quiet"] : ["qa", "train", ...TRAIN];
  expect(await command([...words, "--save", save]), story).toMatchObject({code: 0, stderr: ""});
  const [one, other] = [unbroken, save].map((folder) => join(folder, "qa", "r"));
  const ofRun = (folder: string) => filesOf(folder).filter((name) => !/^(qa\.json|report\.html)$/.test(name));
  expect(ofRun(other), story).toEqual(ofRun(one)); // nothing half written, no lock
  for (const file of ofRun(one).filter((name) => name !== "looks.jsonl")) {
    expect(readFileSync(join(other, file)).equals(readFileSync(join(one, file))), `${file}\n${story}`).toBe(true);
  }
  const timeless = (folder: string) =>
    readFileSync(join(folder, "looks.jsonl"), "utf8").replace(/"seconds":[^}]+/g, "");
  expect(timeless(other), story).toBe(timeless(one));
}

test.each([
  "qa.json",
  "questions.json",
  "tracked/question-1-step-00000.safetensors",
  "checkpoint.safetensors",
  "answers/step-00036.json",
  "model/model.safetensors",
])("killed when it has written %s it continues to the same bits", async (file) => {
  const save = temporaryFolder();
  const child = start(["qa", "train", ...TRAIN, "--save", save]);
  const ended = new Promise((done) => child.once("close", done));
  while (!existsSync(join(save, "qa", "r", file)) && child.exitCode === null) await wait(2);
  child.kill("SIGKILL");
  await ended;
  await goOn(save, `killed at ${file}`);
});

const canMount = (() => {
  const disk = smallDisk(64);
  disk?.remove();
  return disk !== undefined;
})();

test.runIf(canMount).each([16, 200, 700, 1200, 1700, 2500])(
  "a disk of %d KiB fills up in one line; with room it continues to the same bits",
  async (kibibytes) => {
    const disk = smallDisk(kibibytes)!;
    try {
      const {code, stdout, stderr} = await command(["qa", "train", ...TRAIN, "--save", disk.path]);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^error: [^\n]+: expected to write it, got no space left on the disk \(ENOSPC\)\n$/);
      expect(filesOf(disk.path).filter((name) => /\.(lock|partial)$/.test(name))).toEqual([]);
      disk.resize(100_000);
      await goOn(disk.path, stderr);
    } finally {
      disk.remove();
    }
  },
);
