import {execFileSync} from "node:child_process";
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {cloud} from "../support/tsne-data";

const folder = temporaryFolder();
const file = join(folder, "mine.csv");
const {values} = cloud(60, 4, 1);
writeFileSync(file, Array.from({length: 60}, (_, i) => values.subarray(4 * i, 4 * i + 4).join(";")).join("\n"));

test("project makes a map of a table and says how it was read and where the map is", async () => {
  const {code, stdout, stderr} = await command(["map", file, "--out", folder, "--iterations", "50"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^table {4}60 rows, 4 columns of numbers: CSV, .*\nperplexity 19 in place of 30: at most a third of 60 points\n60 rows in [\d.]+ s: KL divergence /,
  );
  for (const name of ["mine-map.csv", "mine-map.png", "mine-map.json"]) {
    expect(stdout).toContain(join(folder, name));
    expect(existsSync(join(folder, name))).toBe(true);
  }
});

test("project says in its JSON what it was made of, and which columns are not used and why", async () => {
  const own = join(folder, "facts.csv");
  const rows = Array.from({length: 30}, (_, i) => `${i % 3},${i},5,${i % 7 === 0 && i > 0 ? "" : i * i},w${i}`);
  writeFileSync(own, `digit,a,fixed,gap,word\n${rows.join("\n")}\n`);
  const {stdout, code} = await command([
    "map",
    own,
    "--out",
    join(folder, "facts"),
    "--label",
    "digit",
    "--method",
    "pca",
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain('not used "digit": it is the label');
  expect(stdout).toContain('not used "fixed": it is the same number in every row');
  expect(stdout).toContain(
    'note     4 rows of 30 left out, without a finite number in "gap" (4 times, first in line 9)',
  );
  const facts = JSON.parse(readFileSync(join(folder, "facts", "facts-map.json"), "utf8"));
  expect(facts).toMatchObject({
    table: own,
    rows: 26,
    allRows: 30,
    columns: ["a", "gap"],
    label: "digit",
    classNames: ["0", "1", "2"],
  });
  expect(facts.unused).toEqual([
    {name: "digit", place: 1, reason: "it is the label"},
    {name: "fixed", place: 3, reason: "it is the same number in every row"},
    {name: "word", place: 5, reason: "it holds words"},
  ]);
  const csv = readFileSync(join(folder, "facts", "facts-map.csv"), "utf8").split("\n");
  expect(csv[0]).toBe("x,y,row,digit,word");
  expect(csv[8].split(",").slice(2)).toEqual(["9", "2", "w8"]); // the eighth row is left out
});

test("tables of one name, made into maps at once, each keep their own", async () => {
  const out = join(folder, "shared");
  const made = ["a", "b", "c"].map((name, k) => {
    mkdirSync(join(folder, name));
    const own = join(folder, name, "t.csv");
    writeFileSync(own, Array.from({length: 8 + k}, (_, i) => `${i},${(i * i) % 5}`).join("\n"));
    return command(["map", own, "--out", out, "--method", "pca", "--quiet"]);
  });
  expect((await Promise.all(made)).map(({code}) => code)).toEqual([0, 0, 0]);
  const names = ["t", "t-2", "t-3"].flatMap((stem) => [`${stem}-map.csv`, `${stem}-map.json`, `${stem}-map.png`]);
  expect(readdirSync(out).sort()).toEqual(names.sort());
  const rows = ["t", "t-2", "t-3"].map((stem) => {
    const facts = JSON.parse(readFileSync(join(out, `${stem}-map.json`), "utf8"));
    const lines = readFileSync(join(out, `${stem}-map.csv`), "utf8").split("\n").length - 2;
    expect(lines).toBe(facts.rows); // files of one result, not of two
    return lines;
  });
  expect(rows.sort((a, b) => a - b)).toEqual([8, 9, 10]);
});

const pipe = join(folder, "pipe.csv");
if (process.platform !== "win32") execFileSync("mkfifo", [pipe]);

test.each([
  [["map", join(folder, "none.csv")], "none.csv: expected a table (CSV, .npy or .npz), got nothing there"],
  [["map", file, "--method", "sne"], '--method: expected one of tsne, umap, pca, tsne-js, got "sne"'],
  [["map", folder], "expected a file, got a folder"],
  [["map", pipe], "pipe.csv: expected a file, got a pipe"],
  [["map", "/dev/zero"], "/dev/zero: expected a file, got a device"],
  [
    ["map", file, "--separator", "ab"],
    "--separator: expected auto, comma, semicolon, tab, space, pipe or one character",
  ],
  [["map", file, "--missing", "zero"], '--missing: expected one of drop-rows, mean, refuse, got "zero"'],
  [["map", file, "--header", "--no-header"], "--header: expected only one of --header and --no-header, got both"],
  [
    ["map", file, "--encoding", "utf-9"],
    '--encoding: expected auto or the name of an encoding that browsers know, got "utf-9"',
  ],
])("%j is refused in one line", async (flags, words) => {
  const {code, stderr} = await command([...flags, "--out", folder]);
  expect(code).toBe(/^--|nothing there/.test(words) || words.startsWith("none.csv") ? 2 : 1);
  expect(stderr).toContain(words);
  expect(stderr.trim().split("\n").length).toBe(1);
});
