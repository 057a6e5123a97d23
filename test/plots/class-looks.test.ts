import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {classLook, HUES} from "../../src/plots/class-looks";
import {colorDistance, VISIONS, type Vision} from "../support/color-vision";

/** The ten hues of both themes, from the page's style sheet. */
const css = readFileSync("src/report/client/style.css", "utf8");
const found = Array.from(css.matchAll(/--c(\d): #([0-9a-f]{6})/g), ([, k, hex]) => [Number(k), hex] as const);
const themes = [found.slice(0, HUES), found.slice(HUES)].map((theme) => theme.map(([, hex]) => hex));

/** How far apart two hues look to whoever tells them apart least, in the theme where they are nearest. */
const apart = themes[0].map((_, a) =>
  themes[0].map((_, b) =>
    Math.min(...themes.flatMap((theme) => VISIONS.map((vision: Vision) => colorDistance(theme[a], theme[b], vision)))),
  ),
);
const nearest = (hues: readonly number[]) =>
  Math.min(...hues.flatMap((a, i) => hues.slice(0, i).map((b) => apart[a][b])));

test("the style sheet has ten hues in each theme", () => {
  expect(found.map(([k]) => k)).toEqual([...Array(HUES).keys(), ...Array(HUES).keys()]);
});

test.each([2, 3, 4, 5, 6, 7, 8, 9])("%d classes get the hues that are as far apart as can be", (classes) => {
  const chosen = Array.from({length: classes}, (_, k) => classLook(k, classes).hue);
  expect(new Set(chosen).size).toBe(classes);
  let best = 0;
  for (let bits = 0; bits < 1 << HUES; bits++) {
    const hues = [...Array(HUES).keys()].filter((hue) => (bits >> hue) & 1);
    if (hues.length === classes) best = Math.max(best, nearest(hues));
  }
  expect(nearest(chosen)).toBe(best);
});

test("ten classes keep the ten hues in their order", () => {
  expect(Array.from({length: 10}, (_, k) => classLook(k, 10))).toEqual(
    Array.from({length: 10}, (_, hue) => ({hue, mark: "disc"})),
  );
});

test.each([28, 100])("no two of %d classes look alike", (classes) => {
  const looks = Array.from({length: classes}, (_, k) => JSON.stringify(classLook(k, classes)));
  expect(new Set(looks).size).toBe(classes);
});
