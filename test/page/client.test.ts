import {beforeAll, describe, expect, test} from "vitest";

import {randomSource} from "../../src/nouns/random";
import {readAddress, writeAddress} from "../../src/page/client/address";
import {layOut, sameClassNear} from "../../src/page/client/map/lay-out";
import {next} from "../../src/page/client/map/next";
import {makeSprites, OPAQUE, packed, putSprite} from "../../src/page/client/map/sprites";
import {createPage, type Page} from "../../src/page/client/page";
import {compareWords, shown, verdictWords, whenWords} from "../../src/page/client/panels/verdict-words";
import {newRun} from "../../src/page/client/run";
import {choicesOf, defaultsOf} from "../../src/page/config";
import type {Moment} from "../../src/page/learn";
import type {Material} from "../../src/page/lesson";
import {rasterise} from "../../src/page/rasterise";
import {firstOf, mnistMaterial} from "./lesson-data";

let mnist: Material;
let few: Material;
beforeAll(async () => {
  mnist = await mnistMaterial();
  few = firstOf(mnist, 100, 20);
}, 60_000);

describe("the address", () => {
  test("holds settings that are not the first ones, the moment and what is drawn", () => {
    const {lesson} = mnist;
    const config = {...defaultsOf(lesson), train: 500, noise: 0.4, seed: 7};
    const strokes = [[[0, 0] as const, [1, 0.5] as const], [[0.25, 0.75] as const]];
    const hash = writeAddress({config, at: 12, strokes}, lesson);
    expect(hash).toBe("train=500&noise=0.4&seed=7&at=12&draw=AA_g.Qv");
    const read = readAddress(`#${hash}`, lesson);
    expect(read).toMatchObject({config, at: 12, go: true});
    expect(read.strokes?.flat(2).map((v) => Math.round(20 * v) / 20)).toEqual([0, 0, 1, 0.5, 0.25, 0.75]);
    expect(writeAddress({config: defaultsOf(lesson)}, lesson)).toBe("");
  });

  test("that says nonsense is as if it said nothing", () => {
    const read = readAddress("#train=7&rate=x&at=-1&test=1000&tour=7&draw=%3Cb%3E&theme=pink&seed=1e9", mnist.lesson);
    expect(read).toEqual({
      ...{config: defaultsOf(mnist.lesson), go: true},
      at: undefined,
      test: undefined,
      tour: undefined,
    });
  });
});

describe("a drawing", () => {
  const line = [[[0.4, 0.2] as const, [0.4, 0.8] as const]];
  const massOf = (pixels: Float32Array) => {
    let [sum, x, y] = [0, 0, 0];
    pixels.forEach((v, p) => {
      sum += v;
      x += v * ((p % 28) + 0.5);
      y += v * (Math.floor(p / 28) + 0.5);
    });
    return [x / sum, y / sum];
  };

  test("is made as MNIST's digits are: 20 of 28 pixels high, its centre of mass in the middle, whatever its size", () => {
    for (const scale of [0.3, 1, 1.2]) {
      const pixels = rasterise([line[0].map(([x, y]) => [x * scale, y * scale] as const)], mnist.lesson);
      const [x, y] = massOf(pixels);
      expect(x).toBeCloseTo(14, 1);
      expect(y).toBeCloseTo(14, 1);
      const rows = [...Array(28).keys()].filter((row) => pixels.subarray(28 * row, 28 * row + 28).some((v) => v > 0.5));
      expect(rows.length).toBeGreaterThanOrEqual(19);
      expect(rows.length).toBeLessThanOrEqual(21);
      expect(Math.max(...pixels)).toBe(1);
    }
  });

  test("of a dot is a dot, and nothing is not a number", () => {
    const pixels = rasterise([[[0.9, 0.9]]], mnist.lesson);
    expect(pixels.every(Number.isFinite)).toBe(true);
    expect(pixels[14 * 28 + 14]).toBeGreaterThan(0.8);
  });

  test("for other pictures stays where it was drawn: dark on white where ink is dark, and in colour", () => {
    const words = {one: "picture", many: "pictures"};
    const grey = rasterise(line, {...mnist.lesson, words, isInk: false});
    expect([grey[0], grey[14 * 28 + 11]]).toEqual([1, 0]);
    const colour = rasterise(line, {...mnist.lesson, words, isInk: false, shape: [28, 28, 3]});
    expect(colour.length).toBe(3 * 784);
    expect([...colour.subarray(3 * (14 * 28 + 11), 3 * (14 * 28 + 11) + 3)]).toEqual([0, 0, 0]);
  });
});

describe("the map", () => {
  test("fills its panel, hides nothing outside, and parts pictures that cover each other", () => {
    const random = randomSource(1);
    const points = Float32Array.from({length: 400}, () => 30 * random() ** 3);
    const target = new Float32Array(400);
    layOut(points, {wide: 1.4, apart: 0.05, margin: 0.1}, target);
    for (let n = 0; n < 200; n++) {
      expect(Math.abs(target[2 * n])).toBeLessThan(1.30001);
      expect(Math.abs(target[2 * n + 1])).toBeLessThan(0.90001);
    }
    const overlaps = (places: Float32Array, apart: number) => {
      let sum = 0;
      for (let a = 0; a < 200; a++) {
        for (let b = 0; b < a; b++) {
          const far = Math.hypot(places[2 * a] - places[2 * b], places[2 * a + 1] - places[2 * b + 1]);
          sum += Math.max(0, apart - far);
        }
      }
      return sum;
    };
    const unpushed = new Float32Array(400);
    layOut(points, {wide: 1.4, apart: 0, margin: 0.1}, unpushed);
    expect(overlaps(target, 0.05)).toBeLessThan(0.5 * overlaps(unpushed, 0.05));
  });

  test("that has hardly begun stays small, in the middle", () => {
    const target = new Float32Array(4);
    layOut([5, 5, 5.01, 5], {wide: 1, apart: 0.1, margin: 0}, target);
    expect(Math.max(...target.map(Math.abs))).toBeLessThan(0.01);
  });

  test("counts neighbours of the same class: ten of ten in groups apart, fewer than half where each stands between others", () => {
    const labels = Uint8Array.from({length: 44}, (_, n) => n % 2);
    const apart = Float32Array.from({length: 88}, (_, i) => (i % 2 ? i / 100 : 100 * labels[i >> 1]));
    expect(sameClassNear(apart, labels)).toBe(10);
    const mixed = Float32Array.from({length: 88}, (_, i) => (i % 2 ? 0 : i >> 1));
    expect(sameClassNear(mixed, labels)).toBeCloseTo(46 / 11, 12); // 4 of ten, and 5 for 0 and 4 at the end
  });

  test("is walked by arrows: to what is nearest in that direction", () => {
    const places = Float32Array.of(0, 0, 1, 0.2, 0.5, 3, -1, 0, 0, -2);
    expect(next(places, 0, [1, 0])).toBe(1);
    expect(next(places, 0, [0, 1])).toBe(2);
    expect(next(places, 0, [-1, 0])).toBe(3);
    expect(next(places, 0, [0, -1])).toBe(4);
    expect(next(places, 4, [0, -1])).toBe(4); // there is none
  });
});

describe("the map's pictures", () => {
  const hues = Array.from({length: 10}, (_, k) => [25 * k, 255 - 20 * k, 7 * k] as const);
  const colorAt = (image: Int32Array, i: number) => [0, 8, 16].map((shift) => (image[i] >>> shift) & 255);

  test("in their own size are their pixels in their class's colour, a little stronger, on what was there", () => {
    const sprites = makeSprites(few, hues, 28, 40);
    const ground = [200, 100, 50] as const;
    for (const strength of [0, 0.34, 1]) {
      for (const n of [0, 7, 19]) {
        const image = new Int32Array(40 * 30).fill(packed(ground) | OPAQUE);
        putSprite(sprites, n, image, 41, strength);
        for (let p = 0; p < 784; p++) {
          const over = (strength * Math.min(255, 1.15 * few.pixels[(100 + n) * 784 + p])) / 255;
          const at = 41 + Math.floor(p / 28) * 40 + (p % 28);
          colorAt(image, at).forEach((value, c) => {
            const right = ground[c] + (hues[few.labels[100 + n]][c] - ground[c]) * over;
            expect(Math.abs(value - right), `${strength} ${n} ${p} ${c}`).toBeLessThan(2.5);
          });
        }
        expect(image.every((pixel) => pixel >>> 24 === 255)).toBe(true);
      }
    }
  });

  test("of full cover at full strength hide what was there to the last bit", () => {
    const white = {...few, pixels: few.pixels.map(() => 255)};
    const image = new Int32Array(24 * 24).fill(packed([1, 2, 3]) | OPAQUE);
    putSprite(makeSprites(white, hues, 24, 24), 3, image, 0, 1);
    const own = packed(hues[few.labels[103]]) | OPAQUE;
    expect(image.every((pixel) => pixel === own)).toBe(true);
  });

  test("in colour keep their colours and proportions, in a frame of their class's colour", () => {
    const lesson = {...few.lesson, shape: [20, 10, 3] as const, isInk: false, train: 0, test: 2};
    const pixels = Uint8Array.from({length: 1200}, (_, i) => (i < 600 ? [10, 120, 250][i % 3] : 0));
    const sprites = makeSprites({lesson, pixels, labels: Uint8Array.of(4, 5)}, hues, 20, 20);
    const image = new Int32Array(400).fill(packed([255, 255, 255]) | OPAQUE);
    putSprite(sprites, 0, image, 0, 1);
    expect(colorAt(image, 10 * 20 + 4)).toEqual([255, 255, 255]); // beside it: it is half as wide as high
    expect(colorAt(image, 10 * 20 + 5)).toEqual([...hues[4]]);
    expect(colorAt(image, 10 * 20 + 10)).toEqual([10, 120, 250]);
  });
});

test("a panel is drawn again only if what it shows is another, or if colours or sizes are", () => {
  const page = createPage(few, defaultsOf(few.lesson));
  const drawn = {at: 0, answer: 0};
  page.onDraw(
    () => [page.at],
    () => drawn.at++,
  );
  page.onDraw(
    () => [page.answer],
    () => drawn.answer++,
  );
  page.draw();
  page.changed();
  page.draw();
  expect(drawn).toEqual({at: 1, answer: 1});
  page.at = 2;
  page.draw(); // nobody said that it changed
  expect(drawn).toEqual({at: 1, answer: 1});
  page.changed();
  page.draw();
  page.draw();
  expect(drawn).toEqual({at: 2, answer: 1});
  page.restyled();
  page.draw();
  expect(drawn).toEqual({at: 3, answer: 2});
});

describe("words", () => {
  const moment = (page: Page, index: number, right: number): Moment => {
    const probabilities = new Float32Array(200);
    page.labels.forEach((truth, n) => {
      probabilities[10 * n + (n < right ? truth : (truth + 1) % 10)] = 1;
    });
    const step = page.run.stops[index];
    const common = {kind: "moment" as const, weights: new Float32Array(), points: new Float32Array(40), loss: 1};
    return {...common, index, step, probabilities, accuracy: right / 20, trained: 0, looked: 0};
  };

  test("tell of the untrained network, of mistakes, and of the run before", () => {
    const page = createPage(few, defaultsOf(few.lesson));
    expect(verdictWords(page)).toBe("Making a network of random numbers.");
    page.run.moments[0] = moment(page, 0, 2);
    expect(verdictWords(page)).toBe(
      "**12,810 random numbers** read 2 of 20 digits right: that is guessing. Draw a digit, or teach it and watch.",
    );
    page.run.moments[1] = moment(page, 1, 19);
    page.at = 1;
    expect(verdictWords(page)).toMatch(
      /^It reads \*\*19 of 20\*\* digits right that it never learnt from\. \*\*1\*\* is wrong\.$/,
    );
    page.run.state = "failed";
    page.run.why = "loss at step 3: expected a finite number, got NaN; try a smaller --learning-rate";
    expect(verdictWords(page)).toContain("It broke: loss at step 3: expected a finite number, got NaN. ");
  });

  test("say when a moment is, and how a run compares", () => {
    const page = createPage(few, {...defaultsOf(few.lesson), epochs: 2}); // 2 batches an epoch
    expect(page.run.stops).toEqual([0, 1, 2, 3, 4]);
    expect([0, 1, 2, 3, 4].map((m) => whenWords(page.run, m))).toEqual([
      ...["Before the first lesson", "After 1 batch", "After 1 epoch", "After 1.5 epochs", "After 2 epochs"],
    ]);
    page.ghosts = [
      {curves: {length: 2, batches: [], moments: []}, config: {...page.config, noise: 0.4}, accuracy: 0.5},
    ];
    page.run.moments[0] = moment(page, 0, 11);
    page.run.state = "done";
    expect(compareWords(page)).toBe("**5.0 points better than** the run before (dashed): wrong labels 40 % → 0 %.");
    expect(shown("width", 8)).toBe("8, 16");
  });

  test("settings are those of the pictures: no more digits than there are", () => {
    expect(choicesOf(few.lesson).train).toEqual([50, 100]);
    expect(choicesOf(mnist.lesson).train.at(-1)).toBe(5000);
    expect(newRun(1, defaultsOf(mnist.lesson), mnist.lesson, false, 0).stops.length).toBe(35);
  });
});
