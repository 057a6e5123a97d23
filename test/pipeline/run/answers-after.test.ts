import {existsSync, readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {afterAll, beforeAll, expect, test} from "vitest";

import {LOGITS} from "../../../src/nouns/network";
import {resolveOptions} from "../../../src/nouns/options";
import type {Dataset} from "../../../src/nouns/samples";
import {batches} from "../../../src/pipeline/data/batches";
import {withKeptNetwork} from "../../../src/pipeline/kept-network";
import {readWeights} from "../../../src/pipeline/record/epoch-weights";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {keptTrainingAnswers, type TrainingAnswers} from "../../../src/pipeline/record/training-answers";
import {run} from "../../../src/pipeline/run";
import {runOptions} from "../../../src/pipeline/run/options";
import {resumedOptions} from "../../../src/pipeline/run/resumed-options";
import type {App} from "../../../src/report/client/app";
import {writeReport} from "../../../src/report/page";
import {openBrowser, openPage} from "../../report/browser";
import {temporaryFolder} from "../../support/idx-files";
import {metricsOf, runAll} from "../../support/small-run";

const CLASSES = 10;
const save = join(temporaryFolder(), "save");
const small = {save, probes: "confusion", epochs: 2, batchSize: 16, trainLimit: 600, testLimit: 60, projector: 0};
const after = {...small, dynamicsPass: "after"} as const;
const folder = (name: string) => join(save, name);
const answersOf = async (name: string) => (await keptTrainingAnswers(folder(name))) as TrainingAnswers;
let data: Dataset;
beforeAll(async () => {
  const events = await runAll({...after, name: "after"}, {});
  data = events.flatMap((event) => (event.type === "start" ? event.data : []))[0];
  await runAll({...small, name: "presented"}, {});
});
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));

/** The softmax of an image's logits, written out. */
function told(logits: Float32Array, label: number) {
  const exps = Array.from(logits, (logit) => Math.exp(logit - Math.max(...logits)));
  const p = exps.map((e) => e / exps.reduce((sum, e) => sum + e, 0));
  return {
    loss: -Math.log(p[label]),
    margin: logits[label] - Math.max(...logits.filter((_, k) => k !== label)),
    predicted: logits.indexOf(Math.max(...logits)),
    sureness: 255 * Math.max(...p),
    error: (255 * Math.hypot(...p.map((q, k) => q - Number(k === label)))) / Math.SQRT2,
    entropy: (-255 * p.reduce((sum, q) => sum + (q > 0 ? q * Math.log(q) : 0), 0)) / Math.log(CLASSES),
  };
}

test("with a pass after the epoch the answers are those of the network that the epoch left", async () => {
  const kept = await answersOf("after");
  expect(kept.epochs).toEqual([1, 2]);
  let [asked, wrong] = [0, 0];
  await withKeptNetwork(folder("after"), data, {optimizer: "adam", threads: 2}, async (network) => {
    for (const [e, epoch] of kept.epochs.entries()) {
      await network.setWeights(await readWeights(folder("after"), epoch));
      for await (const batch of batches(data.train, 37)) {
        const [{values}] = await network.forward(batch, [LOGITS]);
        const {indices, labels} = batch;
        for (const [n, at] of indices.entries()) {
          const right = told(values.slice(n * CLASSES, (n + 1) * CLASSES), labels[n]);
          expect(kept.labels[at]).toBe(labels[n]);
          expect(kept.losses[e][at]).toBeCloseTo(right.loss, 4);
          expect(kept.margins[e][at]).toBeCloseTo(right.margin, 3);
          expect(kept.predicted[e][at]).toBe(right.predicted);
          expect(Math.abs(kept.sureness[e][at] - right.sureness)).toBeLessThan(0.51);
          expect(Math.abs((kept.errors?.[e][at] as number) - right.error)).toBeLessThan(0.51);
          if (e === 1) expect(Math.abs((kept.entropies?.[at] as number) - right.entropy)).toBeLessThan(0.51);
          asked++;
          wrong += Number(right.margin < 0);
        }
      }
    }
  });
  expect(asked).toBe(2 * 550);
  expect(wrong).toBeGreaterThan(0);
});

test("such a pass changes nothing of what is learnt, and its answers are not those as presented", async () => {
  const weights = (name: string) => readFileSync(join(folder(name), "artifacts/weights/all-epoch-002.npz"));
  expect(weights("after").equals(weights("presented"))).toBe(true);
  const figures = (name: string) =>
    metricsOf(folder(name)).map(({trainLoss, trainAccuracy, testLoss}) => ({trainLoss, trainAccuracy, testLoss}));
  expect(figures("after")).toEqual(figures("presented"));
  const mean = async (name: string) => (await answersOf(name)).losses[0].reduce((sum, loss) => sum + loss / 550, 0);
  expect(await mean("presented")).toBeCloseTo(figures("after")[1].trainLoss as number, 5);
  expect(await mean("after")).toBeLessThan((await mean("presented")) / 1.5); // 30 steps later
});

test("a run interrupted as an epoch ends makes its pass when it is resumed", async () => {
  const stop = new AbortController();
  for await (const event of run(
    resolveOptions(runOptions, {...after, name: "broken"}, "--"),
    {},
    {signal: stop.signal},
  )) {
    if (event.type === "train" && event.epoch === 1 && event.batch === event.batches) stop.abort();
  }
  expect(existsSync(join(folder("broken"), "artifacts/training"))).toBe(false);
  const {options, probes} = resumedOptions(openRunDirectory(folder("broken")), "");
  expect(options.dynamicsPass).toBe("after");
  await runAll(options, probes, {resume: openRunDirectory(folder("broken"))});
  for (const epoch of [1, 2]) {
    const file = `artifacts/training/epoch-00${epoch}.json`;
    expect(await readSaved(join(folder("broken"), file))).toEqual(await readSaved(join(folder("after"), file)));
  }
});

test("the page says which answers it shows", async () => {
  const browser = await openBrowser();
  try {
    for (const [name, told] of [
      ["after", "after each epoch"],
      ["presented", "as it is presented"],
    ]) {
      const {page, complaints} = await openPage(
        browser,
        `${pathToFileURL(await writeReport(folder(name)))}#v=training`,
      );
      await page.evaluate(() =>
        (window as unknown as {epochscope: {current: App}}).epochscope.current.store.set({stop: 0}),
      );
      await page.waitForSelector(".hero-say >> text=Before training");
      const text = `${await page.textContent("body")}`;
      expect(text).toContain(`is kept from epoch 1 on, ${told}.`);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  } finally {
    await browser.close();
  }
});

test("another word than the two is refused in one line", () => {
  expect(() => resolveOptions(runOptions, {dynamicsPass: "before"}, "--")).toThrow(
    /^--dynamics-pass: expected one of presented, after, got "before"$/,
  );
});
