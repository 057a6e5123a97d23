import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {flagsPage} from "../../scripts/flags-page";

test("docs/flags.md has every flag as the program declares it (npm run flags writes it)", async () => {
  const page = readFileSync("docs/flags.md", "utf8");
  expect(page).toBe(await flagsPage());
  expect(page).toContain("| `--learning-rate` |");
  expect(page).toContain("| `--lime.samples` |");
});
