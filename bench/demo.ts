/**
 * @file The page that learns, in Chromium with software rendering: how soon it is there, how fast it teaches, how long a frame
 * takes. `npm run bench -- demo [openings]`; five by default. A machine that does other things shows it: look at the load first.
 */
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";

import {openBrowser} from "../test/report/browser";

interface Measured {
  readonly firstMap: number;
  readonly firstBatch: number;
  readonly firstBatchSincePress: number;
  readonly seconds: number;
  readonly trained: number;
  readonly looked: number;
  readonly answered: number;
  readonly hash: string;
  readonly frames: readonly number[];
  readonly costs: readonly number[];
}

const ADDRESS = pathToFileURL(join(__dirname, "..", "docs", "demo.html")).href;

const at = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

/** Opens the page, presses the button unless the address does, and waits for the end. */
async function open(browser: Browser, hash: string, still: boolean): Promise<Measured> {
  const viewport = {width: 1440, height: 900};
  const page = await browser.newPage({viewport, reducedMotion: still ? "reduce" : "no-preference"});
  const measured = () => page.evaluate(() => (globalThis as unknown as {measured(): Measured}).measured());
  await page.goto(ADDRESS + hash);
  await page.waitForFunction(() => (globalThis as unknown as {measured?(): Measured}).measured?.().firstMap);
  await page.waitForTimeout(300);
  const before = (await measured()).frames.length;
  if (!hash) await page.click("#teach");
  await page.waitForSelector("html[data-ready]", {timeout: 120_000});
  const all = await measured();
  await page.close();
  return {...all, frames: all.frames.slice(before)};
}

async function main(): Promise<void> {
  const openings = Number(process.argv[2] ?? 5);
  const browser = await openBrowser();
  const rows: Record<string, string | number>[] = [];
  for (const [name, hash, still] of [
    ["pressed", "", false],
    ["opened with #go=1", "#go=1", false],
    ["reduced motion", "", true],
    ["32 filters", "#go=1&width=32", false],
  ] as const) {
    for (let n = 0; n < (name === "pressed" ? openings : 1); n++) {
      const m = await open(browser, hash, still);
      const frames = m.frames.reduce((sum, gap) => sum + gap, 0);
      rows.push({
        ...{name, "first map, ms": Math.round(m.firstMap), "press to batch, ms": Math.round(m.firstBatchSincePress)},
        ...{"opening to batch, ms": Math.round(m.firstBatch), "whole, s": m.seconds.toFixed(1)},
        ...{"training, s": (m.trained / 1000).toFixed(1), "looking, s": (m.looked / 1000).toFixed(1)},
        ...{"frame p50, ms": at(m.frames, 0.5).toFixed(1), p95: at(m.frames, 0.95).toFixed(1)},
        ...{"frames a second": Math.round((1000 * m.frames.length) / frames)},
        ...{"own work p50, ms": at(m.costs, 0.5).toFixed(1), "own p95": at(m.costs, 0.95).toFixed(1)},
        ...{"an answer, ms": Math.round(m.answered), weights: m.hash},
      });
    }
  }
  await browser.close();
  console.table(rows);
}

void main();
