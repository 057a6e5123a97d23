import {join, relative} from "node:path";

import type {Dataset} from "../nouns/samples";
import {nameOf, numberOf} from "../pipeline/data/image-names";
import {listedSuspects, listedSuspectsCsv, SPLIT_CHOICES} from "../pipeline/listed-suspects";
import {writeWhole} from "../pipeline/record/write-whole";
import {thumbnail} from "../report/compare/thumbnail";
import {labelsPage, type ShownSuspect} from "../report/labels/page";
import {say, sayJson} from "./terminal";

/** How many suspects the terminal names. */
const NAMED = 10;

/**
 * `labels suspects --split test` (or validation, or all): the images of the run's own list, as a list and a page of their own.
 *
 * @param run Its name. @returns How many labels look wrong.
 */
export async function tellListed(
  path: string,
  run: string,
  data: Dataset,
  {split, top, json, quiet}: {split: keyof typeof SPLIT_CHOICES; top: number; json: boolean; quiet: boolean},
): Promise<number> {
  const found = await listedSuspects(path, data, SPLIT_CHOICES[split]);
  const csv = listedSuspectsCsv(found, data);
  const shown = found.slice(0, top);
  const pictured: ShownSuspect[] = [];
  for (const one of shown) {
    const {pixels, shape, labels} = await data[one.split].read([one.index]);
    const bytes = Uint8Array.from(pixels, (v) => Math.round(255 * v));
    const picture = thumbnail({count: 1, shape, pixels: bytes, labels}, 0);
    const why = one.reason || "the network agrees with the label";
    pictured.push({picture, given: one.given, suggested: one.predicted, where: nameOf(data, one), why});
  }
  const [csvPath, pagePath] = ["csv", "html"].map((ending) => join(path, `suspects-${split}.${ending}`));
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
    sayJson(JSON.stringify({...document, csv: csvPath, page: pagePath, evidence: []}, undefined, 2));
  } else if (!quiet) {
    const which = split === "all" ? "" : `${split} `;
    const told = [
      `${issues.toLocaleString("en")} of ${found.length.toLocaleString("en")} ${which}labels look wrong to a network that did not learn from them`,
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
