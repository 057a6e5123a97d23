import {readFileSync} from "node:fs";
import {join} from "node:path";

import {html} from "../../escape/html";
import {stillPage} from "../still-page";

/** One of two images that are copies of each other, in the form for the page. */
export interface ShownCopy {
  /** The picture, a PNG as a data URL. */
  readonly picture: string;
  readonly label: string;
  /** Its file, or its split and its place there. */
  readonly where: string;
}

export interface ShownPair {
  readonly image: ShownCopy;
  readonly other: ShownCopy;
  /** A few words that say which kind of copy it is. */
  readonly what: string;
  readonly across: boolean;
}

/**
 * The page of images that occur more than once, in pairs. It opens from disk, loads nothing and runs no script.
 *
 * @param total How many pairs there are; the first ones are shown.
 */
export function leaksPage(run: string, pairs: readonly ShownPair[], total: number, isGrey: boolean): string {
  const font = readFileSync(require.resolve("@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2"));
  const style = readFileSync(join(__dirname, "page.css"), "utf8").replace(
    "FIGTREE",
    `data:font/woff2;base64,${font.toString("base64")}`,
  );
  const number = (count: number) => count.toLocaleString("en");
  const across = pairs.filter((pair) => pair.across).length;
  const cut =
    pairs.length < total ? ` The first ${number(pairs.length)} of ${number(total)} are here; leaks.csv has all.` : "";
  const lead =
    total === 0
      ? "No image is there twice."
      : `<b>${number(total)}</b> ${total === 1 ? "pair" : "pairs"} of images that are copies of each other.`;
  const body = `<main>
<p><span class="word">epochscope</span> <span class="soft">${html(run)}</span></p>
<h1>${lead}</h1>
<p class="lead">A test image that is also a training image makes the test score too good. Those across splits come first (${number(across)} shown), and
among them those whose labels differ.${cut}</p>
<ol class="suspects pairs${isGrey ? " grey" : ""}">
${pairs.map(item).join("\n")}
</ol>
</main>`;
  return stillPage({title: `Copies among the images of ${run}`, style, body});
}

function item({image, other, what, across}: ShownPair): string {
  const one = ({picture, label, where}: ShownCopy) =>
    `<figure><img alt="${html(`labelled ${label}`)}" src="${picture}"><figcaption><span class="what">${html(label)}</span><span class="soft where">${html(where)}</span></figcaption></figure>`;
  const differs = image.label === other.label ? "" : ` <b class="differs">labels differ</b>`;
  return `<li><div class="pair">${one(image)}${one(other)}</div><p class="soft">${across ? "<b>across splits</b>, " : ""}${html(what)}${differs}</p></li>`;
}
