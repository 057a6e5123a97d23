import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {entropy} from "../../src/cli/predict";
import {answersAt, findRunAt} from "../../src/pipeline/record/saved-run";
import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";

const IMAGE = "test/fixtures/images/rgb.png";

test("entropy is that of the uniform distribution at most, and 0 where one class has all", () => {
  expect(entropy(Float32Array.of(0.25, 0.25, 0.25, 0.25))).toBeCloseTo(Math.log(4), 7);
  expect(entropy(Float32Array.of(1, 0))).toBe(0);
});

test("a run's images get the answers that the run itself noted at its best epoch", async () => {
  const save = join(temporaryFolder(), "save");
  const flags = [
    "--epochs",
    "1",
    "--probes",
    "confusion",
    "--projector",
    "0",
    "--save",
    save,
    "--name",
    "r",
    "--quiet",
  ];
  expect((await command(["--data", idxFolder(), ...flags])).code).toBe(0);
  const {run, epoch} = await findRunAt(save, "r");
  const {probabilities} = await answersAt(run, epoch);
  const out = join(temporaryFolder(), "own.csv");
  const told = await command(["predict", "test:0,7,33", "--save", save, "--out", out, "--engine", "cpu"]);
  expect([told.code, told.stderr]).toEqual([0, ""]);
  const [header, ...rows] = readFileSync(out, "utf8").trimEnd().split("\n");
  expect(header).toBe("file,prediction,probability,second,second_probability,entropy");
  for (const [n, place] of [0, 7, 33].entries()) {
    const own = Array.from(probabilities.subarray(10 * place, 10 * place + 10));
    const order = own.map((_, k) => k).sort((a, b) => own[b] - own[a]);
    const [file, prediction, probability, second] = rows[n].split(",");
    expect([file, prediction, second]).toEqual([`test-${place}`, `${order[0]}`, `${order[1]}`]);
    expect(Number(probability)).toBeCloseTo(own[order[0]], 4); // another engine rounds otherwise
  }
});

test("of a folder the picture that cannot be read is reported, the others are answered, and the exit code is 1", async () => {
  const save = join(temporaryFolder(), "save");
  const photos = join(temporaryFolder(), "photos");
  for (const [name, count] of [["a", 14], ["b", 14]] as const) {
    mkdirSync(join(photos, name), {recursive: true});
    for (let n = 0; n < count; n++) copyFileSync(IMAGE, join(photos, name, `${n}.png`));
  } // biome-ignore format: one table
  const flags = ["--epochs", "1", "--probes", "none", "--projector", "0", "--image-size", "16", "--quiet"];
  expect((await command(["--data", photos, ...flags, "--save", save])).code).toBe(0);
  const folder = join(photos, "a");
  writeFileSync(join(folder, "bad.png"), "no picture");
  const out = temporaryFolder();
  const told = await command(["predict", folder, "--save", save, "--out", out, "--engine", "cpu"]);
  expect(told.code).toBe(1);
  expect(told.stderr).toMatch(/^error: .*bad\.png: expected a PNG or JPEG image, got .*\n$/);
  expect(readFileSync(join(out, "predictions.csv"), "utf8").trimEnd().split("\n")).toHaveLength(1 + 14);
});
