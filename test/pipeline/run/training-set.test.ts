import {existsSync, readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {afterAll, expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {dynamicsOf} from "../../../src/numbers/dynamics";
import {picturedSamples} from "../../../src/numbers/pictured-samples";
import {rankedLabels, suspectTrainingLabels} from "../../../src/numbers/suspect-training-labels";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {answersAt, openSavedRun} from "../../../src/pipeline/record/saved-run";
import {trainingAnswersOf} from "../../../src/pipeline/record/training-answers";
import {run} from "../../../src/pipeline/run";
import {runOptions} from "../../../src/pipeline/run/options";
import type {TrainingPictures} from "../../../src/pipeline/run/training-set";
import {acrossOf, heightOf} from "../../../src/plots/data-map-axes";
import {temporaryFolder} from "../../support/idx-files";
import {runAll} from "../../support/small-run";

const save = join(temporaryFolder(), "save");
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));

test("a run leaves a line of samples.csv, and of the map, for each training image", async () => {
  await runAll({save, name: "r", probes: "none", epochs: 3, trainLimit: 600, testLimit: 50, projector: 0}, {});
  const [header, ...lines] = readFileSync(join(save, "r/samples.csv"), "utf8").trimEnd().split("\n");
  const names = header.split(",");
  const column = (name: string) => lines.map((line) => line.split(",")[names.indexOf(name)]);
  const answers = await trainingAnswersOf(join(save, "r"));
  const dynamics = dynamicsOf(answers);
  expect(lines).toHaveLength(550);
  expect(column("index").map(Number)).toEqual([...answers.labels.keys()]);
  expect(column("correct_epochs").map(Number)).toEqual([...dynamics.correctness]);
  expect(column("learned_at").map(Number)).toEqual([...dynamics.learnedAt]);
  expect(column("confidence").map(Number)).toBeAllClose([...dynamics.confidence], {rtol: 0, atol: 5.1e-7});
  expect(column("variability").map(Number)).toBeAllClose([...dynamics.variability], {rtol: 0, atol: 5.1e-7});
  const ranks = column("suspect_rank").map(Number);
  const byRank = [...ranks.keys()].sort((a, b) => ranks[a] - ranks[b]);
  const margins = byRank.map((n) => dynamics.areaUnderMargin[n]);
  expect(margins).toEqual([...margins].sort((a, b) => a - b));
  expect(readFileSync(join(save, "r/data-map.png")).subarray(1, 4).toString()).toBe("PNG");
  const pictures = (await readSaved(join(save, "r/artifacts/training/pictures.json"))) as TrainingPictures;
  expect(pictures.shape).toEqual([550, 28, 28, 1]); // there is room for all of so few
});

test("test images have a line of samples.csv, too: what the last epoch answered, and how it came to that", async () => {
  const asked = {save, name: "tested", probes: "confusion", epochs: 3, trainLimit: 600, testLimit: 200, projector: 0};
  await runAll(asked, {});
  const [header, ...lines] = readFileSync(join(save, "tested/samples.csv"), "utf8").trimEnd().split("\n");
  const names = header.split(",");
  expect(lines).toHaveLength(550 + 200);
  const tested = lines.slice(550).map((line) => Object.fromEntries(line.split(",").map((text, i) => [names[i], text])));
  const run = await openSavedRun(join(save, "tested"));
  const epochs = await Promise.all([1, 2, 3].map((epoch) => answersAt(run, epoch)));
  const answerOf = (epoch: number, n: number) => {
    const row = [...epochs[epoch - 1].probabilities.subarray(10 * n, 10 * n + 10)];
    return {row, k: row.indexOf(Math.max(...row))};
  };
  for (const [n, line] of tested.entries()) {
    const {row, k} = answerOf(3, n);
    const label = epochs[0].labels[n];
    const kinds = [1, 2, 3].map((epoch) => answerOf(epoch, n).k);
    const right = kinds.map((kind) => kind === label);
    expect(line).toMatchObject({
      ...{split: "test", index: `${n}`, source_index: `${n}`, given_label: `${label}`, label: `${label}`},
      ...{prediction: `${k}`, correct: right[2] ? "1" : "0", confidence: "", mean_loss: ""},
      first_correct: right.includes(true) ? `${right.indexOf(true) + 1}` : "",
      changes: `${[1, 2].filter((i) => kinds[i] !== kinds[i - 1]).length}`,
      forgotten: `${[1, 2].filter((i) => right[i - 1] && !right[i]).length}`,
    });
    expect(Number(line.probability)).toBeCloseTo(row[k], 5);
    expect(Number(line.label_probability)).toBeCloseTo(row[label], 5);
    expect(Number(line.loss)).toBeCloseTo(-Math.log(row[label]), 5);
    expect(Number(line.entropy)).toBeCloseTo(-row.reduce((sum, p) => sum + p * Math.log(p), 0), 5);
  }
  expect(new Set(tested.map(({first_correct}) => first_correct)).size).toBeGreaterThan(2); // not all at once
});

test("the story of the training images is there before the last line of metrics, and before the page that shows it", async () => {
  const asked = {save, name: "early", probes: "none", epochs: 2, trainLimit: 300, testLimit: 50, projector: 0};
  const story = ["samples.csv", "data-map.png", "artifacts/training/pictures.json"];
  const there: [number, boolean][] = [];
  for await (const event of run(resolveOptions(runOptions, asked, "--"))) {
    if (event.type === "kept") there.push([event.epoch, story.every((file) => existsSync(join(save, "early", file)))]);
  }
  expect(there).toEqual([
    [0, false],
    [1, false],
    [2, true],
  ]);
});

test("a run that has all its epochs but not that story gets it when it is resumed, and its page shows it", async () => {
  const asked = {save, name: "late", probes: "none", epochs: 2, trainLimit: 300, testLimit: 50, projector: 0};
  await runAll(asked, {});
  const path = join(save, "late");
  const story = ["samples.csv", "data-map.png", "artifacts/training/pictures.json", "artifacts/training/pictures.npz"];
  const before = story.map((file) => readFileSync(join(path, file)));
  for (const file of story) rmSync(join(path, file));
  const events = await runAll(asked, {}, {resume: openRunDirectory(path)});
  expect(story.map((file) => readFileSync(join(path, file)))).toEqual(before);
  expect(events.map(({type}) => type).filter((type) => type === "kept" || type === "end")).toEqual(["kept", "end"]);
});

test("pictures are kept of the most suspect, and of images from all over", () => {
  const count = 2000;
  const losses = [0, 1].map((e) => Float64Array.from({length: count}, (_, n) => ((n * 37 + e) % 500) / 100));
  const margins = losses.map((epoch) => epoch.map((loss) => 4.9 - loss));
  const labels = new Uint8Array(count);
  const ranked = suspectTrainingLabels({losses, margins}, [labels, labels], labels);
  const inOrder = rankedLabels({losses, margins}, [labels, labels], labels);
  const chosen = new Set(picturedSamples(inOrder, 300));
  expect(chosen.size).toBe(300);
  const suspects = ranked.filter(({isIssue}) => isIssue);
  expect(suspects.length).toBeGreaterThan(0);
  expect(suspects.every(({index}) => chosen.has(index))).toBe(true);
  // a tenth of the images by confidence has its share of the pictures
  const sorted = [...ranked].sort((a, b) => a.confidence - b.confidence);
  for (let tenth = 0; tenth < 10; tenth++) {
    const some = sorted.slice(200 * tenth, 200 * (tenth + 1));
    expect(some.filter(({index}) => chosen.has(index)).length).toBeGreaterThan(5);
  }
  expect([...picturedSamples(inOrder, count)]).toEqual([...labels.keys()]);
});

test("both axes of the data map keep their order and their ends, zoomed or not", () => {
  for (const zoomed of [true, false]) {
    expect([heightOf(0, zoomed), heightOf(0.5, zoomed), heightOf(1, zoomed)]).toBeAllClose([0, 0.5, 1], {atol: 1e-12});
    expect([acrossOf(0, zoomed), acrossOf(0.5, zoomed)]).toBeAllClose([0, 1], {atol: 1e-12});
    fc.assert(
      fc.property(fc.double({min: 0, max: 1, noNaN: true}), fc.double({min: 0, max: 1, noNaN: true}), (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(heightOf(low, zoomed)).toBeLessThanOrEqual(heightOf(high, zoomed));
        expect(acrossOf(low / 2, zoomed)).toBeLessThanOrEqual(acrossOf(high / 2, zoomed));
      }),
    );
  }
});
