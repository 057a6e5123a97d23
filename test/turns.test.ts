import {setTimeout as delay} from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import {expect, test} from "vitest";

import {cnn} from "../src/pipeline/model/cnn";
import {tfNetwork} from "../src/pipeline/model/tf-network";
import {randomSource} from "../src/pipeline/random";
import {turns} from "../src/pipeline/turns";

test("each begins when the one before has ended, well or badly", async () => {
  const log: string[] = [];
  const inTurn = turns();
  const act = (name: string, time: number) => async () => {
    log.push(`${name} begins`);
    await delay(time);
    log.push(`${name} ends`);
    if (name === "b") throw new Error("b fails");
    return name;
  };
  const results = await Promise.allSettled([inTurn(act("a", 20)), inTurn(act("b", 5)), inTurn(act("c", 0))]);
  expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  expect(results.map(({status}) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("on tfjs, steps asked for at once are the steps made one after the other, and a copy waits for both", async () => {
  await tf.setBackend("cpu");
  const random = randomSource(3);
  const shape = [12, 12, 1] as const;
  const batchOf = (count: number) => ({
    count,
    shape,
    pixels: Float32Array.from({length: count * 144}, random),
    labels: Uint16Array.from({length: count}, (_, i) => i % 3),
  });
  const [a, b] = [batchOf(4), batchOf(4)];
  const open = () => tfNetwork(cnn(shape, 3, 0), shape, ["x", "y", "z"], {optimizer: "adam", seed: 0});
  const [one, two] = [open(), open()];
  await one.trainBatch(a, 0.01, 0);
  await one.trainBatch(b, 0.01, 1);
  void two.trainBatch(a, 0.01, 0);
  void two.trainBatch(b, 0.01, 1);
  const weights = await two.getWeights();
  expect(weights.map(({values}) => values)).toEqual((await one.getWeights()).map(({values}) => values));
  await Promise.all([one.dispose(), two.dispose()]);
});
