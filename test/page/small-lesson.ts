import type {Lesson, Material} from "../../src/page/lesson";

/** 30 pictures of two pixels to learn from, 20 to test, of four classes; the first of the test is a cat. */
export const lesson: Lesson = {
  ...{name: "things", words: {one: "picture", many: "pictures"}, shape: [1, 2, 1], isInk: true},
  ...{classNames: ["ant", "bee", "cat", "dog"], train: 30, test: 20, batchSize: 10, epochs: 2, opensWith: 0},
};
export const material: Material = {
  ...{lesson, pixels: Uint8Array.from({length: 100}, (_, i) => i)},
  labels: Uint8Array.from({length: 50}, (_, n) => n % 4),
};
