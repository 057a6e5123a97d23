/**
 * @file Measures the page that learns in Chromium with software rendering: how soon it is ready, how fast it trains,
 * how long a frame takes. `npm run bench -- demo [openings] [page.html ...]`; five openings of docs/demo.html by
 * default. Other pages that are named take turns with it, so that other work on the machine affects all of them. Each
 * figure is "median (least to greatest)".
 */
import {basename, join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";

import {openBrowser} from "../test/report/browser";

/** The measurements that a page returns from `window.measured()`; times are in milliseconds, `seconds` in seconds. */
interface Measured {
  readonly firstMap: number;
  readonly firstBatch: number;
  readonly firstBatchSincePress: number;
  readonly seconds: number;
  readonly trained: number;
  readonly looked: number;
  readonly answered: number;
  readonly hash: string;
  /** The times from one frame to the next, since the page was opened. */
  readonly frames: readonly number[];
  /** The time that the map took in each frame that it drew. */
  readonly costs: readonly number[];
}

interface Way {
  readonly name: string;
  /** The part of the address after the "#"; if it is empty, the button is pressed. */
  readonly hash: string;
  readonly isStill: boolean;
}

const PAGE = join(__dirname, "..", "docs", "demo.html");
const WAYS: readonly Way[] = [
  {name: "pressed", hash: "", isStill: false},
  {name: "#go=1", hash: "#go=1", isStill: false},
  {name: "reduced motion", hash: "", isStill: true},
  {name: "32 filters", hash: "#go=1&width=32", isStill: false},
];

type Figures = {readonly [name: string]: number};

const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

/** Opens a page, presses the button unless the address does, and waits for the end. */
async function open(browser: Browser, file: string, {hash, isStill}: Way): Promise<Figures> {
  const viewport = {width: 1440, height: 900};
  const page = await browser.newPage({viewport, reducedMotion: isStill ? "reduce" : "no-preference"});
  const measured = () => page.evaluate(() => (globalThis as unknown as {measured(): Measured}).measured());
  await page.goto(pathToFileURL(file).href + hash);
  await page.waitForFunction(() => (globalThis as unknown as {measured?(): Measured}).measured?.().firstMap);
  await page.waitForTimeout(300);
  const before = (await measured()).frames.length;
  if (!hash) await page.click("#teach");
  await page.waitForSelector("html[data-ready]", {timeout: 120_000});
  await page.waitForTimeout(200); // the answer about the last moment
  const m = await measured();
  await page.close();
  const frames = m.frames.slice(before);
  return {
    ...{
      "first map, ms": m.firstMap,
      "press to batch, ms": m.firstBatchSincePress,
      "opening to batch, ms": m.firstBatch,
    },
    ...{"whole, s": m.seconds, "training, s": m.trained / 1000, "looking, s": m.looked / 1000},
    ...{"frame p50, ms": at(frames, 0.5), "frame p95, ms": at(frames, 0.95)},
    "frames a second": (1000 * frames.length) / frames.reduce((sum, gap) => sum + gap, 0),
    ...{"map p50, ms": at(m.costs, 0.5), "map p95, ms": at(m.costs, 0.95), "an answer, ms": m.answered},
    weights: Number.parseInt(m.hash, 16),
  };
}

/** "median (least to greatest)" of each figure. */
function summary(all: readonly Figures[]): {readonly [name: string]: string} {
  const words = (name: string) => {
    const values = all.map((figures) => figures[name]);
    if (name === "weights") return [...new Set(values.map((hash) => hash.toString(16).padStart(8, "0")))].join(", ");
    const round = (value: number) => (name.endsWith(", s") || name.includes("p") ? value.toFixed(1) : value.toFixed(0));
    const [least, middle, most] = [0, 0.5, 1].map((share) => round(at(values, share)));
    return values.length > 1 ? `${middle} (${least} to ${most})` : middle;
  };
  return Object.fromEntries(Object.keys(all[0]).map((name) => [name, words(name)]));
}

async function main(): Promise<void> {
  const [openings = "5", ...others] = process.argv.slice(2);
  const files = [PAGE, ...others.map((other) => resolve(other))];
  const browser = await openBrowser();
  for (const way of WAYS) {
    const found = files.map((): Figures[] => []);
    for (let n = 0; n < Number(openings); n++) {
      for (const [i, file] of files.entries()) found[i].push(await open(browser, file, way));
    }
    const table = files.map((file, i) => [i ? basename(file) : "docs/demo.html", summary(found[i])] as const);
    console.log(way.name);
    const rows = Object.keys(table[0][1]).map((name) => [
      name,
      Object.fromEntries(table.map(([file, words]) => [file, words[name]])),
    ]);
    console.table(Object.fromEntries(rows));
  }
  await browser.close();
}

void main();
