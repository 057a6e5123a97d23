import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";

import {fusedNetwork, plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import {answerer} from "../../src/page/answerer";
import {type Answer, asker} from "../../src/page/ask";
import {type Config, defaultsOf} from "../../src/page/config";
import {hashOf} from "../../src/page/hash";
import {learn, type Moment, type Told} from "../../src/page/learn";
import {type Material, splitsOf, testLabels, testPixels} from "../../src/page/lesson";
import type {FromAsker, FromTrainer} from "../../src/page/messages";
import {stopsOf} from "../../src/page/moments";
import {networkOf} from "../../src/page/network";
import {withWrongLabels} from "../../src/page/noise";
import {passedOn} from "../../src/page/passed-on";
import {trainer} from "../../src/page/trainer";
import {weightCount} from "../../src/page/weight-count";
import {take} from "../../src/pipeline/data/split";
import {cnn} from "../../src/pipeline/model/zoo/cnn";
import {oneCycle} from "../../src/pipeline/training/schedule";
import {epochStart, trainEpoch} from "../../src/pipeline/training/train";
import {eventLoopTurn} from "../../src/tsne/index";
import {firstOf, KNOWN_RUNS, mnistMaterial} from "./lesson-data";

let mnist: Material;
/** 300 digits to learn from, 60 to test: 5 batches an epoch. */
let few: Material;
let short: Config;

beforeAll(async () => {
  await tf.setBackend("cpu");
  mnist = await mnistMaterial();
  few = firstOf(mnist, 300, 60);
  short = {...defaultsOf(few.lesson), epochs: 2, width: 4};
}, 60_000);

async function all(config: Config, material: Material): Promise<Told[]> {
  const told: Told[] = [];
  for await (const one of learn(config, material)) told.push(one);
  return told;
}
/** Waits until all that can go on now has gone on, so many times. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await eventLoopTurn();
}
const momentsOf = (told: readonly Told[]) => told.filter((one): one is Moment => one.kind === "moment");

test.each(KNOWN_RUNS)(
  "MNIST's page with $change ends at the weights it has always ended at",
  async ({change, hash}) => {
    const told = await all({...defaultsOf(mnist.lesson), ...change}, mnist);
    expect(told.at(-1)).toMatchObject({kind: "done", hash});
  },
  120_000,
);

test("it learns as the product does: threads, tfjs' own network and the same batches give the same weights", async () => {
  const config = {...short, width: 16, seed: 3};
  const {lesson} = few;
  const model = cnn(lesson.shape, 10, config.seed, config.width);
  const planned = plan(graphOf(model), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const {classNames, batchSize} = lesson;
  const network = await fusedNetwork(planned, {threads: 2, classNames, batchSize, seed: 3, variant: "plain"});
  const train = take(splitsOf(few).train, config.train);
  for (let epoch = 1; epoch <= config.epochs; epoch++) {
    const options = {epochs: config.epochs, batchSize, seed: 3, schedule: oneCycle(config.rate)};
    for await (const _ of trainEpoch(network, train, epochStart(epoch, train, batchSize), options));
  }
  const told = await all(config, few);
  expect(told.at(-1)).toMatchObject({hash: hashOf(await network.getFlatWeights())});
  await network.dispose();
});

describe("moments", () => {
  test("are often in the first epoch and seldom later, from step 0 to the last", () => {
    const config = {...defaultsOf(mnist.lesson), epochs: 4};
    const stops = stopsOf(config, 64); // 79 batches an epoch
    expect(stops.length).toBe(35);
    expect([stops[0], stops[16], stops.at(-1)]).toEqual([0, 79, 316]);
    expect(stops.filter((step) => step > 79).length).toBe(18);
    expect(stopsOf({...config, train: 50, epochs: 3}, 64)).toEqual([0, 1, 2, 3]); // one batch an epoch
  });

  test("hold the weights, the answers and the map of exactly their step", async () => {
    const told = await all(short, few);
    const moments = momentsOf(told);
    expect(moments.map(({step}) => step)).toEqual(stopsOf(short, 64));
    const network = await networkOf(short, few.lesson);
    const images = await splitsOf(few).test.read([...Array(60).keys()]);
    for (const {weights, probabilities, accuracy, points, loss} of moments) {
      await network.setFlatWeights(weights);
      const answers = await network.predict(images);
      for (let i = 0; i < answers.length; i++) expect(answers[i]).toBeCloseTo(probabilities[i], 5);
      const labels = testLabels(few);
      const right = labels.reduce((sum, truth, n) => {
        const row = probabilities.subarray(10 * n, 10 * n + 10);
        return sum + (row.indexOf(Math.max(...row)) === truth ? 1 : 0);
      }, 0);
      expect(accuracy).toBe(right / 60);
      const mean = labels.reduce((sum, truth, n) => sum - Math.log(probabilities[10 * n + truth]) / 60, 0);
      expect(loss).toBeCloseTo(mean, 4);
      expect(points.length).toBe(120);
    }
    await network.dispose();
    expect(hashOf(moments[0].weights)).not.toBe(hashOf(moments.at(-1)?.weights as Float32Array));
  });

  test("and every batch is reported, with the pictures it had: an epoch has each once", async () => {
    const told = await all(short, few);
    const batches = told.flatMap((one) => (one.kind === "batch" ? [one] : []));
    expect(batches.map(({step}) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const epoch = batches.slice(0, 5).flatMap(({pictures}) => [...pictures]);
    expect(epoch.sort((a, b) => a - b)).toEqual([...Array(300).keys()]);
  });

  test("and the first batch's loss and accuracy are those of the untrained network on its pictures", async () => {
    const told = await all(short, few);
    const [first] = told.flatMap((one) => (one.kind === "batch" ? [one] : []));
    const network = await networkOf(short, few.lesson);
    const images = await splitsOf(few).train.read([...first.pictures]);
    const probabilities = await network.predict(images);
    await network.dispose();
    const rows = [...images.labels].map((label, n) => ({label, row: probabilities.subarray(10 * n, 10 * n + 10)}));
    const right = rows.filter(({label, row}) => row.indexOf(Math.max(...row)) === label).length;
    expect(first.loss).toBeCloseTo(rows.reduce((sum, {label, row}) => sum - Math.log(row[label]), 0) / rows.length, 4);
    expect(first.accuracy).toBeCloseTo(right / rows.length, 9);
  });
});

test("wrong labels are as many as they are asked for, never the right one, and the same for the same seed", async () => {
  const split = splitsOf(mnist).train;
  const indices = [...Array(5000).keys()];
  const truth = (await split.read(indices)).labels;
  const noisy = (await withWrongLabels(split, 0.4, 10, 1).read(indices)).labels;
  const wrong = noisy.filter((label, n) => label !== truth[n]).length;
  expect(wrong / 5000).toBeCloseTo(0.4, 1);
  expect((await withWrongLabels(split, 0.4, 10, 1).read([7, 3])).labels).toEqual(Uint16Array.of(noisy[7], noisy[3]));
  expect((await withWrongLabels(split, 0.4, 10, 2).read(indices)).labels).not.toEqual(noisy);
});

test("the number of weights is that of the network", async () => {
  for (const width of [4, 16, 64]) {
    const network = await networkOf({...short, width}, mnist.lesson);
    expect(weightCount({...short, width}, mnist.lesson)).toBe((await network.getFlatWeights()).length);
    await network.dispose();
  }
  // 20 x 24 colour pixels: 9 x 11 and 3 x 4 after the pools; 3 * 9 * 4 + 4, 4 * 9 * 8 + 8 and (12 * 8 + 1) * 3 weights
  const colour = {...mnist.lesson, shape: [20, 24, 3] as const, classNames: ["a", "b", "c"]};
  expect(weightCount({...short, width: 4}, colour)).toBe(112 + 296 + 291);
});

test("a run waits where it may not continue, and continues from there to the same end", async () => {
  const told: FromTrainer[] = [];
  let heard = () => {};
  const ask = trainer(few, (one) => {
    told.push(one);
    heard();
  });
  const until = (is: (one: FromTrainer) => boolean) =>
    new Promise<void>((resolve) => {
      heard = () => {
        if (told.some(is)) resolve();
      };
      heard();
    });
  ask({kind: "begin", run: 1, config: short, until: 0, pace: 0});
  await until(({kind}) => kind === "moment");
  ask({kind: "until", step: 3});
  await until((one) => one.kind === "batch" && one.step === 3);
  await turns(50); // by then a step that is not allowed would be told
  expect(told.filter(({kind}) => kind === "batch").length).toBe(3);
  ask({kind: "until", step: Infinity});
  await until(({kind}) => kind === "done");
  const unbroken = await all(short, few);
  expect(told.at(-1)).toMatchObject({hash: (unbroken.at(-1) as {hash: string}).hash});
  // another run ends one that waits
  ask({kind: "begin", run: 2, config: short, until: 0, pace: 0});
  ask({kind: "begin", run: 3, config: {...short, epochs: 1}, until: Infinity, pace: 0});
  await until((one) => one.kind === "done" && one.run === 3);
  expect(told.some(({run}) => run === 2)).toBe(false);
});

test("steps that are too large are reported as a failure, in one line", async () => {
  const config = {...short, rate: 1e30};
  const told = await new Promise<FromTrainer>((resolve) => {
    const ask = trainer(few, (one) => one.kind === "failed" && resolve(one));
    ask({kind: "begin", run: 1, config, until: Infinity, pace: 0});
  });
  expect(told).toMatchObject({
    why: expect.stringMatching(
      /^scores after step \d+: expected finite numbers, got others; try a lower learning rate$/,
    ),
  });
});

describe("an answer", () => {
  test("about a test picture is the moment's own, its neighbours are the nearest by scores, without itself", async () => {
    const moments = momentsOf(await all(short, few));
    const asks = asker(few);
    await asks.begin(short);
    for (const {index, weights} of moments) asks.add(index, weights);
    expect([asks.has(0), asks.has(moments.length)]).toEqual([true, false]);
    const pixels = Float32Array.from(testPixels(few, 7), (v) => v / 255);
    const last = moments.length - 1;
    const answer = await asks.answer({id: 1, moment: last, pixels, except: 7, history: true});
    const expected = moments[last].probabilities.subarray(70, 80);
    for (const [k, p] of answer.probabilities.entries()) expect(p).toBeCloseTo(expected[k], 5);
    expect(answer.near.length).toBe(8);
    expect([...answer.near]).not.toContain(7);
    expect([...answer.distances]).toEqual([...answer.distances].sort((a, b) => a - b));
    expect(answer.saliency.length).toBe(784);
    expect(answer.lime.weights.length).toBe(answer.lime.count);
    const history = answer.history as Float32Array;
    expect(history.length).toBe(10 * moments.length);
    moments.forEach(({probabilities}, m) => {
      for (let k = 0; k < 10; k++) expect(history[10 * m + k]).toBeCloseTo(probabilities[70 + k], 5);
    });
    expect((await asks.answer({id: 2, moment: 0, pixels, target: 4, history: false})).target).toBe(4);
  });

  test("is given to the last question only, once its run has begun", async () => {
    const {weights} = momentsOf(await all({...short, epochs: 1}, few))[0];
    const answers: Answer[] = [];
    let heard = (_: FromAsker) => {};
    const ask = answerer(few, (one) => heard(one));
    const pixels = Float32Array.from(testPixels(few, 1), (v) => v / 255);
    const isOver = new Promise<void>((resolve, reject) => {
      heard = (one) => {
        if (one.kind === "failed") return reject(new Error(one.why));
        answers.push(one);
        if (one.id === 4) resolve();
      };
    });
    ask({kind: "begin", config: short});
    ask({kind: "moment", index: 0, weights});
    for (const id of [1, 2, 3, 4]) ask({kind: "ask", question: {id, moment: 0, pixels, history: false}});
    await isOver;
    expect(answers.map(({id}) => id)).toEqual([4]);
  });
});

describe("work that reports by a callback, as a generator", () => {
  const work = async (tell: (n: number) => Promise<void>) => {
    for (const n of [1, 2, 3]) await tell(n);
    return "end";
  };

  test("yields each report and returns the result; the work waits meanwhile", async () => {
    const told: number[] = [];
    let done = 0;
    const reports = passedOn(async (tell: (n: number) => Promise<void>) => {
      for (const n of [1, 2]) {
        await tell(n);
        done = n;
      }
    });
    told.push((await reports.next()).value as number);
    await turns(1);
    expect([told, done]).toEqual([[1], 0]);
    await reports.next();
    expect(done).toBe(1);
    const all = passedOn(work);
    const seen = [];
    for (;;) {
      const {done: isOver, value} = await all.next();
      seen.push(value);
      if (isOver) break;
    }
    expect(seen).toEqual([1, 2, 3, "end"]);
  });

  test("passes its error on, and ends the work where nobody pulls any more", async () => {
    const failing = passedOn(async () => {
      throw new Error("broken");
    });
    await expect(failing.next()).rejects.toThrow("broken");
    let ended = "";
    const left = passedOn(async (tell: (n: number) => Promise<void>) => {
      await tell(1).catch(({message}: Error) => {
        ended = message;
        throw new Error(message);
      });
    });
    await left.next();
    await left.return(undefined);
    await turns(1);
    expect(ended).toBe("nobody looks any more");
  });
});
