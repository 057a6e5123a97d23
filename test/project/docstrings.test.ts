/** @file A docstring begins with the noun or the verb for what it describes, so that it is plain when it stands alone. */
import {readdirSync, readFileSync} from "node:fs";
import {expect, test} from "vitest";

const FOLDERS = ["src", "test", "scripts", "bench", "examples"];
/** First words that point to something outside the docstring, and shorthand. */
const REFUSED = /^(Of|What|Those|Theirs|So many|As) |^(Tasks?( \d.*)?|In|Out|Scratch): /;

/** The beginning of each docstring of a text that `REFUSED` knows. */
function refused(text: string): string[] {
  const firstLines = text.matchAll(/\/\*\*[ \t]*\n?[ \t]*(?:\* )?(.*)/g);
  return [...firstLines].map(([, line]) => line.replace(/^@file /, "")).filter((line) => REFUSED.test(line));
}

test("no docstring begins with a word that only the code explains, or with shorthand", () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, {recursive: true, encoding: "utf8"}).map((file) => `${folder}/${file}`),
  ).filter((file) => file.endsWith(".ts") && !file.includes("/node_modules/"));
  expect(files.length).toBeGreaterThan(1000);
  expect(files.flatMap((file) => refused(readFileSync(file, "utf8")).map((line) => `${file}: ${line}`))).toEqual([]);
});

test.each([
  ["Of a pixel's red.", 1],
  ["Task: 32 rows.", 1],
  ["@file What a run leaves.", 1],
  ["The byte offset of a pixel's red channel.", 0],
  ["Tasks of a queue.", 0],
])("the docstring %j has %d beginning that is refused", (text, count) => {
  expect(refused(`/** ${text} */`)).toHaveLength(count);
  expect(refused(`  /**\n   * ${text}\n   */`)).toHaveLength(count);
});
