import {existsSync} from "node:fs";
import {join} from "node:path";
import {type Browser, type BrowserContextOptions, chromium, type Page} from "playwright-core";

import {packagedBrowser} from "./packaged-browser";

/** Where a browser may stand that was installed by hand. */
const INSTALLED = [
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The fonts that a page finds, the same ones on every Linux. */
const FONTS = join(__dirname, "fonts.conf");

/** Software rendering: the slowest that a reader may have. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/**
 * Chromium: the one that `CHROME` names, or npm's (Linux on x64), or an installed Chrome or Chromium.
 *
 * @throws Error in one line if there is none.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await browserPath();
  const env = {...process.env, FONTCONFIG_FILE: FONTS} as {[name: string]: string};
  return chromium.launch({executablePath, headless: true, args: ARGS, env});
}

async function browserPath(): Promise<string> {
  if (process.env.CHROME) return process.env.CHROME;
  const packaged = await packagedBrowser();
  if (packaged) return packaged;
  const installed = INSTALLED.find(existsSync);
  if (installed) return installed;
  throw new Error(`browser: expected Chrome or Chromium (install one, or set CHROME to its path), got none`);
}

export interface Opened {
  readonly page: Page;
  /** Console errors and warnings, page errors, and requests that left the page. */
  readonly complaints: string[];
}

/** Opens an address and waits until everything is drawn. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({viewport: {width: 1440, height: 900}, reducedMotion: "reduce", ...options});
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const own = request.url().startsWith(new URL(url).origin === "null" ? "file:" : new URL(url).origin);
    if (!own && !/^(blob|data):/.test(request.url())) complaints.push(`request ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector("html[data-ready=yes]");
  return {page, complaints};
}
