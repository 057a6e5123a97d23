/**
 * @file Makes the pages of the API from the docstrings, with the README and its formulas as the first page:
 * dist/docs/index.html.
 */
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import katex from "katex";

import {deadLinks} from "./dead-links";
import {steps} from "./steps";

/** Turns `$…$` into MathML, which browsers can draw; code stays unchanged. */
export function withFormulas(markdown: string): string {
  return markdown.replace(
    /(```[\s\S]*?```|`[^`\n]*`)|\$([^$]+)\$/g,
    (whole, code: string | undefined, formula: string) =>
      code ? whole : katex.renderToString(formula.replace(/\s+/g, " "), {output: "mathml", throwOnError: true}),
  );
}

const root = join(__dirname, "..");
mkdirSync(join(root, "dist"), {recursive: true});
/**
 * The README as the first page. Its links are relative to the project's folder, one level above; its title becomes the
 * page's title.
 */
function frontPage(readme: string): string {
  return withFormulas(readme)
    .replace(/^# .*\n/, "")
    .replace(/\]\((?!\w+:|#)/g, "](../")
    .replace(/\b(src|srcset)="(?!\w+:)/g, '$1="../');
}
writeFileSync(join(root, "dist", "README.md"), frontPage(readFileSync(join(root, "README.md"), "utf8")));
steps(["typedoc", "--options", "typedoc.json", "--readme", "dist/README.md", "--treatWarningsAsErrors"]);
const dead = deadLinks(join(root, "dist", "docs"));
for (const link of dead) console.error(`docs: expected a link that leads somewhere, got ${link}`);
if (dead.length > 0) process.exitCode = 1;
