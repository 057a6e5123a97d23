import {chmodSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

/** All temporary files of the tests go into one folder, which is removed at the end, also after a test that failed. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "epochscope-tests-"));
  chmodSync(folder, 0o755); // PostgreSQL is started as another user
  process.env.TMPDIR = folder;
  return () => rmSync(folder, {recursive: true, force: true, maxRetries: 3});
}
