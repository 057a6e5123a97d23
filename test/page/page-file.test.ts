import {readFileSync} from "node:fs";
import {beforeAll, describe, expect, test} from "vitest";
import type {Dataset, Split} from "../../src/nouns/samples";
import {materialFrom} from "../../src/page/file/material";
import {bytesOf, pageFile, pageId} from "../../src/page/file/page-file";
import {type DemoShell, makeDemoShell} from "../../src/page/file/shell";
import {type Material, materialOf, splitsOf, testLabels} from "../../src/page/lesson";
import {mnistMaterial} from "./lesson-data";

let mnist: Material;
let shell: DemoShell;

beforeAll(async () => {
  [mnist, shell] = await Promise.all([mnistMaterial(), makeDemoShell()]);
}, 120_000);

/** Pictures whose every pixel is their number, in rising order. */
function split(count: number, shape: readonly [number, number, number], classes: number): Split {
  const size = shape[0] * shape[1] * shape[2];
  return {
    count,
    async read(indices) {
      const pixels = new Float32Array(indices.length * size);
      const labels = Uint16Array.from(indices, (n) => n % classes);
      for (let i = 0; i < labels.length; i++) pixels.fill((indices[i] % 256) / 255, i * size, (i + 1) * size);
      return {count: labels.length, shape, pixels, labels};
    },
  };
}
type Part = "train" | "validation" | "test";
function dataset(
  shape: readonly [number, number, number],
  {classes = 3, train = 90, validation = 0, test: tested = 30}: Partial<Record<Part | "classes", number>> = {},
): Dataset {
  const classNames = Array.from({length: classes}, (_, k) => `class ${k}`);
  const [toLearn, heldOut, toTest] = [train, validation, tested].map((count) => split(count, shape, classes));
  const name = "photos";
  return {...{name, imageShape: shape, classNames, train: toLearn, validation: heldOut, test: toTest, digest: ""}};
}

test("docs/demo.html is the page that the sources make (npm run demo writes it)", () => {
  const page = readFileSync("docs/demo.html", "utf8");
  expect(/name="epochscope-demo" content="(\w+)"/.exec(page)?.[1]).toBe(pageId(shell, mnist));
  expect(page.length).toBeLessThan(2e6);
});

test("the page may fetch nothing, and runs only what it was made with", () => {
  const page = pageFile(shell, mnist);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[\w+/=]+' 'wasm-unsafe-eval'; style-src 'sha256-/);
  expect(policy).not.toMatch(/https?:|unsafe-inline|\*|connect-src/);
  expect(page).not.toMatch(/@(CSP|ID|CSS|JS|ONE|MANY|HINT|LESSON|WORKER|ENGINE|TSNE|PICTURES)@/);
  expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/(?:src|href)="https?:/);
});

test("what is in a page is found again: pixels, labels and facts", async () => {
  const {lesson} = mnist;
  expect(lesson).toMatchObject({train: 5000, test: 1000, batchSize: 64, isInk: true, words: {one: "digit"}});
  const again = materialOf(lesson, new Uint8Array(bytesOf(mnist)));
  expect(again.labels).toEqual(mnist.labels);
  const images = await splitsOf(again).test.read([0, 999]);
  expect([...images.labels]).toEqual([testLabels(mnist)[0], testLabels(mnist)[999]]);
  expect(() => materialOf(lesson, new Uint8Array(3))).toThrow(/^pictures: expected 4710000 bytes, got 3$/);
});

test("a class name cannot end the block it stands in", async () => {
  const data = {...dataset([16, 16, 1]), classNames: ["</script><b>", "b", "c"]};
  const {material} = await materialFrom(data, 1e6);
  expect(pageFile(shell, material)).not.toContain("</script><b>");
});

describe("one's own pictures", () => {
  test("come at random, and all that fit: what is left out is said", async () => {
    const whole = await materialFrom(dataset([16, 16, 1]), 1e6);
    expect([whole.material.lesson.train, whole.material.lesson.test, whole.notes]).toEqual([90, 30, []]);
    const order = Array.from({length: 90}, (_, n) => whole.material.pixels[n * 256]);
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(90).keys()]);
    expect(order).not.toEqual([...Array(90).keys()]);
    expect(order.map((n) => n % 3)).toEqual([...whole.material.labels.subarray(0, 90)]);
    const large = await materialFrom(dataset([16, 16, 1], {train: 6000, test: 2000}), 1e9);
    expect(large.notes).toEqual([
      "the page has 5000 of 6000 pictures to learn from and 1000 of 2000 to test, by chance: it holds at most 5000 and 1000 (each 256 bytes unpacked)",
    ]);
    const tight = await materialFrom(dataset([64, 64, 3], {train: 3000, test: 900}), 20_000);
    expect(tight.material.lesson.train).toBeLessThan(3000);
    expect(tight.notes[0]).toMatch(
      /^the page has \d+ of 3000 .*: pictures may take 0\.0 MB of it, --max-size changes this/,
    );
  });

  test("that a run would hold out for validation are learnt from: none is left out", async () => {
    const {material, notes} = await materialFrom(dataset([16, 16, 1], {train: 60, validation: 6}), 1e6);
    expect([material.lesson.train, material.lesson.test, notes]).toEqual([66, 30, []]);
    const learnt = Array.from({length: 66}, (_, n) => material.pixels[n * 256]).sort((a, b) => a - b);
    expect(learnt).toEqual([...Array(60).keys(), ...Array(6).keys()].sort((a, b) => a - b));
  });

  test("that are few are taught in small batches, for more epochs", async () => {
    const {lesson} = (await materialFrom(dataset([16, 16, 1]), 1e6)).material;
    expect(lesson).toMatchObject({batchSize: 8, epochs: 25, words: {one: "picture"}}); // 12 batches; 300 steps
    expect((await materialFrom(dataset([16, 16, 1], {train: 5000}), 1e6)).material.lesson.epochs).toBe(4);
  });

  test.each<[string, Dataset, string]>([
    ["too large", dataset([65, 40, 3]), "pictures of at most 64 x 64 pixels for a page that learns, got 65 x 40"],
    ["too small", dataset([9, 40, 3]), "pictures of at least 10 x 10 pixels for a page that learns, got 9 x 40"],
    ["of too many classes", dataset([16, 16, 1], {classes: 11}), "from 2 to 10 classes for a page that learns, got 11"],
    ["of one class", dataset([16, 16, 1], {classes: 1}), "from 2 to 10 classes for a page that learns, got 1"],
    ["too few", dataset([16, 16, 1], {train: 19}), "at least 20 pictures to learn from for a page that learns, got 19"],
    [
      "with too few to test",
      dataset([16, 16, 1], {test: 9}),
      "at least 10 pictures to test with for a page that learns, got 9",
    ],
  ])("are refused where they are %s", async (_, data, expected) => {
    await expect(materialFrom(data, 1e6)).rejects.toThrow(`photos: expected ${expected}`);
  });

  test("are refused where hardly any has room", async () => {
    await expect(materialFrom(dataset([64, 64, 3]), 100)).rejects.toThrow(/^--max-size: expected room for 20 pictures/);
  });
});
