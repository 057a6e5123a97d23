import {expect, test} from "vitest";

import {imageAnswers} from "../../../src/pipeline/model/image-answers";
import {sigmoid, softmax} from "../../../src/pipeline/model/tf/activations";
import {nextPower, powerAfter} from "../../../src/pipeline/model/tf/power-after";

test("what is said of each image follows from its scores and its class, worked by hand", () => {
  // of odds 1, 3 and 4 the probabilities are 1/8, 3/8 and 4/8
  const [one, three, four] = [0, Math.log(3), Math.log(4)];
  const answers = imageAnswers([one, three, four, four, one, three], [1, 0], 3);
  expect([...answers.predicted]).toEqual([2, 0]);
  expect(answers.probabilities).toBeAllClose([0.5, 0.5], {rtol: 1e-6});
  expect(answers.losses).toBeAllClose([Math.log(8 / 3), Math.log(2)], {rtol: 1e-6});
  expect(answers.margins).toBeAllClose([three - four, four - three], {rtol: 1e-6});
  expect(answers.errors).toBeAllClose([Math.sqrt(1 + 16 + 25) / 8, Math.sqrt(1 + 9 + 16) / 8], {rtol: 1e-6});
  const entropy = -[1, 3, 4].reduce((sum, odds) => sum + (odds / 8) * Math.log(odds / 8), 0);
  expect(answers.entropies).toBeAllClose([entropy, entropy], {rtol: 1e-6});
});

test("of classes with the same score the first is predicted, and a class that is ruled out has no share", () => {
  const answers = imageAnswers([2, 2, 2, 5, -Infinity, -Infinity], [2, 0], 3);
  expect([...answers.predicted]).toEqual([0, 0]);
  expect(answers.margins).toEqual(Float32Array.of(0, Infinity));
  expect([answers.losses[1], answers.probabilities[1], answers.errors[1], answers.entropies[1]]).toEqual([0, 1, 0, 0]);
});

test("a softmax shares one among each row's classes, however great the scores are", () => {
  expect(softmax(Float32Array.of(0, Math.log(3), 1000, 1000), 2)).toBeAllClose([0.25, 0.75, 0.5, 0.5], {rtol: 1e-6});
  expect([...softmax(Float32Array.of(1000, 0), 2)]).toEqual([1, 0]);
  expect(sigmoid(Float32Array.of(0, Math.log(3), -Math.log(3)))).toBeAllClose([0.5, 0.75, 0.25], {rtol: 1e-6});
});

test("a power is taken one step after the other, each rounded to single precision", () => {
  const beta = Math.fround(0.9);
  expect(powerAfter(0.9, 0)).toBe(beta);
  expect(powerAfter(0.9, 1)).toBe(Math.fround(beta * beta));
  expect(powerAfter(0.5, 3)).toBe(1 / 16);
  expect(nextPower(0.25, 0.5)).toBe(0.125);
});
