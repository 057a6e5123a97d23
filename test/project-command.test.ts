import {existsSync, mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {command} from "./support/command";
import {cloud} from "./support/tsne-data";

const folder = mkdtempSync(join(tmpdir(), "project-command-"));
const file = join(folder, "mine.csv");
const {values} = cloud(60, 4, 1);
writeFileSync(file, Array.from({length: 60}, (_, i) => values.subarray(4 * i, 4 * i + 4).join(";")).join("\n"));

test("project makes a map of a table and says where it is", async () => {
  const {code, stdout, stderr} = await command(["project", file, "--out", folder, "--iterations", "50"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^perplexity 19 in place of 30: at most a third of 60 points\n60 rows in [\d.]+ s: KL divergence /,
  );
  for (const name of ["mine-map.csv", "mine-map.png"]) {
    expect(stdout).toContain(join(folder, name));
    expect(existsSync(join(folder, name))).toBe(true);
  }
});

test.each([
  [["project", join(folder, "none.csv")], "none.csv: expected a CSV or .npy file, got nothing there"],
  [["project", file, "--method", "sne"], '--method: expected one of tsne, umap, pca, tsne-js, got "sne"'],
])("%j is refused in one line", async (flags, words) => {
  const {code, stderr} = await command(flags);
  expect(code).toBe(1);
  expect(stderr).toContain(words);
  expect(stderr.trim().split("\n").length).toBe(1);
});
