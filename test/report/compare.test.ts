import {cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {comparisonLines} from "../../src/cli/compare-words";
import {html} from "../../src/escape/html";
import {type Answers, compareAnswers} from "../../src/numbers/comparison";
import {seedDifference} from "../../src/numbers/seed-noise";
import {openRunDirectory} from "../../src/pipeline/record/run-directory";
import {readSaved} from "../../src/pipeline/record/saved-file";
import {answersAt, findRunAt, type SavedImages} from "../../src/pipeline/record/saved-run";
import {compareRuns} from "../../src/report/compare/compare-runs";
import {compareDocument} from "../../src/report/compare/document";
import {accuracyCurves, spread} from "../../src/report/compare/figures";
import {comparePage} from "../../src/report/compare/page";
import {runsShown} from "../../src/report/compare/runs-shown";
import {thumbnail} from "../../src/report/compare/thumbnail";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {metricsOf, runAll} from "../support/small-run";

const save = join(temporaryFolder(), "save");
const small = {save, trainLimit: 600, testLimit: 300, epochs: 2, probes: "confusion", projector: 0};

beforeAll(async () => {
  for (const seed of [0, 1, 2]) await runAll({...small, seed, name: `slow-${seed}`, learningRate: 0.001}, {});
  for (const seed of [0, 1, 2]) await runAll({...small, seed, name: `fast-${seed}`}, {});
});
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));

const compared = async (...names: string[]) => {
  const runs = [];
  for (const name of names) runs.push(await findRunAt(save, name));
  return compareRuns(runs);
};

describe("two classifiers on the same images", () => {
  // labels 0 0 1 1; the first answers 0 1 1 0, the second 0 0 0 0: image 1 turns right, image 2 turns wrong
  const labels = [0, 0, 1, 1];
  const before: Answers = {labels, probabilities: [0.9, 0.1, 0.2, 0.8, 0.3, 0.7, 0.6, 0.4]};
  const after: Answers = {labels, probabilities: [0.8, 0.2, 0.7, 0.3, 0.9, 0.1, 0.8, 0.2]};

  test("are told apart image by image, as worked by hand", () => {
    const {fixed, broken, wrong, bothWrong, accuracyBefore, accuracyAfter, total} = compareAnswers(before, after, 2);
    expect(fixed).toEqual([
      {index: 1, label: 0, before: 1, after: 0, labelProbabilityBefore: 0.2, labelProbabilityAfter: 0.7},
    ]);
    expect(broken).toEqual([
      {index: 2, label: 1, before: 1, after: 0, labelProbabilityBefore: 0.7, labelProbabilityAfter: 0.1},
    ]);
    expect([bothWrong, accuracyBefore, accuracyAfter, total.p]).toEqual([1, 0.5, 0.5, 1]);
    expect(wrong).toEqual([
      {index: 3, label: 1, before: 0, after: 0, labelProbabilityBefore: 0.4, labelProbabilityAfter: 0.2},
    ]);
  });

  test("are both the more wrong, the less of both their probability the label gets", () => {
    const rows = (...ofLabel: number[]) => ({labels: [0, 0, 0], probabilities: ofLabel.flatMap((p) => [p, 1 - p])});
    // the label's two probabilities sum to 0.75, 0.375 and 0.625
    const {wrong} = compareAnswers(rows(0.375, 0.25, 0.125), rows(0.375, 0.125, 0.5 - 2 ** -20), 2);
    expect(wrong.map(({index}) => index)).toEqual([1, 2, 0]);
  });

  test("are told apart class by class and confusion by confusion", () => {
    const {classes, pairs} = compareAnswers(before, after, 2);
    expect(classes.map((c) => [c.before, c.after, c.fixed, c.broken])).toEqual([
      [0.5, 1, 1, 0],
      [0.5, 0, 0, 1],
    ]);
    expect(pairs).toEqual([
      {label: 0, predicted: 1, before: 1, after: 0},
      {label: 1, predicted: 0, before: 1, after: 2},
    ]);
  });

  test("agree with themselves, and what one breaks the other mends", () => {
    const rows = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), {minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(rows, (images) => {
        const oneHot = (which: 1 | 2) => images.flatMap((image) => [0, 1, 2].map((k) => (k === image[which] ? 1 : 0)));
        const truth = images.map(([label]) => label);
        const [a, b] = [1, 2].map((which) => ({labels: truth, probabilities: oneHot(which as 1 | 2)}));
        const [there, back, same] = [compareAnswers(a, b, 3), compareAnswers(b, a, 3), compareAnswers(a, a, 3)];
        expect(back.fixed.map(({index}) => index).sort()).toEqual(there.broken.map(({index}) => index).sort());
        expect([same.fixed, same.broken, same.pairs]).toEqual([[], [], []]);
        const right = images.filter(([label, , answer]) => answer === label).length;
        expect(there.accuracyAfter).toBeCloseTo(right / images.length, 12);
        const sum = there.classes.reduce((total, {fixed, broken}) => total + fixed - broken, 0);
        expect(sum).toBe(there.total.fixed - there.total.broken);
      }),
    );
  });
});

describe("saved runs", () => {
  test("are found by name, beginning, latest, and what came before it", async () => {
    const nameOf = async (reference: string) => {
      const {run, epoch} = await findRunAt(save, reference);
      return `${run.facts.name}@${epoch}`;
    };
    expect(await nameOf("slow-1@1")).toBe("slow-1@1");
    expect(await nameOf("latest@last")).toBe("fast-2@2");
    expect(await nameOf("latest~5@0")).toBe("slow-0@0");
    expect(await nameOf(join(save, "slow-2"))).toMatch(/^slow-2@[12]$/);
    renameSync(join(save, "slow-2"), join(save, "unlike"));
    expect(await nameOf("unl@1")).toBe("slow-2@1");
    renameSync(join(save, "unlike"), join(save, "slow-2"));
    await expect(nameOf("slow")).rejects.toThrow(
      `expected the beginning of one run's name, got "slow", the beginning of 3`,
    );
    await expect(nameOf("slow-1@7")).rejects.toThrow("expected an epoch with answers kept (0, 1, 2), got 7");
    await expect(nameOf("latest~6")).rejects.toThrow("expected one of the 6 runs");
    await expect(nameOf("nothing")).rejects.toThrow('got "nothing"');
  });

  test("are counted as their own answers say", async () => {
    const {runs, sameData} = await compared("slow-0@2", "fast-0@2");
    const [a, b] = [await findRunAt(save, "slow-0@2"), await findRunAt(save, "fast-0@2")];
    const [before, after] = [await answersAt(a.run, 2), await answersAt(b.run, 2)];
    const answer = (p: Float32Array, n: number) =>
      p.subarray(10 * n, 10 * n + 10).indexOf(Math.max(...p.subarray(10 * n, 10 * n + 10)));
    let net = 0;
    before.labels.forEach((label, n) => {
      net += Number(answer(after.probabilities, n) === label) - Number(answer(before.probabilities, n) === label);
    });
    expect(runs[0].total.fixed - runs[0].total.broken).toBe(net);
    expect(runs[0].accuracyAfter).toBeCloseTo(b.run.metrics[2].testAccuracy, 12);
    expect(sameData).toBe(true);
    expect(runs[0].options).toEqual([
      {name: "training.learningRate", base: 0.001, other: 0.004},
      {name: "training.schedule", base: "constant", other: "one-cycle"},
    ]);
  });

  test("of three seeds each are measured by what a seed does", async () => {
    const {settings, runs} = await compared("slow-0@0", "slow-1@0", "slow-2@0", "fast-0", "fast-1", "fast-2");
    expect(settings.map(({seeds}) => seeds)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(runs.map(({noise}) => noise.verdict)).toEqual(["seed", "seed", "beyond", "beyond", "beyond"]);
    const [mean] = [settings[1].accuracies.reduce((a, b) => a + b) / 3];
    expect(runs[2].noise.difference).toBeCloseTo(mean - settings[0].mean, 12);
  });

  test("come with the mean and the spread of this run's seeds after each epoch, for the page's timeline", async () => {
    const comparison = await compared("slow-0", "fast-0");
    const {byEpoch} = await runsShown(comparison);
    const lines = [0, 1, 2].map((seed) => metricsOf(join(save, `fast-${seed}`)));
    const expected = [0, 1, 2].map((epoch) => {
      const [a, b, c] = lines.map((own) => own[epoch].testAccuracy);
      const mean = (a + b + c) / 3;
      return {epoch, mean, deviation: Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2)};
    });
    expect(byEpoch?.seeds).toBe(3);
    expect(byEpoch?.epochs).toHaveLength(3);
    for (const [n, {epoch, mean, deviation}] of (byEpoch?.epochs ?? []).entries()) {
      expect(epoch).toBe(expected[n].epoch);
      expect(mean).toBeCloseTo(expected[n].mean, 12);
      expect(deviation).toBeCloseTo(expected[n].deviation, 12);
    }
  });

  test("list the first images that differ, and say how many more there are", async () => {
    const comparison = await compared("slow-0", "fast-0");
    const [{fixed, broken, pairs}] = comparison.runs;
    expect(Math.min(fixed.length, pairs.length)).toBeGreaterThan(5);
    const lines = comparisonLines(comparison, 2).map((line) => line.trim());
    const right = lines.filter((line) => line.startsWith("right  "));
    expect(right).toHaveLength(3);
    expect(right[2]).toBe(`right  and ${fixed.length - 2} more; --top all lists them`);
    expect(lines).toContain(`and ${pairs.length - 2} more confusions differ; --top all --json lists them`);
    const all = comparisonLines(comparison, 1e9);
    expect(all.filter((line) => /^ {2}(right|wrong) /.test(line))).toHaveLength(fixed.length + broken.length);
    expect(all.join()).not.toContain("--top all lists them");
    const document = compareDocument(comparison, 2) as {
      runs: {changedPairs: number}[];
      pairs: object[];
      images: object[];
    };
    expect(document.runs[0].changedPairs).toBe(pairs.length);
    expect([document.pairs.length, document.images.length]).toEqual([2, 2 + Math.min(2, broken.length)]);
  });

  test("find the seeds that stand beside them, whatever these looked at", async () => {
    const {settings, runs} = await compared("slow-0@0", "fast-0");
    expect(settings.map(({seeds}) => seeds)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(runs[0].noise).toMatchObject({verdict: "beyond", seeds: [3, 3]});
    expect(settings[0].runs.map(({epoch}) => epoch)).toEqual([0, 0, 0]);
    const wholly = await compared("slow-0@0", "slow-1@0", "slow-2@0", "fast-0", "fast-1", "fast-2");
    expect(runs[0].noise.difference).toBe(wholly.runs[2].noise.difference);
    // every class of digits is better than by the untrained network's chance, or not; the marks are as many as the rows
    expect([runs[0].classNoise.length, runs[0].pairNoise.length]).toEqual([10, runs[0].pairs.length]);
    expect(new Set(runs[0].classNoise)).toContain("beyond");
    const told = comparisonLines(await compared("slow-0@0", "fast-0"), 5).join("\n");
    expect(told).toMatch(/▲ Beyond seed noise: .*\n {2}The yardstick is 3 seeds of slow-0's setting and 3 seeds of/);
  });

  test("say what would tell where no seeds are known, and take one setting's seeds for the other's", async () => {
    const alone = join(save, "..", "alone");
    const copied = (...names: string[]) => {
      for (const name of names) cpSync(join(save, name), join(alone, name), {recursive: true});
    };
    const noise = async () => {
      const [base, other] = [await findRunAt(alone, "slow-0@1"), await findRunAt(alone, "fast-0@1")];
      const comparison = await compareRuns([base, other]);
      return {...comparison.runs[0], told: comparisonLines(comparison, 5).join("\n")};
    };
    copied("slow-0", "fast-0");
    const {noise: unknown, classNoise, told} = await noise();
    expect([unknown.verdict, new Set(classNoise)]).toEqual(["unknown", new Set(["unknown"])]);
    expect(told).toContain("no seeds known");
    expect(told).toContain("Run `sweep --seeds 5 --from slow-0`");
    copied("slow-1", "slow-2");
    const known = await noise();
    expect(known.noise.seeds).toEqual([3, 1]);
    const accuracies = await Promise.all(
      ["slow-0", "slow-1", "slow-2", "fast-0"].map(
        async (name) => (await findRunAt(alone, `${name}@1`)).run.metrics[1].testAccuracy,
      ),
    );
    const found = seedDifference(accuracies.slice(0, 3), accuracies.slice(3));
    expect(known.noise.interval95).toEqual(found?.interval95);
    // a run that is cut off is no yardstick, one that is damaged is said
    const lines = readFileSync(join(alone, "slow-2/metrics.jsonl"), "utf8").split("\n");
    writeFileSync(join(alone, "slow-2/metrics.jsonl"), `${lines.slice(0, 2).join("\n")}\n`);
    expect((await noise()).noise.seeds).toEqual([2, 1]);
    writeFileSync(join(alone, "slow-2/metrics.jsonl"), lines.join("\n").replace("testLoss", "testLost"));
    expect((await noise()).told).toMatch(/left out: .*metrics.jsonl/);
    rmSync(alone, {recursive: true});
  });

  test("with other test images are compared on those they share, and named by the base's places", async () => {
    const copy = join(save, "shuffled");
    cpSync(join(save, "fast-0"), copy, {recursive: true});
    const directory = openRunDirectory(copy);
    const images = (await readSaved(join(copy, "data/test.json"))) as SavedImages;
    const size = images.pixels.length / images.count;
    const kept = Array.from({length: 200}, (_, n) => images.count - 1 - n); // the last 200, backwards
    const pick = <T extends Uint8Array | Uint16Array | Float32Array>(values: T, width: number) => {
      const out = values.slice(0, kept.length * width);
      for (const [n, from] of kept.entries()) out.set(values.subarray(from * width, (from + 1) * width), n * width);
      return out;
    };
    const file = join(copy, "artifacts/confusion/matrix-epoch-002.json");
    const artifact = (await readSaved(file)) as {numbers: {probabilities: Float32Array; labels: Uint16Array}};
    await directory.writeTestImages({
      ...images,
      count: kept.length,
      pixels: pick(images.pixels, size) as Uint8Array,
      labels: pick(images.labels, 1) as Uint16Array,
    });
    const {probabilities, labels} = artifact.numbers;
    await directory.writeValue("confusion/matrix-epoch-002", {
      ...artifact,
      numbers: {probabilities: pick(probabilities, 10), labels: pick(labels, 1)},
    });
    const whole = (await compared("slow-0@2", "fast-0@2")).runs[0];
    const part = await compared("slow-0@2", "shuffled@2");
    expect(part.sameData).toBe(false);
    expect(part.runs[0].total.images).toBe(200);
    const late = whole.fixed.map(({index}) => index).filter((index) => index >= 100);
    expect(part.runs[0].fixed.map(({index}) => index).sort()).toEqual(late.sort());
    rmSync(copy, {recursive: true});
  });

  test("without their answers, or of other classes, are refused by name", async () => {
    const copy = join(save, "other");
    cpSync(join(save, "fast-0"), copy, {recursive: true});
    const facts = JSON.parse(readFileSync(join(copy, "run.json"), "utf8"));
    facts.data.classNames[0] = "zero";
    delete facts.sha256; // as one does who changes it
    writeFileSync(join(copy, "run.json"), JSON.stringify(facts));
    await expect(compared("fast-0", "other")).rejects.toThrow("expected the classes of fast-0");
    rmSync(join(copy, "artifacts/confusion"), {recursive: true});
    await expect(compared("fast-0", "other")).rejects.toThrow("expected a run with saved answers");
    writeFileSync(join(copy, "run.json"), "{");
    await expect(compared("fast-0", copy)).rejects.toThrow(/run\.json: expected JSON/);
    rmSync(copy, {recursive: true});
  });
});

describe("the page", () => {
  test("shows every image that turned, and no name can leave its place", async () => {
    const comparison = await compared("slow-0@2", "fast-0@2");
    const hostile = '<img src=x onerror="alert(1)">';
    const names = comparison.classNames.map((name) => name + hostile);
    const page = comparePage({...comparison, classNames: names});
    expect(page).not.toContain(hostile);
    expect(page).toContain(html(hostile));
    const {fixed, broken} = comparison.runs[0];
    expect(page.match(/<li /g)).toHaveLength(Math.min(90, fixed.length) + Math.min(90, broken.length));
    expect(page).toContain(`${fixed.length} answers turned right, ${broken.length} turned wrong.`);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toContain("<script");
  });

  test("names curves without one name over another", () => {
    expect(spread([10, 11, 40, 12], 15)).toEqual([10, 25, 55, 40]);
    expect(spread([30, 0], 15)).toEqual([30, 0]);
  });

  test("has no curve of a run that never trained", () => {
    expect(accuracyCurves([{name: "a", metrics: []}])).toContain("No run has trained");
  });

  test("makes a large picture smaller by the mean of each block", async () => {
    const {createCanvas, loadImage} = await import("@napi-rs/canvas");
    const pixels = Uint8Array.from({length: 128 * 128}, (_, i) => (i % 2 === 0 ? 100 : 200)); // columns 100, 200, 100 …
    const url = thumbnail({count: 1, shape: [128, 128, 1], pixels, labels: new Uint16Array(1)}, 0);
    const image = await loadImage(Buffer.from(url.split(",")[1], "base64"));
    expect([image.width, image.height]).toEqual([64, 64]);
    const context = createCanvas(64, 64).getContext("2d");
    context.drawImage(image, 0, 0);
    expect([...context.getImageData(5, 7, 1, 1).data]).toEqual([150, 150, 150, 255]);
  });
});

describe("the command", () => {
  test("prints words, JSON and a page, and says by its exit code that a run is worse", async () => {
    const out = join(save, "page.html");
    const words = await command(["compare", "fast-0@2", "slow-0@0", "--save", save, "--out", out]);
    expect(words).toMatchObject({code: 0, stderr: ""});
    expect(words.stdout).toContain("fewer right");
    expect(readFileSync(out, "utf8")).toContain("Who is right?");
    const flags = ["--save", save, "--json", "--fail-under", "0.002"];
    const {code, stdout} = await command(["compare", "fast-0@2", "slow-0@0", ...flags]);
    expect(code).toBe(3);
    const {schema, runs, base} = JSON.parse(stdout);
    expect([schema, base.run, base.epoch, runs[0].run]).toEqual(["epochscope/compare/1", "fast-0", 2, "slow-0"]);
    expect(runs[0].difference).toBeLessThan(-0.002);
    expect((await command(["compare", "slow-0@0", "fast-0@2", ...flags])).code).toBe(0);
  });

  test("tells in one line what it cannot compare", async () => {
    mkdirSync(join(save, "empty"), {recursive: true});
    const alone = await command(["compare", "fast-0", "--save", save]);
    expect([alone.code, alone.stderr.trim()]).toEqual([2, "error: compare: expected two runs or more, got 1"]);
    const none = await command(["compare", "fast-0", "gone", "--save", save]);
    expect(none.code).toBe(2);
    expect(none.stderr.trim().split("\n")).toHaveLength(1);
  });
});

test("explanations of the same answers are laid side by side, those of a run beside itself are the same", async () => {
  const explained = {...small, probes: "confusion,lime", epochs: 1, samples: "3,8,20"};
  await runAll({...explained, seed: 0, name: "why-a"}, {lime: {samples: "100"}});
  await runAll({...explained, seed: 0, name: "why-b", learningRate: 0.02}, {lime: {samples: "100"}});
  const {runs} = await compared("why-a@last", "why-a@last", "why-b@last");
  expect(runs[0].explained.length).toBeGreaterThan(0);
  expect(runs[0].explained.map(({alike}) => alike)).toBeAllClose(
    runs[0].explained.map(() => 1),
    {atol: 1e-12},
  );
  const [, {explained: apart}] = runs;
  expect(apart.every(({alike}) => alike >= -1 && alike < 1)).toBe(true);
  expect(apart.map(({alike}) => alike)).toEqual(apart.map(({alike}) => alike).sort((a, b) => a - b));
  expect(apart.every(({index}) => [3, 8, 20].includes(index))).toBe(true);
});
