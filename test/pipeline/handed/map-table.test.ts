import {mkdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {mapTable, tableId, tableMapOf, tableQuestion} from "../../../src/pipeline/handed/map-table";
import {threadPool} from "../../../src/pipeline/jobs/pool";
import {projectFile} from "../../../src/pipeline/project";
import {projectOptions} from "../../../src/pipeline/project-options";
import {temporaryFolder} from "../../support/idx-files";
import {cloud} from "../../support/tsne-data";

const root = temporaryFolder();
afterAll(() => rmSync(root, {recursive: true, force: true}));

const table = join(root, "mine.csv");
const {values} = cloud(60, 5, 4);
const lines = Array.from({length: 60}, (_, i) => `${"abc"[i % 3]},${values.subarray(i * 5, i * 5 + 5)}`);
writeFileSync(table, `kind,p,q,r,s,t\n${lines.join("\n")}\n`);
const settings = (more: object = {}) => resolveOptions(projectOptions, {iterations: 50, ...more}, "--");

test("a map that a worker makes has the bytes and the words of one that is made here", async () => {
  const out = {here: join(root, "here"), there: join(root, "there")};
  const [said, heard]: string[][] = [[], []];
  const here = await projectFile(table, settings({out: out.here}), (line) => said.push(line));
  const workers = threadPool(1);
  const there = await projectFile(
    table,
    settings({out: out.there}),
    (line) => heard.push(line),
    async () => {
      const question = await tableQuestion(table, settings());
      return tableMapOf(await workers.ask("mapTable", question, {say: (line) => heard.push(line)}));
    },
  );
  await workers.close();
  for (const name of ["csv", "png"] as const) expect(readFileSync(there[name])).toEqual(readFileSync(here[name]));
  const text = readFileSync(there.json, "utf8").replace(out.there, out.here);
  expect(text).toBe(readFileSync(here.json, "utf8"));
  expect(heard).toEqual(said);
  expect(said.at(-1)).toBe("perplexity 19 in place of 30: at most a third of 60 points");
});

test("the task's name depends on the table's content and on every option but the folder of the files", async () => {
  const idOf = async (more: object = {}) => tableId(await tableQuestion(table, settings(more)));
  const first = await idOf();
  expect(await idOf({out: "elsewhere"})).toBe(first);
  expect(await idOf({perplexity: 12})).not.toBe(first);
  writeFileSync(table, `kind,p,q,r,s,t\n${lines.slice(1).join("\n")}\n`);
  expect(await idOf()).not.toBe(first);
});

test("a table that has changed since, one outside of the folders, and odd options are refused in one line", async () => {
  const question = await tableQuestion(table, settings());
  const inside = {...question, reads: [root]};
  await expect(mapTable({...question, reads: [join(root, "other")]}, () => {})).rejects.toThrow(
    `${table}: expected a table in a folder that this worker may read (${join(root, "other")}), got another; start the worker with --reads FOLDER`,
  );
  const odd = {
    ...inside,
    subject: {...question.subject, settings: {...question.subject.settings, method: "__proto__"}},
  };
  await expect(mapTable(odd, () => {})).rejects.toThrow(/^--method: expected one of tsne, .* got "?__proto__/);
  const beside = {...inside, reads: [`${root}-other`]}; // its name only begins alike
  await expect(mapTable(beside, () => {})).rejects.toThrow("expected a table in a folder");
  writeFileSync(table, "changed");
  await expect(mapTable(inside, () => {})).rejects.toThrow(
    /^\S+mine.csv: expected a table of SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}$/,
  );
  mkdirSync(join(root, "folder.csv"));
  await expect(tableQuestion(join(root, "none.csv"), settings())).rejects.toThrow("got nothing there");
});
