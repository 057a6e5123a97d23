import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import Papa from "papaparse";
import {describe, expect, test} from "vitest";

import {checkTrials} from "../../../src/cli/sweep-trials";
import type {Network} from "../../../src/nouns/network";
import {resolveOptions} from "../../../src/nouns/options";
import {fork} from "../../../src/nouns/random";
import {nearestExemplars} from "../../../src/numbers/nearest-exemplar";
import {powerLaw} from "../../../src/numbers/power-law";
import {argMaxRows} from "../../../src/numbers/scores";
import {byteSplit, first, holdOut, subset} from "../../../src/pipeline/data/split";
import {answersAt, findRunAt} from "../../../src/pipeline/record/saved-run";
import {runOptions} from "../../../src/pipeline/run/options";
import {sweepGrid} from "../../../src/pipeline/sweep";
import {IMAGES, sizeCurves, sizeFlags, type TrialRun} from "../../../src/pipeline/trials/curves";
import {learnMistakes} from "../../../src/pipeline/trials/learn-mistakes";
import type {ErrorTrials} from "../../../src/pipeline/trials/types";
import {bytesOf, wholeTrainingSet} from "../../../src/pipeline/trials/whole-training-set";
import {chartMarks} from "../../../src/plots/size-chart";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {faultsOf} from "../../support/schemas";

test("the nearest exemplars are those of scikit-learn's brute force, at every limit", () => {
  const {size, limits, known, asked, nearest} = JSON.parse(readFileSync("test/fixtures/nearest.json", "utf8"));
  const images = (text: string) => {
    const pixels = Uint8Array.from(Buffer.from(text, "base64"));
    return {count: pixels.length / size, pixels, labels: []};
  };
  const ours = nearestExemplars(images(known), images(asked), limits);
  expect(ours.map((places) => Array.from(places))).toEqual(nearest);
});

test("a sweep over sizes without the probe whose answers error trials need is refused before its first run", async () => {
  const grid = sweepGrid("s", ["train-limit=300,700"], [0]);
  const options = (probes: string) => grid.map(() => resolveOptions(runOptions, {probes}, "--"));
  await expect(checkTrials(grid, options("saliency"))).rejects.toThrow(
    '--probes: expected confusion among them, for the error trials, got "saliency"; --no-trials leaves these out',
  );
  await expect(checkTrials(grid, options("none"))).rejects.toThrow('got "none"');
  await checkTrials(grid, options("saliency,confusion"));
  await checkTrials(grid, options("all"));
  await checkTrials(sweepGrid("s", ["batch-size=32,64"], [0]), options("none"));
});

describe("curves", () => {
  const run = (values: {[flag: string]: string}, seed: number, error: number, train: number) =>
    ({
      run: {name: `${JSON.stringify(values)}-${seed}`, seed, values},
      saved: {
        facts: {data: {train}, model: {parameters: 7}},
        metrics: [
          {validationLoss: 2, testAccuracy: 0.1},
          {validationLoss: 1, testAccuracy: 1 - error},
        ],
      },
    }) as unknown as TrialRun;

  test("have a line for each combination of the other flags, and a law of the images", () => {
    const law = (n: number) => 3 * n ** -0.5 + 0.01;
    const runs = ["a", "b"].flatMap((model) =>
      [100, 200, 400, 800].flatMap((n) =>
        [0, 1].map((seed) => run({model, [IMAGES]: `${n}`}, seed, law(n) + (seed ? 0.001 : -0.001), n)),
      ),
    );
    expect(sizeFlags(runs.map((one) => one.run))).toEqual([IMAGES]);
    const [curve] = sizeCurves(runs);
    expect(curve.series.map(({name}) => name)).toEqual(["model a", "model b"]);
    const [line] = curve.series;
    expect(line.points.map(({x}) => x)).toEqual([100, 200, 400, 800]);
    expect(line.points[0].deviation).toBeCloseTo(0.001 * Math.SQRT2, 12);
    expect([line.law?.a, line.law?.b, line.law?.c]).toBeAllClose([3, 0.5, 0.01], {rtol: 1e-6, atol: 0});
  });

  test("go by width and depth, too, and by nothing that is no size", () => {
    const runs = [8, 32].flatMap((width) =>
      [1, 2, 4].map((depth) =>
        run({"mlp.width": `${width}`, "mlp.depth": `${depth}`, optimizer: "adam"}, 0, 1 / width / depth, 50),
      ),
    );
    expect(sizeFlags(runs.map((one) => one.run))).toEqual(["mlp.width", "mlp.depth"]);
    const [byWidth, byDepth] = sizeCurves(runs);
    expect(byWidth.series.map(({name}) => name)).toEqual(
      [1, 2, 4].map((depth) => `mlp.depth ${depth}, optimizer adam`),
    );
    expect(byDepth.series[1].points.map(({x}) => x)).toEqual([1, 2, 4]);
    expect(byDepth.series[1].points.map(({mean}) => mean)).toBeAllClose(
      [1, 2, 4].map((depth) => 1 / 32 / depth),
      {rtol: 1e-9, atol: 0},
    );
    expect(byWidth.series[0].law).toBeUndefined();
    expect(
      sizeFlags([run({"learning-rate": "1"}, 0, 0, 1), run({"learning-rate": "2"}, 0, 0, 1)].map((one) => one.run)),
    ).toEqual([]);
  });
});

test("training images held out to validate stand again where they stood in their file", async () => {
  const [count, size] = [30, 4];
  const values = Uint8Array.from({length: count * size}, (_, n) => n % 251);
  const labels = Uint16Array.from({length: count}, (_, n) => n % 3);
  const all = byteSplit({shape: [count, 2, 2, 1], values}, labels, [2, 2, 1]);
  const {train, validation} = holdOut(labels, count, 6, fork(0, "here"));
  const [ofTrain, held] = [subset(all, train), subset(all, validation)];
  const data = {train: ofTrain, validation: held, takenOut: {validation: true, test: false}};
  const whole = wholeTrainingSet(data as unknown as Parameters<typeof wholeTrainingSet>[0]);
  expect(Array.from(whole.sources ?? [])).toEqual(Array.from(first(count)));
  const {pixels, labels: read} = await bytesOf(whole, 17);
  expect(pixels).toEqual(values.subarray(0, 17 * size));
  expect(Array.from(read)).toEqual(Array.from(labels.subarray(0, 17)));
});

/** A network whose answer to an image is a class it has learnt for it, else 0; it keeps what it was taught. */
function parrot(classes: number) {
  let known = new Map<number, number>();
  const taught: number[] = [];
  const logits = (pixels: Float32Array) =>
    Float32Array.from({length: pixels.length * classes}, (_, at) => {
      const id = Math.round(255 * pixels[Math.floor(at / classes)]);
      return Number((known.get(id) ?? 0) === at % classes);
    });
  const network = {
    imageShape: [1, 1, 1],
    classNames: Array.from({length: classes}, (_, k) => `${k}`),
    logits: async ({pixels}: {pixels: Float32Array}) => logits(pixels),
    getWeights: async () =>
      [...known].map(([id, label]) => ({name: `${id}`, shape: [1], values: Float32Array.of(label)})),
    setWeights: async (weights: {name: string; values: Float32Array}[]) => {
      known = new Map(weights.map(({name, values}) => [Number(name), values[0]]));
    },
    getOptimizerState: async () => ({steps: 0, slots: []}),
    setOptimizerState: async () => {},
    trainBatch: async ({pixels, labels}: {pixels: Float32Array; labels: Uint16Array}) => {
      expect(labels).toHaveLength(1);
      const id = Math.round(255 * pixels[0]);
      taught.push(id);
      known.set(id, labels[0]);
    },
  };
  return {network: network as unknown as Network, taught};
}

test("each mistake is learnt once, by itself; the test images never, and the control has as many steps", async () => {
  const split = (ids: readonly number[]) =>
    byteSplit(
      {shape: [ids.length, 1, 1, 1], values: Uint8Array.from(ids)},
      Uint16Array.from(ids, (id) => id % 3),
      [1, 1, 1],
    );
  const part = split(Array.from({length: 60}, (_, n) => n));
  // its half is what the part holds too: it gets right what was learnt
  const asked = split([...Array.from({length: 20}, (_, n) => n), ...Array.from({length: 20}, (_, n) => 200 + n)]);
  const {network, taught} = parrot(3);
  const {mistakes, byChance, asked: count} = await learnMistakes(network, part, asked, {rate: 0.1, seed: 5});
  const wrong = Array.from({length: 60}, (_, n) => n).filter((id) => id % 3 !== 0);
  expect(taught.slice(0, wrong.length)).toEqual(wrong);
  expect(taught).toHaveLength(2 * wrong.length);
  expect(new Set(taught.slice(wrong.length)).size).toBe(wrong.length);
  expect(taught.every((id) => id < 60)).toBe(true);
  expect(count).toBe(60);
  expect(mistakes.map(({learned}) => learned)).toEqual([0, 10, 20, 40]);
  // of 0 to 19 the classes 1 and 2 are wrong at first, 13 images, and of 200 to 219 those too, 13 or 14
  const unknown = Array.from({length: 20}, (_, n) => 200 + n).filter((id) => id % 3 !== 0).length;
  expect(mistakes.map(({error}) => error)).toBeAllClose(
    [(13 + unknown) / 40, (3 + unknown) / 40, unknown / 40, unknown / 40],
    {rtol: 1e-9, atol: 0},
  );
  expect(byChance[0]).toEqual(mistakes[0]);
  expect(byChance.at(-1)?.learned).toBe(40);
  expect(await network.getWeights()).toEqual([]); // as it was
});

test("a chart has its dots where the values are, on logarithmic axes", () => {
  const {series, words} = chartMarks({
    ...{title: "", x: "images", y: "wrong"},
    series: [{name: "a", points: [10, 100, 1000].map((x) => ({x, values: [1 / x]}))}],
  });
  const [[x1, y1], [x2, y2], [x3, y3]] = series[0].dots;
  expect(x2 - x1).toBeCloseTo(x3 - x2, 9);
  expect(y2 - y1).toBeCloseTo(y3 - y2, 9);
  expect(words.map(({text}) => text)).toEqual(expect.arrayContaining(["10 %", "1 %", "0.1 %", "100", "1,000"]));
});

describe("a sweep over the number of training images", () => {
  const save = join(temporaryFolder(), "save");
  const flags = ["--test-limit", "60", "--projector", "0", "--save", save, "--epochs", "1", "--model", "mlp"];

  test("leaves a page, pictures, a ledger and numbers that its runs confirm", async () => {
    const {code, stdout, stderr} = await command([
      ...["sweep", ...flags, "--seeds", "2", "--name", "sizes", "--over", "train-limit=60,120,240", "--json"],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    const outcome = JSON.parse(stdout.trim().split("\n").at(-1) as string);
    expect(faultsOf(outcome, "epochscope/events/1")).toEqual([]);
    const folder = join(save, "sweeps", "sizes");
    const trials = JSON.parse(readFileSync(join(folder, "trials.json"), "utf8")) as ErrorTrials;
    expect(faultsOf(trials, "epochscope/trials/1")).toEqual([]);
    expect(outcome.trials).toMatchObject({runs: 6, testImages: 60, missed: trials.missed.length});
    for (const file of ["report.html", "error-by-train-limit.png", "mistakes-learned.png", "curves.csv"]) {
      expect(existsSync(join(folder, file)), file).toBe(true);
    }
    const [curve] = trials.curves;
    expect(curve.series[0].points.map(({x}) => x)).toEqual([55, 110, 220]);
    const points = curve.series[0].points.flatMap(({x, errors}) => errors.map((y) => [x, y] as const));
    expect(curve.series[0].law).toEqual(powerLaw(points));
    expect(trials.baseline?.points.map(({x}) => x)).toEqual([55, 110, 220]);
    expect(trials.learned).toMatchObject({run: "sizes-train-limit-60-seed-0", images: "left out by --train-limit"});
    expect(trials.learned?.seeds.map(({seed}) => seed)).toEqual([0, 1]);

    // the ledger has every wrong answer that the runs kept, and a picture of each
    const rows = Papa.parse<{[name: string]: string}>(readFileSync(join(folder, "ledger.csv"), "utf8"), {
      header: true,
      skipEmptyLines: true,
    }).data;
    const wrongIn = new Map<number, number>();
    for (const name of outcome.settings.flatMap(({runs}: {runs: string[]}) => runs)) {
      const {run, epoch} = await findRunAt(save, name);
      const {probabilities, labels} = await answersAt(run, epoch);
      const wrong = Array.from(argMaxRows(probabilities, 10)).flatMap((k, n) =>
        k === labels[n] ? [] : [[`${n}`, `${labels[n]}`, `${k}`]],
      );
      const own = rows.filter((row) => row.run === name);
      expect(own.map(({index, label, answer}) => [index, label, answer])).toEqual(wrong);
      for (const [n] of wrong) wrongIn.set(Number(n), (wrongIn.get(Number(n)) ?? 0) + 1);
    }
    expect(new Map(trials.missed.map((one) => [one.index, one.wrongIn]))).toEqual(wrongIn);
    for (const {index, path, wrong_in} of rows) {
      expect(existsSync(join(folder, path)), path).toBe(true);
      expect(Number(wrong_in)).toBe(wrongIn.get(Number(index)));
    }
  }, 120_000);

  test("tries widths of a network, whose flag has a point in it; without trials it leaves none", async () => {
    const {code, stdout} = await command([
      ...["sweep", ...flags, "--train-limit", "60", "--seeds", "1", "--name", "wide", "--no-trials"],
      ...["--over", "mlp.width=4,8", "--over", "mlp.depth=1,2"],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("mlp.width 8, mlp.depth 2: test accuracy");
    expect(existsSync(join(save, "sweeps", "wide"))).toBe(false);
    const facts = JSON.parse(readFileSync(join(save, "wide-mlp.width-8-mlp.depth-2-seed-0", "run.json"), "utf8"));
    // 784 · 8 + 8, 8 · 8 + 8, 8 · 10 + 10
    expect(facts.model.parameters).toBe(6280 + 72 + 90);
  }, 120_000);
});
