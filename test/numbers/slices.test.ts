import {rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {imageTraits} from "../../src/numbers/image-traits";
import {quartersOf, slicesOf, worstFirst} from "../../src/numbers/slices";
import {readColumns} from "../../src/pipeline/data/known-columns";
import {temporaryFolder} from "../support/idx-files";

/** A picture of 0 with a box of ink. */
function boxed(height: number, width: number, [top, left, bottom, right]: readonly [number, number, number, number]) {
  return Uint8Array.from({length: height * width}, (_, p) => {
    const [y, x] = [Math.floor(p / width), p % width];
    return y >= top && y <= bottom && x >= left && x <= right ? 255 : 0;
  });
}

test("of a stroke 2 wide and 6 long the brightness, size and width are as worked by hand", () => {
  // area 12, outline 16: 2 * 12 / 16 = 1.5
  const traits = imageTraits(boxed(10, 10, [2, 4, 7, 5]), 10, 10, 1);
  expect(traits).toEqual({brightness: expect.closeTo(0.12, 12), size: 0.12, stroke: 1.5});
  // dark on light is the same stroke
  const dark = boxed(10, 10, [2, 4, 7, 5]).map((value) => 255 - value);
  expect(imageTraits(dark, 10, 10, 1)).toEqual({
    ...traits,
    brightness: expect.closeTo(0.88, 12),
  });
  expect(imageTraits(new Uint8Array(300).fill(9), 10, 10, 3)).toEqual({
    ...{brightness: expect.closeTo(9 / 255, 12), size: 0, stroke: 0},
  });
});

test("quarters hold as many each, and equal numbers stay together", () => {
  expect(quartersOf("x", [8, 1, 2, 3, 4, 5, 6, 7]).map(({value, images}) => [value, images])).toEqual([
    ["lowest quarter, 1 to 2", [1, 2]],
    ["second quarter, 3 to 4", [3, 4]],
    ["third quarter, 5 to 6", [5, 6]],
    ["highest quarter, 7 to 8", [7, 0]],
  ]);
  expect(quartersOf("x", [1, 1, 1, 1, 2, 3, 2, 3]).map(({images}) => images)).toEqual([
    [0, 1, 2, 3],
    [4, 6],
    [5, 7],
  ]);
});

test("numbers that are all alike are not cut", () => {
  expect(quartersOf("x", [2, 2, 2])).toEqual([]);
  expect(quartersOf("x", [])).toEqual([]);
});

test("a field of words has a slice a word, one of many numbers has quarters, and no value is no slice", () => {
  expect(slicesOf("camera", ["a", "b", "a", ""])).toEqual([
    {field: "camera", value: "a", images: [0, 2]},
    {field: "camera", value: "b", images: [1]},
  ]);
  expect(
    slicesOf("weight", [...Array.from({length: 40}, (_, n) => `${n}`), ""]).map(({images}) => images.length),
  ).toEqual([10, 10, 10, 10]);
});

test("the worst slice comes first, with Wilson's interval", () => {
  const slices = slicesOf("camera", ["a", "a", "a", "a", "b", "b", "b", "b"]);
  const [first, second] = worstFirst(slices, (n) => n < 4 || n === 7);
  expect([first.value, first.right, second.value, second.right]).toEqual(["b", 1, "a", 4]);
  // statsmodels' proportion_confint(1, 4, method="wilson")
  expect(first.interval).toBeAllClose([0.0455871, 0.6993582], {atol: 1e-6});
});

test("columns are read by place or by file, and what is of no test image is refused or left out", async () => {
  const folder = temporaryFolder();
  const written = (text: string) => {
    const path = join(folder, "columns.csv");
    writeFileSync(path, text);
    return path;
  };
  const byIndex = await readColumns(written("index,camera,light\n2,a,0.5\n0,b,\n"), {count: 3});
  expect(byIndex.columns).toEqual([
    {name: "camera", values: ["b", "", "a"]},
    {name: "light", values: ["", "", "0.5"]},
  ]);
  expect(byIndex.note).toMatch(/columns\.csv: nothing is known of 1 of 3 test images$/);
  const files = ["x/1.png", "y/2.png"];
  const byFile = await readColumns(written("file;camera\ny/2.png;a\ntrain/7.png;b\n"), {count: 2, files});
  expect(byFile.columns).toEqual([{name: "camera", values: ["", "a"]}]);
  expect(byFile.note).toMatch(
    /: 1 row left out, of files that are no test images; nothing is known of 1 of 2 test images$/,
  );
  // two columns of one name keep their own values
  const twice = await readColumns(written("index,camera,camera\n0,a,x\n1,b,y\n"), {count: 2});
  expect(twice).toEqual({
    columns: [
      {name: "camera", values: ["a", "b"]},
      {name: "camera (2)", values: ["x", "y"]},
    ],
    note: null,
  });
  await expect(readColumns(written("index,camera\n3,a\n"), {count: 3})).rejects.toThrow(
    'row 2: expected the place of a test image below 3, got "3"',
  );
  await expect(readColumns(written("camera\na\n"), {count: 3})).rejects.toThrow("expected a table with a column index");
  await expect(readColumns(join(folder, "none.csv"), {count: 3})).rejects.toThrow("got nothing there");
  rmSync(folder, {recursive: true});
});
