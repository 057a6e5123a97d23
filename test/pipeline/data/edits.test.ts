import {rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {afterAll, describe, expect, test} from "vitest";
import {randomSource} from "../../../src/nouns/random";
import type {Dataset, Split} from "../../../src/nouns/samples";
import {batches} from "../../../src/pipeline/data/batches";
import {type Edit, editedData, readEdits} from "../../../src/pipeline/data/edits";
import {openData} from "../../../src/pipeline/data/index";
import {subset} from "../../../src/pipeline/data/split";
import {temporaryFolder} from "../../support/idx-files";
import {writeShapes} from "../../support/image-folder";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, {recursive: true}));

/** A split of one-pixel images: image n has the pixel n and the label n modulo 3. */
function splitOf(count: number, files?: readonly string[]): Split {
  return {
    count,
    ...(files ? {files} : {}),
    read: async (indices) => ({
      count: indices.length,
      shape: [1, 1, 1],
      pixels: Float32Array.from(indices),
      labels: Uint16Array.from(indices, (n) => n % 3),
    }),
  };
}

const dataOf = (train: Split): Dataset => ({
  ...{name: "d", imageShape: [1, 1, 1], classNames: ["a", "b", "c"], digest: ""},
  ...{train, validation: splitOf(3), test: splitOf(4)},
});
const drop = (index: number): Edit => ({
  ...{split: "train", index, given: "abc"[index % 3], decision: "drop", where: `row ${index}`},
});
const edits = (...list: Edit[]) => ({edits: list, digest: ""});
const orderOf = async (split: Split, seed: number) => {
  const order: number[] = [];
  for await (const {pixels} of batches(split, 4, {random: randomSource(seed)})) order.push(...pixels);
  return order;
};

describe("a data set with images left out", () => {
  test("presents the others in the order in which they would have come", async () => {
    const places = fc.uniqueArray(fc.nat(19), {maxLength: 19});
    await fc.assert(
      fc.asyncProperty(places, fc.nat(1000), async (left, seed) => {
        const data = await editedData(dataOf(splitOf(20)), edits(...left.map(drop)));
        const whole = await orderOf(splitOf(20), seed);
        expect(await orderOf(data.train, seed)).toEqual(whole.filter((n) => !left.includes(n)));
      }),
    );
  });

  test("has its labels changed where the list says so, and nowhere else", async () => {
    const relabel: Edit = {...drop(4), decision: "relabel", label: "c"};
    const data = await editedData(dataOf(splitOf(6)), edits(drop(1), relabel));
    const {pixels, labels} = await data.train.read([0, 1, 2, 3, 4]);
    expect(Array.from(pixels)).toEqual([0, 2, 3, 4, 5]);
    expect(Array.from(labels)).toEqual([0, 2, 0, 2, 2]);
    expect(data.edits).toEqual({dropped: 1, relabelled: 1});
    expect(data.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(data.test.count).toBe(4);
    expect(data.train.sources).toEqual(Uint32Array.of(0, 2, 3, 4, 5));
    await expect(data.train.read([5])).rejects.toThrow("expected below 5, got 5");
  });

  test("tells each label alone as it is now, and leaves a part without decisions as it was", async () => {
    const split: Split = {...splitOf(6), labelOf: (n) => n % 3};
    const relabel: Edit = {...drop(4), decision: "relabel", label: "a"};
    const before = dataOf(split);
    const data = await editedData(before, edits(drop(1), relabel));
    expect([0, 1, 2, 3, 4].map((n) => data.train.labelOf?.(n))).toEqual([0, 2, 0, 0, 2]);
    expect(data.test).toBe(before.test);
  });

  test("finds a test image by its place in the source among the test images alone", async () => {
    const all = splitOf(9);
    const dealt = {
      ...dataOf(subset(all, Uint32Array.of(0, 2))),
      validation: subset(all, Uint32Array.of(1, 3)),
      test: subset(all, Uint32Array.of(5, 2)),
    };
    const data = await editedData(dealt, edits({...drop(2), split: "test", source: 2}));
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([2, 2, 1]);
  });

  test("finds files by their path, wherever they stand", async () => {
    const files = ["b/1.png", "a/2.png", "a/3.png"];
    const edit: Edit = {...drop(0), given: "c", file: "a/3.png"};
    const data = await editedData(dataOf(splitOf(3, files)), edits(edit));
    expect(data.train.files).toEqual(["b/1.png", "a/2.png"]);
    const gone: Edit = {...edit, file: "a/4.png"};
    await expect(editedData(dataOf(splitOf(3, files)), edits(gone))).rejects.toThrow("got a/4.png, which is not in");
  });

  test("finds images by their place in the source, whatever the split that chance dealt them to", async () => {
    const all = splitOf(9);
    const dealt = {
      ...dataOf(subset(all, Uint32Array.of(0, 2, 5, 7))),
      validation: subset(all, Uint32Array.of(1, 3, 8)),
    };
    const [five, eight] = [5, 8].map((source): Edit => ({...drop(source), index: 77, source}));
    const data = await editedData(dealt, edits(five, eight));
    expect(Array.from((await data.train.read([0, 1, 2])).pixels)).toEqual([0, 2, 7]);
    expect(Array.from((await data.validation.read([0, 1])).pixels)).toEqual([1, 3]);
    expect(data.train.sources).toEqual(Uint32Array.of(0, 2, 7));
    const unread: Edit = {...drop(4), source: 4};
    await expect(editedData(dealt, edits(unread))).rejects.toThrow("got 4, which was not read");
  });

  test.each([
    [{...drop(1), given: "a"}, "row 1: expected an image labelled a, got b; the list was made for other data"],
    [{...drop(99), given: "a"}, "expected an index below 3, got 99"],
    [{...drop(3), given: "a"}, "expected an index below 3, got 3"],
    [{...drop(1), decision: "relabel", label: "x"} as Edit, 'expected a class as new_label, got "x"'],
  ])("is refused where the list does not fit: %j", async (edit, message) => {
    await expect(editedData(dataOf(splitOf(3)), edits(edit))).rejects.toThrow(message);
  });

  test("is refused where one image is decided twice, or none is left", async () => {
    await expect(editedData(dataOf(splitOf(3)), edits(drop(1), drop(1)))).rejects.toThrow("got a second");
    await expect(editedData(dataOf(splitOf(2)), edits(drop(0), drop(1)))).rejects.toThrow("got none");
  });
});

describe("a list of decisions", () => {
  const file = join(folder, "suspects.csv");
  const read = (text: string) => {
    writeFileSync(file, text);
    return readEdits(file);
  };
  const header = "rank,split,index,file,given_label,predicted_label,decision,new_label";

  test("gives the rows that someone decided, by comma or as a spreadsheet saves it", async () => {
    const rows = [
      header,
      "1,train,5,,a,b,drop,",
      "2,train,6,x.png,a,b,relabel,",
      "3,test,0,,a,b,relabel,c",
      "4,test,1,,a,b,,",
    ];
    for (const text of [rows.join("\n"), `\ufeff${rows.join("\r\n").replaceAll(",", ";")}\r\n`]) {
      const found = (await read(text)).edits.map(({where: _, ...edit}) => edit);
      expect(found).toEqual([
        {split: "train", index: 5, given: "a", decision: "drop"},
        {split: "train", index: 6, given: "a", decision: "relabel", label: "b", file: "x.png"},
        {split: "test", index: 0, given: "a", decision: "relabel", label: "c"},
      ]);
    }
  });

  test("needs no place of an image that has a file", async () => {
    const rows = ["split,file,given_label,decision,new_label", "train,a/x.png,a,relabel,b"];
    const [edit] = (await read(rows.join("\n"))).edits;
    expect(edit).toMatchObject({split: "train", file: "a/x.png", decision: "relabel", label: "b"});
  });

  test.each([
    ["index,split,given_label,decision\n0,train,a,keep\n7,train,a,Drop", {index: 7, decision: "drop"}],
    ["file,split,given_label,decision\nx.png,test,a,drop", {index: 0, file: "x.png", split: "test"}],
    ["split,index,source_index,given_label,decision\ntrain,4,0,a,drop", {index: 4, source: 0}],
  ])("may begin with any of its columns: %j", async (text, expected) => {
    const {edits: found} = await read(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject(expected);
  });

  test.each([
    ["", 'expected a table with a column "decision", got none'],
    ["decision,split\ndrop,train", "got none named given_label, index or file"],
    [`${header}\n1,train,5,,a,b,remove,`, 'row 2: expected a decision of keep, drop or relabel, got "remove"'],
    [`${header}\n1,trian,5,,a,b,drop,`, 'row 2: expected a split of train, validation, test, got "trian"'],
    [`${header}\n\n1,train,-5,,a,b,drop,`, 'expected a whole number as index, got "-5"'],
    [`${header}\n1,train,,,a,b,drop,`, 'expected a whole number as index, got ""'],
  ])("%j is refused", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  test("that is not there is refused by name", async () => {
    await expect(readEdits(join(folder, "gone.csv"))).rejects.toThrow(
      "gone.csv: expected a CSV file, got nothing there",
    );
  });
});

test("a validation part of the data's own is edited by file and by its own places, and training's are left alone", async () => {
  const photos = temporaryFolder();
  for (const [n, part] of ["train", "val", "test"].entries()) writeShapes(join(photos, part), {perClass: 4, seed: n});
  const opened = async (edit: string) => {
    const options = {trainLimit: 1e6, testLimit: 1e6, seed: 0, dataUrl: "", cacheFolder: photos};
    const opening = openData({...options, data: photos, edit});
    for (;;) {
      const next = await opening.next();
      if (next.done) return next.value;
    }
  };
  const labelsOf = async ({count, read}: Split) => [...(await read([...Array(count).keys()])).labels];
  const before = await opened("");
  const [was, train] = [await labelsOf(before.validation), await labelsOf(before.train)];
  const names = before.classNames;
  const other = (k: number) => names[(k + 1) % 3];
  const list = join(photos, "decided.csv");
  // the first by its file, the second by its place in the part, the third dropped by both
  const [first, , third] = before.validation.files ?? [];
  writeFileSync(
    list,
    [
      "split,index,source_index,file,given_label,decision,new_label",
      `validation,,,${first},${names[was[0]]},relabel,${other(was[0])}`,
      `validation,1,1,,${names[was[1]]},relabel,${other(was[1])}`,
      `validation,2,2,${third},${names[was[2]]},drop,`,
    ].join("\n"),
  );
  const after = await opened(list);
  const changed = [(was[0] + 1) % 3, (was[1] + 1) % 3, ...was.slice(3)];
  expect(await labelsOf(after.validation)).toEqual(changed);
  expect(after.validation.files).toEqual(before.validation.files?.filter((file) => file !== third));
  expect(await labelsOf(after.train)).toEqual(train);
  expect(after.edits).toEqual({dropped: 1, relabelled: 2});
  rmSync(photos, {recursive: true});
});
