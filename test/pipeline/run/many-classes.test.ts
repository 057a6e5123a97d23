import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readRunFile} from "../../../src/pipeline/record/run-file";
import {readArtifactFile, readSaved} from "../../../src/pipeline/record/saved-file";
import {opaquePng} from "../../../src/plots/png";
import {gather} from "../../../src/report/gather";
import {temporaryFolder} from "../../support/idx-files";
import {filesOf, runAll} from "../../support/small-run";

const CLASSES = 300;
const SIDE = 8;

/** Three pictures for each class: its number, in bits, as black and white squares. */
function writeNumbers(folder: string): void {
  for (let k = 0; k < CLASSES; k++) {
    const name = join(folder, `${k}`.padStart(3, "0"));
    mkdirSync(name, {recursive: true});
    for (let n = 0; n < 3; n++) {
      const pixels = new Uint8Array(SIDE * SIDE * 4);
      for (let p = 0; p < SIDE * SIDE; p++) pixels.fill((k >> (p % 9)) & 1 ? 255 : 10 * n, 4 * p, 4 * p + 4);
      writeFileSync(join(name, `${n}.png`), opaquePng(pixels, SIDE, SIDE));
    }
  }
}

test("more classes than a byte can tell apart: every label is its folder, in training, in what is kept and in the page", async () => {
  const data = temporaryFolder();
  writeNumbers(data);
  const save = temporaryFolder();
  await runAll({data, save, name: "r", epochs: 1, probes: "confusion,saliency", projector: 0, augment: "none"}, {});
  const path = join(save, "r");

  const images = (await readSaved(join(path, "data/test.json"))) as {files: string[]; labels: Uint16Array};
  expect(images.files.length).toBeGreaterThan(100);
  expect(images.files.map((file) => Number(file.split("/")[0]))).toEqual(Array.from(images.labels));

  const {labels} = (await readSaved(join(path, "artifacts/training/labels.json"))) as {labels: Uint16Array};
  const of = (values: ArrayLike<number>, k: number) => Array.from(values).filter((label) => label === k).length;
  const {train, validation, test: tested} = readRunFile(path).data;
  expect(labels.length).toBe(train);
  expect(train + validation + tested).toBe(3 * CLASSES);
  expect(Math.max(...labels)).toBeGreaterThan(255);
  for (let k = 0; k < CLASSES; k++) expect(of(labels, k) + of(images.labels, k)).toBeLessThanOrEqual(3); // none is another's

  const {numbers} = await readArtifactFile(join(path, "artifacts/confusion/matrix-epoch-001.json"));
  expect((numbers as {probabilities: Float32Array}).probabilities).toHaveLength(tested * CLASSES);
  const [line] = (await openRunDirectory(path).readMetrics()).slice(-1);
  expect(line.epoch).toBe(1);
  expect(line.failures ?? []).toEqual([]);
  expect(filesOf(join(path, "plots")).length).toBeGreaterThan(2);
  const {file} = await gather(path);
  expect(file.classNames).toHaveLength(CLASSES);
});
