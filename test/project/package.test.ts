/** @file The package as others use it: built, imported by its name, and bundled for a browser. */
import {execFile} from "node:child_process";
import {cpSync, existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {promisify} from "node:util";
import {build} from "esbuild";
import {beforeAll, describe, expect, test} from "vitest";

import {ENTRIES} from "../../scripts/entries";
import {optionalPackage} from "../../src/nouns/optional-package";
import {UserError} from "../../src/nouns/options";
import {openBrowser} from "../report/browser";
import {temporaryFolder} from "../support/idx-files";
import {librarySuite} from "../support/library-suite";

const node = async (...args: string[]) => (await promisify(execFile)(process.execPath, args)).stdout;

beforeAll(async () => {
  await node("-r", "ts-node/register", "scripts/build.ts");
}, 240_000);

test("package.json exports what is built, with types, and nothing else", () => {
  const {exports} = JSON.parse(readFileSync("package.json", "utf8")) as {
    exports: Record<string, {types: string; default: string}>;
  };
  const names = Object.keys(exports).filter((name) => !["./package.json", "./schemas/*"].includes(name));
  expect(names.sort()).toEqual(
    Object.keys(ENTRIES)
      .map((name) => (name === "index" ? "." : `./${name}`))
      .sort(),
  );
  for (const name of names) {
    expect(existsSync(exports[name].default), name).toBe(true);
    expect(existsSync(exports[name].types), name).toBe(true);
  }
});

test("import and require give the same functions under the package's name", async () => {
  const script = `import("epochscope").then((a) => { const b = require("epochscope");
    console.log(a.run === b.run && typeof require("epochscope/lime").explainWithLime); });`;
  expect(await node("-e", script)).toBe("function\n");
});

test("a missing package of those that only some need is asked for by name", async () => {
  const name = "not-there";
  await expect(optionalPackage(name, "a map", () => import(/* @vite-ignore */ name))).rejects.toThrow(
    new UserError("a map: expected the package not-there, got none; npm install not-there"),
  );
});

test("the built command finds runs by its index, whose database is a package loaded late", async () => {
  const save = temporaryFolder();
  cpSync(join(__dirname, "../fixtures/first-format"), join(save, "first"), {recursive: true});
  expect(await node("dist/cli.mjs", "runs", "list", "--save", save)).toMatch(
    /^run +status .*\nfirst +done +1 +30\.77% +16\.5–50\.0 +cnn /,
  );
});

test("the built program writes the page that learns as the sources do", async () => {
  const out = join(temporaryFolder(), "demo.html");
  expect(await node("dist/cli.mjs", "demo", "--out", out)).toContain(`page  ${out}`);
  const id = (page: string) => /name="epochscope-demo" content="(\w+)"/.exec(readFileSync(page, "utf8"))?.[1];
  expect(id(out)).toMatch(/^\w{16}$/);
  expect(id(out)).toBe(id("docs/demo.html"));
}, 60_000);

describe("the library", librarySuite);

describe("the examples", () => {
  test.each([
    ["train-your-own", /epoch \d: \d\d\.\d % of the test images are right\npage: .*report\.html/],
    ["explain-your-predict", /upper left quarter 0\.\d\d, upper right quarter -0\.\d\d \(R² 0\.[89]\d\)/],
    ["map-your-vectors", /divergence 0\.\d\d; two of the three groups are \d+\.\d apart/],
    ["a-probe-of-your-own", /pictures: .*plots\/doubts/],
    [
      "read-a-run",
      /epoch 1: \d\d\.\d %\n95 % interval of the accuracy: \d\d\.\d to \d\d\.\d %\ndigits 4 that were taken for a 9: \d+/,
    ],
  ])(
    "%s does what it says",
    async (name, expected) => {
      expect(await node(join("examples", `${name}.mjs`), temporaryFolder())).toMatch(expected);
    },
    60_000,
  );
});

test("t-SNE, LIME and the metrics run in a browser, bundled by their names", async () => {
  const source = `
    import {explainWithLime} from "epochscope/lime";
    import {accuracy} from "epochscope/metrics";
    import {provideKernels, tsne} from "epochscope/tsne";
    globalThis.tried = async (kernels) => {
      await provideKernels(Uint8Array.from(kernels));
      const values = Float32Array.from({length: 90}, (_, i) => Math.sin(i * i));
      const {points} = await tsne({rows: 30, columns: 3, values}, {perplexity: 5, iterations: 50});
      const classifier = {imageShape: [8, 8, 1], classNames: ["a", "b"], predict: async ({count, pixels}) =>
        Float32Array.from({length: 2 * count}, (_, i) => { const p = pixels[64 * (i >> 1)]; return i % 2 ? p : 1 - p; })};
      const image = {count: 1, shape: [8, 8, 1], pixels: Float32Array.from({length: 64}, (_, p) => (p % 9) / 9)};
      const {weights} = await explainWithLime(classifier, image, {segmenter: {method: "grid", segments: 4}, samples: 64});
      return [points.length, points.every(Number.isFinite), weights.length, accuracy([0, 1, 1, 0], [1, 1], 2)];
    };`;
  const {outputFiles} = await build({
    stdin: {contents: source, resolveDir: process.cwd()},
    ...{bundle: true, write: false, format: "iife", platform: "browser", logLevel: "silent"},
    external: ["node:*"],
  });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({message}) => errors.push(message));
    await page.addScriptTag({content: outputFiles[0].text});
    expect(errors).toEqual([]);
    const kernels = [...readFileSync("dist/src/tsne/kernels/tsne.wasm")];
    const answer = await page.evaluate(
      (bytes) => (globalThis as unknown as {tried(b: number[]): Promise<unknown>}).tried(bytes),
      kernels,
    );
    expect(answer).toEqual([60, true, 4, 0.5]);
  } finally {
    await browser.close();
  }
}, 60_000);

test("the engine trains in a browser, without threads of its own, to the weights that it has in Node", async () => {
  const entry = join(process.cwd(), "test", "support", "train-anywhere.mjs");
  const script = `import(${JSON.stringify(entry)}).then(async ({trained}) => console.log(JSON.stringify(await trained())))`;
  const expected = JSON.parse((await node("-e", script)).trim().split("\n").at(-1) as string) as number[];
  const {outputFiles} = await build({
    entryPoints: [entry],
    ...{bundle: true, write: false, format: "iife", platform: "browser", globalName: "tried", logLevel: "silent"},
    external: ["node:*"],
  });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({content: outputFiles[0].text});
    const kernels = [...readFileSync("dist/src/engine/kernels/plain.wasm")];
    const weights = await page.evaluate(
      (bytes) => (globalThis as unknown as {tried: {trained(b: number[]): Promise<number[]>}}).tried.trained(bytes),
      kernels,
    );
    expect(expected.length).toBe(4 * 9 + 4 + 3 * 144 + 3);
    expect(weights).toEqual(expected);
  } finally {
    await browser.close();
  }
}, 90_000);
