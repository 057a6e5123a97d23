import {readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser, BrowserContextOptions} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import type {App} from "../../src/report/client/app";
import {writeReport} from "../../src/report/page";
import {serveReport} from "../../src/report/serve";
import {expectToLookAsBefore} from "../support/looks";
import {type Opened, openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const HOSTILE = [
  "</script><script>alert(1)</script>",
  '<img src=x onerror="document.title=1">',
  "a very long name indeed",
];

let browser: Browser;
let report = "";
beforeAll(async () => {
  browser = await openBrowser();
  report = await written({
    shape: [14, 14, 1],
    count: 240,
    classNames: ["0", "1", "2", "3"],
    explained: 10,
    epochs: [0, 1, 2, 3],
  });
});
afterAll(async () => {
  await browser?.close();
});

async function written(example: Parameters<typeof exampleRun>[0]): Promise<string> {
  return pathToFileURL(await writeReport(exampleRun(example))).href;
}

/** Opens a report, lets it be used, and checks that nothing complained. */
async function using(use: (opened: Opened) => Promise<void>, options: BrowserContextOptions = {}, url = report) {
  const opened = await openPage(browser, url, options);
  try {
    await use(opened);
    expect(opened.complaints).toEqual([]);
  } finally {
    await opened.page.context().close();
  }
}
const frames = (page: Opened["page"], count = 3) =>
  page.evaluate(
    (n) =>
      new Promise<void>((resolve) => {
        const next = (left: number) => (left ? requestAnimationFrame(() => next(left - 1)) : resolve());
        next(n);
      }),
    count,
  );
const text = async ({page}: Opened, selector: string) => {
  await frames(page);
  return ((await page.locator(selector).first().textContent()) ?? "").trim();
};
const store = (page: Opened["page"]) =>
  page.evaluate(() => {
    const {state} = (window as unknown as {epochscope: {current: App}}).epochscope.current.store;
    const {stop, other, image, selection, hover} = state;
    return {stop, other, image, selection, hover};
  });

test("opens from disk within a second or so, asking for nothing, saying nothing", async () => {
  await using(async ({page}) => {
    const ready = await page.evaluate(() => performance.getEntriesByName("ready")[0].startTime);
    expect(ready).toBeLessThan(3000); // 0.3 s on an idle machine; this one may be busy
    expect(await page.title()).toBe("2026-11-21T18-40-00-mnist-cnn – epochscope");
  });
});

test("the arrow keys, Home and End move through the epochs, and the sentence follows", async () => {
  await using(async (opened) => {
    const {page} = opened;
    const last = await text(opened, ".lead");
    await page.keyboard.press("Home");
    expect(await text(opened, ".lead")).toMatch(/^Untrained, the network gets \d+ of 240/);
    await page.keyboard.press("ArrowRight");
    expect(await text(opened, ".lead")).toMatch(/^After 1 epoch the network gets/);
    await page.keyboard.press("End");
    expect(await text(opened, ".lead")).toBe(last);
  });
});

test("the timeline is dragged to an epoch, and a slider to whoever hears the page", async () => {
  await using(async (opened) => {
    const {page} = opened;
    const box = await page.locator(".tl-track").boundingBox();
    if (!box) throw new Error("expected a timeline");
    const at = (share: number) => [box.x + box.width * share, box.y + 17] as const;
    await page.mouse.move(...at(1));
    await page.mouse.down();
    for (let share = 1; share > 0.3; share -= 0.1) await page.mouse.move(...at(share));
    await page.mouse.up();
    await frames(page);
    expect((await store(page)).stop).toBe(1);
    expect(await page.getByRole("slider", {name: "Epoch", exact: true}).getAttribute("aria-valuetext")).toMatch(
      /^epoch 1, /,
    );
  });
});

test("playing goes from epoch to epoch and stops at the last", async () => {
  await using(async ({page}) => {
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await frames(page);
    await page.keyboard.press(" ");
    await page.waitForFunction(() => document.querySelector(".tl-a")?.getAttribute("aria-valuenow") === "3");
    await page.waitForFunction(() => !document.querySelector(".play.is-playing"));
  });
});

test("while an epoch glides, the dots are between its two places", async () => {
  await using(
    async ({page}) => {
      await page.keyboard.press("ArrowLeft");
      const between = await page.waitForFunction(() => {
        const {at} = (window as unknown as {epochscope: {current: App}}).epochscope.current.store.state;
        return at > 2.05 && at < 2.95 ? at : false;
      });
      expect(await between.jsonValue()).toBeGreaterThan(2);
      await page.waitForFunction(
        () => (window as unknown as {epochscope: {current: App}}).epochscope.current.store.state.at === 2,
      );
    },
    {reducedMotion: "no-preference"},
  );
});

test("a cell of the matrix fills the list with as many as it counts", async () => {
  await using(async (opened) => {
    const {page} = opened;
    const cell = page.locator(".cell:not(.diag):not(.zero)").first();
    const count = Number(await cell.textContent());
    await cell.click();
    expect(await text(opened, ".p-tray h2")).toMatch(/^\d read as \d$/);
    expect(await page.locator(".thumb").count()).toBe(count);
    await page.keyboard.press("j");
    await frames(page);
    expect(await page.locator(".thumb[aria-selected=true]").count()).toBe(1);
    await page.keyboard.press("Escape");
    expect(await text(opened, ".p-tray h2")).toBe("Most confident mistakes");
  });
});

test("the matrix is walked with the arrow keys", async () => {
  await using(async ({page}) => {
    await page.locator(".cell").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toMatch(
      / true 1 read right$/,
    );
  });
});

test("a lasso lists what it goes round", async () => {
  await using(async (opened) => {
    const {page} = opened;
    const box = await page.locator(".map-cv").first().boundingBox();
    if (!box) throw new Error("expected a map");
    const around = (angle: number) =>
      [
        box.x + box.width * (0.5 + 0.25 * Math.cos(angle)),
        box.y + box.height * (0.5 + 0.25 * Math.sin(angle)),
      ] as const;
    await page.mouse.move(...around(0));
    await page.mouse.down();
    for (let angle = 0; angle < 6.2; angle += 0.2) await page.mouse.move(...around(angle));
    await page.mouse.up();
    const said = await text(opened, ".tray-say");
    const {selection} = await store(page);
    expect(selection.kind).toBe("lasso");
    const images = selection.kind === "lasso" ? selection.images.length : 0;
    expect(images).toBeGreaterThan(5);
    expect(said.startsWith(`${images} digits, `)).toBe(true);
  });
});

test("hovering over a dot shows the digit, and a click opens it", async () => {
  await using(async (opened) => {
    const {page} = opened;
    const box = await page.locator(".map-cv").first().boundingBox();
    if (!box) throw new Error("expected a map");
    for (let step = 0; step < 80 && (await store(page)).hover < 0; step++) {
      await page.mouse.move(box.x + box.width * (0.3 + step * 0.005), box.y + box.height * 0.5);
      await frames(page, 1);
    }
    const {hover} = await store(page);
    expect(hover).toBeGreaterThanOrEqual(0);
    expect(await text(opened, ".map-card span")).toMatch(/^\d, read/);
    await page.mouse.down();
    await page.mouse.up();
    expect(await text(opened, ".meta")).toContain(`Test image ${hover}`);
  });
});

test("a digit with explanations shows them epoch by epoch, and its nearest neighbours", async () => {
  await using(
    async (opened) => {
      const {page} = opened;
      await page.waitForSelector(".sc-chart svg");
      expect(await text(opened, ".meta")).toContain("Test image 4");
      expect(await page.locator(".tile-row canvas[role=img]").count()).toBe(3);
      expect(await page.locator(".score canvas").count()).toBe(4 * 4);
      // each line's name stands beside one of the dots
      const gaps = await page.locator(".sc-chart svg .p-lab").evaluateAll((names) =>
        names.map((name) => {
          const box = name.getBoundingClientRect();
          const dots = Array.from(name.parentElement?.querySelectorAll("circle") ?? [], (dot) => {
            const {left, right, top, bottom} = dot.getBoundingClientRect();
            const [x, y] = [(left + right) / 2, (top + bottom) / 2];
            return Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
          });
          return Math.min(...dots);
        }),
      );
      expect(gaps.length).toBeGreaterThan(1);
      expect(Math.max(...gaps)).toBeLessThan(9);
      expect(await text(opened, ".near h3")).toBe("Nearest digits by what the network sees");
      await page.locator(".nb").first().click();
      expect(await text(opened, ".meta")).toContain("Test image 5");
    },
    {},
    `${report}#e=2&img=4`,
  );
});

test("inside the network: tfjs-vis' tables, distributions and activations, under the page's own policy", async () => {
  await using(async (opened) => {
    const {page} = opened;
    await page.locator(".inside summary").click();
    await page.waitForFunction(() => "tfvis" in window && document.querySelectorAll(".in-vis .tf-table td").length > 8);
    expect(await page.locator(".in-vis").first().innerText()).toContain("dense");
    expect(await page.locator(".in-vis").nth(1).innerText()).toMatch(/dense\/kernel\s+8\s+-1.0\s+4.0/);
    expect(await page.locator(".in-hist svg path").count()).toBe(2);
    expect(await page.locator(".in-map").count()).toBe(4);
    await page.locator(".in-sample").nth(3).click();
    expect(await text(opened, ".meta")).toContain("Test image 6");
  });
});

test("comparing shows both epochs, and what changed between them", async () => {
  await using(async (opened) => {
    const {page} = opened;
    await page.keyboard.press("c");
    expect(await text(opened, ".lead")).toMatch(/^Epoch 1 gets \d+, epoch 3 gets \d+ of 240/);
    expect(await page.locator(".cm:visible").count()).toBe(2);
    await page.getByRole("radio", {name: "Difference"}).click();
    await frames(page);
    expect(await page.locator(".cm:visible").count()).toBe(1);
    const cells = await page.locator(".cm:visible .cell:not(.zero)").allTextContents();
    const sum = cells.reduce((total, cell) => total + Number(cell.replace("−", "-")), 0);
    expect(cells.length).toBeGreaterThan(0);
    expect(sum).toBe(0); // as many answers went as came
    await page.keyboard.press("c");
    expect(await text(opened, ".lead")).toMatch(/^After 3 epochs/);
  });
});

test("an address brings a view back, and is kept up to date", async () => {
  await using(
    async (opened) => {
      const {page} = opened;
      expect(await store(page)).toMatchObject({stop: 1, other: 3, image: 9});
      expect(await text(opened, ".p-tray h2")).toBe("1 read as 2");
      await page.keyboard.press("c");
      await page.keyboard.press("Home");
      await frames(page);
      expect(new URL(page.url()).hash).toBe("#e=0&img=9&cell=1-2");
    },
    {},
    `${report}#e=1&b=3&img=9&cell=1-2`,
  );
});

test("both themes, by system and by choice", async () => {
  const ground = (page: Opened["page"]) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await using(
    async ({page}) => {
      const dark = await ground(page);
      await page.keyboard.press("t");
      const light = await ground(page);
      expect([dark, light]).toEqual(["rgb(14, 16, 19)", "rgb(242, 243, 245)"]);
    },
    {colorScheme: "dark"},
  );
});

test("on a phone nothing sticks out, and a digit opens as a dialog that gives the focus back", async () => {
  await using(
    async ({page}) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      await page.locator(".thumb").nth(2).tap();
      await frames(page);
      await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Close");
      expect(await page.locator("[role=dialog][aria-modal=true]").count()).toBe(1);
      await page.keyboard.press("Escape");
      await frames(page);
      expect(await page.locator("[role=dialog]").count()).toBe(0);
      expect(await page.evaluate(() => document.activeElement?.className)).toContain("thumb");
    },
    {viewport: {width: 390, height: 844}, hasTouch: true, isMobile: true},
  );
});

test("an epoch at which every probe failed is said to be missing, and passed through", async () => {
  const folder = exampleRun({epochs: [0, 1, 2]});
  for (const probe of ["confusion/matrix", "saliency/gradient", "projection/map", "lime/segments"]) {
    rmSync(join(folder, "artifacts", `${probe}-epoch-001.json`));
  }
  const url = pathToFileURL(await writeReport(folder)).href;
  await using(
    async (opened) => {
      const {page} = opened;
      expect(await text(opened, ".sub")).toBe("This epoch's answers were not recorded.");
      expect(await text(opened, ".p-matrix .empty")).toBe("This epoch's answers were not recorded.");
      expect(await text(opened, ".map-facts")).toBe("no map at this epoch: the nearest one is shown");
      expect(await text(opened, ".tile.none")).toBe("Not explained at epoch 1.");
      await page.keyboard.press("c");
      expect(await text(opened, ".ab-b")).toBe("Epoch 2");
    },
    {},
    `${url}#e=1&img=2`,
  );
});

test("names that are markup stay text", async () => {
  const url = await written({classNames: HOSTILE, name: HOSTILE[0], data: HOSTILE[1], shape: [8, 8, 3]});
  await using(
    async (opened) => {
      const {page} = opened;
      page.on("dialog", () => opened.complaints.push("a dialog"));
      await page.keyboard.press("c");
      await page.keyboard.press("?");
      await frames(page);
      expect(await page.locator("img, script:not([id]) ~ script:not([id])").count()).toBe(0);
      expect(await page.title()).toBe(`${HOSTILE[0]} – epochscope`);
      const head = page.locator(".cm th[scope=row]").first();
      expect(await head.getAttribute("title")).toBe(HOSTILE[0]);
      expect(await head.textContent()).toMatch(/^<\/script>.*….*<\/script>$/);
    },
    {},
    url,
  );
});

test.each([
  ["no probe at all", {probes: []}],
  ["LIME alone", {probes: ["lime"]}],
  ["a map alone, in three dimensions", {probes: ["projection"], dimensions: 3}],
  ["one epoch", {epochs: [0]}],
  [
    "colour, three dimensions, every second epoch",
    {shape: [9, 7, 3], dimensions: 3, epochs: [0, 1, 2, 3], probed: [0, 2, 3]},
  ],
  ["a hundred classes", {classNames: Array.from({length: 100}, (_, k) => `class ${k}`), count: 400}],
] as const)("shows what there is of a run with %s", async (_, example) => {
  await using(
    async (opened) => {
      await opened.page.keyboard.press("ArrowLeft");
      expect(await text(opened, ".lead")).toMatch(/^(Untrained|After)/);
    },
    {},
    await written(example),
  );
});

test.each([
  ["light", "", 1440],
  ["dark", "#e=1&b=3", 1440],
  ["light", "#e=0", 390],
  ["dark", "", 390],
] as const)("axe finds nothing serious: %s, %j, %d wide", async (colorScheme, hash, width) => {
  await using(
    async ({page}) => {
      await page.keyboard.press("?");
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      await page.waitForSelector(".sc-chart svg", {state: "attached"});
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        const {axe} = window as unknown as {axe: typeof import("axe-core")};
        const {violations} = await axe.run(document);
        return violations.map(({id, impact, nodes}) => `${impact} ${id}: ${nodes.map(({html}) => html).slice(0, 3)}`);
      });
      expect(found.filter((line) => /^(serious|critical)/.test(line))).toEqual([]);
    },
    {colorScheme, viewport: {width, height: 900}},
    report + hash,
  );
});

test.each(["light", "dark"] as const)("looks as it did when it was last looked at: %s", async (colorScheme) => {
  await using(
    async ({page}) => {
      await page.waitForSelector(".sc-chart svg");
      await page.evaluate(() => document.fonts.ready);
      await expectToLookAsBefore(`page-${colorScheme}`, await page.screenshot());
    },
    {colorScheme},
    `${report}#e=2&img=4`,
  );
});

test("10,000 dots keep up while epochs glide, in software rendering", async () => {
  const url = await written({count: 10_000, shape: [4, 4, 1], classNames: [..."0123456789"], epochs: [0, 1, 2]});
  await using(
    async ({page}) => {
      const glides = await page.evaluate(async () => {
        const {store, frames} = (window as unknown as {epochscope: {current: App}}).epochscope.current;
        const screen = () => new Promise((resolve) => requestAnimationFrame(resolve));
        /** Waits until so many screens in a row have shown nothing new. @returns Screens, and drawings. */
        const stillness = async () => {
          const counts = {screens: 0, drawn: 0};
          for (let still = 0; still < 20; still++) {
            const before = frames.length;
            await screen();
            counts.screens++;
            counts.drawn += frames.length - before;
            if (frames.length > before) still = 0;
          }
          return counts;
        };
        await stillness();
        const all: {screens: number; drawn: number}[] = [];
        for (const stop of [1, 0, 2]) {
          frames.length = 0; // it keeps the last 600
          store.go(stop);
          all.push(await stillness());
        }
        return all;
      });
      for (const {screens, drawn} of glides) {
        expect(drawn).toBeGreaterThan(2); // a glide, not a jump
        expect(drawn).toBeLessThanOrEqual(screens); // never twice for one screen
      }
    },
    {reducedMotion: "no-preference"},
    url,
  );
});

test("waits for a run that has only begun, and then shows it", async () => {
  const folder = exampleRun();
  const path = join(folder, "metrics.jsonl");
  const lines = readFileSync(path, "utf8");
  rmSync(path);
  const server = await serveReport(folder, {interval: 50});
  try {
    await using(
      async (opened) => {
        expect(await text(opened, "p")).toMatch(/has begun; its first look at the network is not done yet/);
        writeFileSync(path, lines.split("\n").slice(0, 2).join("\n").concat("\n"));
        await opened.page.waitForSelector(".lead");
        expect(await text(opened, ".lead")).toMatch(/^After 1 epoch/);
      },
      {},
      server.url,
    );
  } finally {
    await server.close();
  }
});

test("follows a run that continues, and stays where its reader is", async () => {
  const folder = exampleRun({epochs: [0, 1, 2], probes: []});
  const server = await serveReport(folder, {interval: 50});
  try {
    await using(
      async (opened) => {
        const {page} = opened;
        const path = join(folder, "metrics.jsonl");
        const [line] = readFileSync(path, "utf8").trim().split("\n").slice(-1);
        const add = (epoch: number) =>
          writeFileSync(path, `${readFileSync(path, "utf8")}${JSON.stringify({...JSON.parse(line), epoch})}\n`);
        add(3);
        await page.waitForFunction(() => document.querySelector(".tl-a")?.getAttribute("aria-valuenow") === "3");
        await page.keyboard.press("Home");
        await frames(page);
        add(4);
        await page.waitForFunction(() => document.querySelector(".tl-a")?.getAttribute("aria-valuemax") === "4");
        expect(await text(opened, ".lead")).toMatch(/^Untrained/);
      },
      {},
      server.url,
    );
  } finally {
    await server.close();
  }
});
