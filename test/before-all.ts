import {chmodSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {packagedBrowser} from "./report/packaged-browser";

/**
 * Prepares what all test files share. The package of Chromium unpacks it at first use, and two files that do so at once
 * fail, so it is unpacked here. All temporary files of the tests go into one folder, which is removed at the end, also
 * after a test that failed.
 */
export default async function setup(): Promise<() => void> {
  const browser = process.env.CHROME ?? (await packagedBrowser());
  if (browser) process.env.CHROME = browser;
  const folder = mkdtempSync(join(tmpdir(), "epochscope-tests-"));
  chmodSync(folder, 0o755); // PostgreSQL is started as another user
  process.env.TMPDIR = folder;
  return () => rmSync(folder, {recursive: true, force: true, maxRetries: 3});
}
