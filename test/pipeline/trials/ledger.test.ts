/** @file The ledger of wrong answers, from runs whose answers are made up. */
import {mkdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {createCanvas, loadImage} from "@napi-rs/canvas";
import {describe, expect, test} from "vitest";

import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {runFileText} from "../../../src/pipeline/record/run-file";
import {openSavedRun} from "../../../src/pipeline/record/saved-run";
import {writeLedger} from "../../../src/pipeline/trials/ledger";
import {temporaryFolder} from "../../support/idx-files";

const CLASSES = ["x", "y", "z"];
const save = temporaryFolder();

/** A run that has answered three images of the classes x, y and z with these probabilities at its best epoch. */
async function runWith(name: string, answers: readonly (readonly number[])[], images: object) {
  const path = join(save, name);
  mkdirSync(path);
  const directory = openRunDirectory(path);
  const facts = {
    ...{format: "epochscope-run/2", name, startedAt: "2026-11-30T00:00:00.000Z", options: {data: "/d"}, probes: {}},
    ...{engine: {name: "fused"}, model: {name: "cnn"}, versions: {}},
    data: {name: "mnist", classNames: CLASSES, imageShape: [2, 2, 1], train: 1, validation: 0, test: 3},
  };
  await directory.writeFile("run.json", runFileText(facts));
  const line = (epoch: number, validationLoss: number) => ({epoch, validationLoss, testLoss: 1, testAccuracy: 0});
  await directory.writeMetrics([line(1, 1), line(2, 2)].map((one) => ({...one, seconds: {}, steps: []})) as never);
  const labels = Uint16Array.of(0, 1, 2);
  for (const [epoch, rows] of [[1, answers], [2, [[1, 0, 0], [1, 0, 0], [1, 0, 0]]]] as const) // biome-ignore format: two epochs
    await directory.writeNumbers(epoch, "confusion", {
      ...{name: "matrix", plot: "confusionMatrix", data: {title: "", counts: new Uint32Array(9), classNames: CLASSES}},
      numbers: {probabilities: Float32Array.from(rows.flat()), labels},
    } as never);
  const pixels = Uint8Array.from({length: 12}, (_, n) => 20 * n);
  await directory.writeTestImages({
    count: 3,
    shape: [2, 2, 1],
    classNames: CLASSES,
    labels,
    pixels,
    ...images,
  } as never);
  return {run: {name, seed: 7, values: {epochs: name}}, saved: await openSavedRun(path)};
}
const [x, y, z] = [
  [0.5, 0.25, 0.25],
  [0.125, 0.75, 0.125],
  [0.25, 0.125, 0.625],
];
const rowsOf = (folder: string) => readFileSync(join(folder, "ledger.csv"), "utf8").trim().split("\n");
async function pixelsOf(path: string) {
  const image = await loadImage(path);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return Array.from(context.getImageData(0, 0, image.width, image.height).data).filter((_, i) => i % 4 < 3);
}

describe("the ledger of wrong answers", () => {
  test("has every wrong answer of the best epoch, and the images that most runs got wrong first", async () => {
    const runs = [
      await runWith("a", [x, y, x], {}), // wrong in image 2
      await runWith("b", [y, x, z], {}), // in images 0 and 1
      await runWith("c", [z, y, z], {}), // in image 0
      await runWith("d", [z, y, z], {}),
    ];
    const folder = join(temporaryFolder(), "trials");
    const missed = await writeLedger(folder, save, runs);
    expect(missed.map(({index, label, wrongIn, answer}) => [index, label, wrongIn, answer])).toEqual([
      [0, 0, 3, 2], // twice z, once y
      [1, 1, 1, 0], // of images as often wrong, the earlier one
      [2, 2, 1, 0],
    ]);
    expect(missed[0].path).toBe(join("missed", "test-00000.png"));
    expect(rowsOf(folder)).toEqual([
      "run,epochs,seed,index,path,label,answer,probability,label_probability,wrong_in",
      `a,a,7,2,${missed[2].path},z,x,0.5,0.25,1`,
      `b,b,7,0,${missed[0].path},x,y,0.75,0.125,3`,
      `b,b,7,1,${missed[1].path},y,x,0.5,0.25,1`,
      `c,c,7,0,${missed[0].path},x,z,0.625,0.25,3`,
      `d,d,7,0,${missed[0].path},x,z,0.625,0.25,3`,
    ]);
    const grey = (...values: readonly number[]) => values.flatMap((v) => [v, v, v]);
    expect(await pixelsOf(join(folder, missed[1].path))).toEqual(grey(80, 100, 120, 140));
  });

  test("names images by their files, which may stand at other places in other runs", async () => {
    const runs = [
      await runWith("e", [y, y, z], {files: ["p.png", "q.png", "r.png"]}),
      await runWith("f", [x, x, z], {files: ["q.png", "p.png", "r.png"]}),
    ];
    const folder = join(temporaryFolder(), "trials");
    const missed = await writeLedger(folder, save, runs);
    expect(missed.map(({path, wrongIn}) => [path, wrongIn])).toEqual([["/d/p.png", 2]]);
    // one answer each: the first class of them
    expect(missed[0].answer).toBe(0);
  });

  test("has pictures in colour", async () => {
    const pixels = Uint8Array.from({length: 18}, (_, n) => 10 * n);
    const folder = join(temporaryFolder(), "trials");
    const runs = [await runWith("g", [x, x, z], {shape: [1, 2, 3], pixels})];
    const [{path}] = await writeLedger(folder, save, runs);
    expect(await pixelsOf(join(folder, path))).toEqual([60, 70, 80, 90, 100, 110]);
  });
});
