/** @file The API's pages, from the docstrings, with the README and its formulas in front: dist/docs/index.html. */
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import katex from "katex";

import {steps} from "./steps";

/** `$…$` as MathML, which browsers draw by themselves; code is left alone. */
export function withFormulas(markdown: string): string {
  return markdown.replace(
    /(```[\s\S]*?```|`[^`\n]*`)|\$([^$]+)\$/g,
    (whole, code: string | undefined, formula: string) =>
      code ? whole : katex.renderToString(formula.replace(/\s+/g, " "), {output: "mathml", throwOnError: true}),
  );
}

const root = join(__dirname, "..");
mkdirSync(join(root, "dist"), {recursive: true});
// Links are relative to the project's folder, one above.
const readme = withFormulas(readFileSync(join(root, "README.md"), "utf8")).replace(/\]\((?!\w+:|#)/g, "](../");
writeFileSync(join(root, "dist", "README.md"), readme);
steps(["typedoc", "--options", "typedoc.json", "--readme", "dist/README.md"]);
