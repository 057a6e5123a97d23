import {MARKS, type Mark} from "./marks";

/** The look of a class, by which it is told from the others. */
export interface ClassLook {
  /** One of the ten hues, 0 to 9: `--c0` to `--c9` on the page, and the same in pictures. */
  readonly hue: number;
  /** After ten classes the hues repeat, each time with another mark. */
  readonly mark: Mark;
}

/** How many hues there are. */
export const HUES = 10;

/**
 * The hues, for a few classes, that are farthest apart: the choice whose two nearest are farthest from each other in
 * OKLab, in both themes, in normal vision and in simulated protanopia, deuteranopia and tritanopia (found by trying all
 * choices, as `test/plots/class-looks.test.ts` does).
 */
const FEW: {readonly [classes: number]: readonly number[]} = {
  1: [6],
  2: [6, 9],
  3: [5, 6, 7],
  4: [0, 3, 4, 5],
  5: [0, 3, 4, 5, 6],
  6: [0, 1, 3, 5, 6, 7],
  7: [0, 1, 3, 5, 6, 7, 8],
  8: [0, 1, 2, 3, 5, 6, 7, 8],
  9: [0, 1, 2, 3, 4, 5, 6, 7, 8],
};

/** The look of class k out of `classes`. After 100 classes, looks repeat; then only names tell the classes apart. */
export function classLook(k: number, classes: number): ClassLook {
  const few = FEW[classes];
  return {
    hue: few && k < few.length ? few[k] : k % HUES,
    mark: MARKS[Math.floor(k / HUES) % MARKS.length],
  };
}
