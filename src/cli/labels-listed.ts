import {join, relative} from "node:path";

import type {Dataset} from "../nouns/samples";
import {nameOf, numberOf, type SplitName} from "../pipeline/data/image-names";
import {type ListedSuspect, listedSuspectsCsv} from "../pipeline/listed-suspects";
import {writeWhole} from "../pipeline/record/write-whole";
import {thumbnail} from "../report/compare/thumbnail";
import {labelsPage, type ShownSuspect} from "../report/labels/page";
import type {ShownEvidence} from "./labels-evidence";
import {say, sayJson} from "./terminal";

/** How many suspects the terminal names. */
const NAMED = 10;

/** How the list is told. */
export interface ListTold {
  /** The list's file and its page are called suspects-NAME. */
  readonly name: string;
  /** The split that all images are of; "all" if they are of several. */
  readonly split: SplitName | "all";
  readonly top: number;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Who judged the labels, in words: "a network that did not learn from them". */
  readonly judge: string;
  /** Finds the evidence for both labels of the first training images that are shown, and names the files that it left. */
  evidenceOf?(
    shown: readonly ListedSuspect[],
  ): Promise<{readonly evidence: readonly ShownEvidence[]; readonly files: readonly string[]}>;
}

/**
 * Writes a list of suspects and its page into the run's folder, and tells the first of them.
 *
 * @param run Its name. @returns How many labels look wrong.
 */
export async function tellListed(
  path: string,
  run: string,
  data: Dataset,
  found: readonly ListedSuspect[],
  {name, split, top, json, quiet, judge, evidenceOf}: ListTold,
): Promise<number> {
  const csv = listedSuspectsCsv(found, data);
  const shown = found.slice(0, top);
  const {evidence, files} = (await evidenceOf?.(shown)) ?? {evidence: [], files: []};
  const pictured: ShownSuspect[] = [];
  for (const [n, one] of shown.entries()) {
    const {pixels, shape, labels} = await data[one.split].read([one.index]);
    const bytes = Uint8Array.from(pixels, (v) => Math.round(255 * v));
    const picture = thumbnail({count: 1, shape, pixels: bytes, labels}, 0);
    const why = one.reason || "the network agrees with the label";
    const facts = {picture, given: one.given, suggested: one.predicted, where: nameOf(data, one), why};
    pictured.push({...facts, ...evidence[n]});
  }
  const [csvPath, pagePath] = ["csv", "html"].map((ending) => join(path, `suspects-${name}.${ending}`));
  await writeWhole(csvPath, csv);
  await writeWhole(pagePath, await labelsPage(run, pictured, csv, data.imageShape[2] === 1));
  const issues = found.filter(({isIssue}) => isIssue).length;
  if (json) {
    const rows = shown.map((one, n) => ({
      ...{rank: n + 1, image: numberOf(data, one), split: one.split, index: one.index},
      sourceIndex: data[one.split].sources?.[one.index] ?? one.index,
      ...(data[one.split].files ? {file: data[one.split].files?.[one.index]} : {}),
      ...{givenLabel: one.given, predictedLabel: one.predicted, labelScore: one.score, isIssue: one.isIssue},
    }));
    const document = {schema: "epochscope/suspects/1", run, method: found[0].method, count: issues, rows};
    sayJson(JSON.stringify({...document, csv: csvPath, page: pagePath, evidence: files}, undefined, 2));
  } else if (!quiet) {
    const which = split === "all" ? "" : split === "train" ? "training " : `${split} `;
    const told = [
      `${issues.toLocaleString("en")} of ${found.length.toLocaleString("en")} ${which}labels look wrong to ${judge}`,
      ...shown
        .slice(0, NAMED)
        .map((one) => `  ${nameOf(data, one)}: labelled ${one.given}, ${one.reason || "as answered"}`),
      `list  ${relative(process.cwd(), csvPath)}`,
      `page  ${relative(process.cwd(), pagePath)}  (decide there, then train again with --from ${run} --edit suspects.csv)`,
    ];
    for (const line of told) say(line);
  }
  return issues;
}
