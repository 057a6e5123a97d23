import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import {writeReport} from "../../src/report/page";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Opens the page of an example whose run.json and metrics were changed, and reads its panel "How this was made". */
async function about(
  change: (facts: {[name: string]: object}) => object,
  metrics: (line: {epoch: number}) => object = (line) => line,
  example: Parameters<typeof exampleRun>[0] = {},
) {
  const folder = exampleRun({count: 12, ...example});
  const [run, lines] = [join(folder, "run.json"), join(folder, "metrics.jsonl")];
  writeFileSync(run, JSON.stringify(change(JSON.parse(readFileSync(run, "utf8")))));
  const rows = readFileSync(lines, "utf8").trim().split("\n");
  writeFileSync(lines, rows.map((line) => `${JSON.stringify(metrics(JSON.parse(line)))}\n`).join(""));
  const {page, complaints} = await openPage(browser, pathToFileURL(await writeReport(folder)).href);
  const told = await page.evaluate(() => {
    const text = (element: Element | null | undefined) => element?.textContent ?? "";
    const parts = [...document.querySelectorAll(".about .about-grid > div")];
    return parts.map((part) => ({
      title: text(part.querySelector("h3")),
      terms: Object.fromEntries(
        [...part.querySelectorAll("dt")].map((term) => [text(term), text(term.nextElementSibling)]),
      ),
      cells: [...part.querySelectorAll("tbody tr")].map((row) => [...row.children].map(text)),
      items: [...part.querySelectorAll("li")].map(text),
    }));
  });
  expect(complaints).toEqual([]);
  await page.context().close();
  const part = (title: string) => told.find((one) => one.title === title);
  return {titles: told.map(({title}) => title), part};
}

test("how a run was made tells objects by name and reason, and leaves out what was not set or is of other networks", async () => {
  const {part, titles} = await about((facts) => ({
    ...facts,
    options: {
      ...{augmentation: {name: "shift", why: "digits, by their name", pixels: 2}, crop: {name: "none"}},
      ...{range: {low: 1, high: 2}, list: [1, 2], unset: null, blank: "", trainLimit: 1e9, testLimit: 500},
      ...{"mlp.width": 64, "cnn.width": 8, "vit.depth": 2, save: "runs", seed: 3, testSeed: 9, zero: 0, off: false},
    },
    probes: {lime: {samples: 500}, saliency: {}, confusion: null},
  }));
  expect(part("Options")?.terms).toEqual({
    ...{augmentation: "shift (digits, by their name)", crop: "none", range: '{"low":1,"high":2}', list: "[1,2]"},
    ...{"test limit": "500", "test seed": "9", "cnn.width": "8", zero: "0", off: "false"},
    ...{"learning rate": "0.004", schedule: "one-cycle"},
  });
  expect(part("Probe lime")?.terms).toEqual({samples: "500"});
  expect(titles).toEqual(["Network", "Run", "Options", "Probe lime", "Keys"]);
});

test("how a run was made tells its data, its machine, its network and its time, as far as they are known", async () => {
  const {part} = await about((facts) => ({
    ...facts,
    engine: {name: "wasm", version: "4.22.0", why: "the fastest", threads: 2},
    data: {...facts.data, moreTest: 30},
    model: {
      ...{name: "cnn", parameters: 1370},
      layers: [
        {name: "conv", type: "Conv2D", outputShape: [null, 28, 14, 1], parameters: 1000},
        {name: "flat", type: "Flatten", outputShape: [null, 392], parameters: 0},
      ],
    },
    versions: {node: "24", tfjs: "4"},
  }));
  expect(part("Run")?.terms).toEqual({
    Run: "2026-11-21T18-40-00-mnist-cnn",
    Made: expect.stringContaining("November 2026"),
    Data: "mnist: 1,000 to train, 100 to validate, 12 to test and shown here, 30 more to test by the loss and the accuracy alone",
    Digest: "0000000000000000…",
    Seed: "7",
    Engine: "wasm 4.22.0, 2 threads (the fastest)",
    Processor: "a processor, 2 cores, 8 GiB, linux x64",
    Time: "3.0 s of training an epoch",
    Versions: "node 24, tfjs 4",
  });
  expect(part("Network")?.cells).toEqual([
    ["conv Conv2D", "28 × 14 × 1", "1,000"],
    ["flat Flatten", "392", "–"],
    ["Together", "", "1,370"],
  ]);
});

test("a run of which less is known leaves it out, and one that trained nothing has no time", async () => {
  const {part} = await about(
    (facts) => ({
      ...{...facts, startedAt: "long ago", engine: {name: "cpu", threads: 1}, versions: {}, probes: {}},
      ...{data: {...facts.data, digest: ""}},
    }),
    (line) => line,
    {epochs: [0]},
  );
  const terms = part("Run")?.terms ?? {};
  expect(terms.Made).toBe("long ago");
  expect(terms.Engine).toBe("cpu, 1 thread");
  expect(terms.Data).toBe("mnist: 1,000 to train, 100 to validate, 12 to test");
  expect(Object.keys(terms)).toEqual(["Run", "Made", "Data", "Seed", "Engine", "Processor"]);
});

test("the time of training is a mean over the trained epochs, and a probe that failed is named with its reason", async () => {
  const {part} = await about(
    (facts) => facts,
    (line) => ({
      ...{...line, seconds: {train: [50, 4, 8][line.epoch], evaluate: 1, probes: 1}},
      ...(line.epoch === 2 ? {failures: {lime: "no room"}} : {}),
    }),
  );
  expect(part("Run")?.terms.Time).toBe("6.0 s of training an epoch");
  expect(part("Probes that failed")?.items).toEqual(["Epoch 2, lime: no room"]);
});

test("the keys of a page name its questions in their order, and those of the training set where it is kept", async () => {
  const keysOf = async (example: Parameters<typeof exampleRun>[0]) =>
    (await about((facts) => facts, (line) => line, example)).part("Keys")?.terms ?? {}; // biome-ignore format: a line
  const all = await keysOf({training: 60});
  expect(all["123"]).toBe("questions: answers, training set, why");
  expect(all.GSDU).toBe("training set: keep the label, take the suggested one, drop the image, undo");
  const one = await keysOf({probes: ["confusion"]});
  expect(Object.values(one).some((does) => does.startsWith("questions"))).toBe(false);
  expect(one.GSDU).toBeUndefined();
});
