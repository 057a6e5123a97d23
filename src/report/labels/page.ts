import {createHash} from "node:crypto";

import {html} from "../../escape/html";
import {shellOf} from "../shell";
import {stillPage} from "../still-page";
import type {EvidenceTiles} from "./evidence-tiles";
import {type NeighbourTiles, neighbourRows} from "./neighbour-rows";

/** A suspect in the form for the page. */
export interface ShownSuspect {
  /** The picture, a PNG as a data URL. */
  readonly picture: string;
  readonly given: string;
  readonly suggested: string;
  /** The picture's file, or its place in the split. */
  readonly where: string;
  /** Why it is suspect, in a few words. */
  readonly why: string;
  /** The evidence for the given label and for the suggested one. */
  readonly evidence?: EvidenceTiles;
  readonly neighbours?: NeighbourTiles;
}

/**
 * The page on which the user decides about suspect labels. Each suspect has a picture, its label, what it looks like,
 * and three buttons; another button saves the list with the decisions. The page opens from disk and loads nothing.
 *
 * @param csv The list with its header; the suspects that are shown come first. Its two last columns, decision and new
 * label, are empty.
 */
export async function labelsPage(
  run: string,
  suspects: readonly ShownSuspect[],
  csv: string,
  isGrey: boolean,
): Promise<string> {
  const {script, style} = await shellOf("labels");
  const lines = csv
    .trimEnd()
    .split("\n")
    .slice(0, 1 + suspects.length);
  const id = `epochscope-suspects-${createHash("sha256").update(csv).digest("hex").slice(0, 16)}`;
  const data = JSON.stringify({id, lines, decisionFromEnd: 2}).replaceAll("<", "\\u003c");
  const body = `<p><span class="word">epochscope</span> <span class="soft">${html(run)}</span></p>
<h1><b>${suspects.length.toLocaleString("en")}</b> labels to look at, the most suspect first.</h1>
<p class="lead">A suspect label need not be wrong: only you can say. Decide with the buttons or the keys, save the list, then train
again with <b>--edit suspects.csv</b> and compare.</p>
<div class="bar"><output id="count"></output>
<span class="soft">G keeps the given label, S takes the suggested one, D drops the picture, J and K move</span>
<button id="save">Save suspects.csv</button></div>
<ol class="suspects${isGrey ? " grey" : ""}">
${suspects.map(item).join("\n")}
</ol>
<script type="application/json" id="data">${data}</script>
<script>${script}</script>`;
  return stillPage({title: `Suspect labels of ${run}`, style, script, body});
}

/** Tiles such as "for 7, given" beside "for 6, suggested", in one row for each method. */
function evidenceOf({given, suggested, evidence}: ShownSuspect): string {
  if (!evidence || given === suggested) return "";
  const rows = evidence.ways.map((way, n) => {
    const pair = [
      [evidence.given[n], `${way} for ${given}, given`],
      [evidence.suggested[n], `${way} for ${suggested}, suggested`],
    ];
    return pair.map(
      ([src, says]) =>
        `<figure><img alt="${html(says)}" src="${src}"><figcaption class="soft">${html(says)}</figcaption></figure>`,
    );
  });
  return `<div class="evidence">${rows.flat().join("")}</div>`;
}

function item(shown: ShownSuspect): string {
  const {picture, given, suggested, where, why, neighbours} = shown;
  const asks = given === suggested ? `${given}?` : `${given} → ${suggested}?`;
  return `<li><img alt="${html(`labelled ${given}, looks like ${suggested}`)}" src="${picture}">
<p class="what">${html(asks)}</p><p class="soft where">${html(where)}</p><p class="soft">${html(why)}</p>${evidenceOf(shown)}${neighbours ? neighbourRows(neighbours, shown) : ""}
<div class="choices"><button data-decision="keep">keep ${html(given)}</button>${
    given === suggested ? "" : `<button data-decision="relabel">take ${html(suggested)}</button>`
  }<button data-decision="drop">drop</button></div></li>`;
}
