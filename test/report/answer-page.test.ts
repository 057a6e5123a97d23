import {readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, describe, expect, test} from "vitest";

import {askReader, openSavedReader} from "../../src/pipeline/qa/ask";
import {answerPage} from "../../src/report/reader/answer-page";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";

const FOLDER = "test/fixtures/bert";
const QUESTION = "When does the dome open?";
const CONTEXT = 'The <b>dome</b> opens at dusk.\r\nThe "first" exposure 🙂 takes\u202e ninety seconds.';
const opening = openSavedReader(FOLDER);
afterAll(async () => (await opening).dispose());

describe("the page of one answer", () => {
  test("has each word where it stands, the answer framed, and nothing of the data's own HTML", async () => {
    const reader = await opening;
    const {answer, why} = await askReader(reader, QUESTION, CONTEXT, {top: 3, why: true, samples: 60});
    if (!why) throw new Error("expected words");
    for (const {word, inQuestion, from, to} of why.words)
      expect((inQuestion ? QUESTION : CONTEXT).slice(from, to)).toBe(word);
    const page = answerPage({question: QUESTION, context: CONTEXT, answer, why, model: "<m>", samples: 60});
    const marked = [...page.matchAll(/<mark>(.*?)<\/mark>/gs)].map(([, inner]) => inner.replace(/<[^>]*>/g, ""));
    const shown = answer.text
      .split("\r\n")
      .join("\n")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("\u202e", "\\u202e");
    expect(marked).toEqual([shown, shown]); // by hiding words, and by gradients
    expect(page).toContain("&lt;<");
    expect(page).not.toContain("<b>dome");
    expect(page).not.toContain("\u202e");
    expect(page).not.toMatch(/<script|https?:\/\//);
    expect(page).toContain("what &lt;m&gt; answers");
  });

  test("adds gradients up to how much likelier the answer became", async () => {
    const reader = await opening;
    const {why} = await askReader(reader, QUESTION, CONTEXT, {top: 1, why: true, samples: 60});
    expect(why?.words.every(({gradient}) => Number.isFinite(gradient))).toBe(true);
    expect(why?.words.some(({gradient}) => gradient !== 0)).toBe(true);
  });

  test("says that there is nothing to colour in a text without words", async () => {
    const reader = await opening;
    const {answer, why} = await askReader(reader, QUESTION, "\u200b", {top: 3, why: true, samples: 60});
    expect(why).toEqual({words: [], r2: null});
    const page = answerPage({question: QUESTION, context: "\u200b", answer, why: why!, model: "m", samples: 60});
    expect(page).toContain("No word speaks for it");
  });

  test("is written by --out, whose name must be that of a page", async () => {
    const out = join(temporaryFolder(), "why.html");
    const asking = ["qa", "ask", "--text", "It opens at dusk.", "--model", FOLDER, "--samples", "40", "--out"];
    const {code, stdout} = await command([...asking, out, "When?"]);
    expect(code).toBe(0);
    expect(stdout.trim().split("\n").at(-1)).toBe(`page  ${out}`);
    expect(readFileSync(out, "utf8")).toContain("<title>When?</title>");
    for (const [words, message] of [
      [[...asking, "why.txt", "When?"], 'error: --out: expected a file that ends in .html, got "why.txt"'],
      [[...asking, out], "error: --out: expected a question on the command line, got none"],
    ] as const) {
      const refused = await command([...words]);
      expect([refused.code, refused.stderr.trim()]).toEqual([2, message]);
    }
  });
});
