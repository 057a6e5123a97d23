import {existsSync} from "node:fs";
import {join, relative} from "node:path";

import type {Network} from "../nouns/network";
import type {Dataset} from "../nouns/samples";
import {nameOf, numberOf} from "../pipeline/data/image-names";
import {acrossSplits, type Copy, findLeaks, leaksCsv, type Placed} from "../pipeline/leaks";
import {openRunDirectory} from "../pipeline/record/run-directory";
import {keepCopies} from "../pipeline/record/training-copies";
import {writeWhole} from "../pipeline/record/write-whole";
import {embeddingsOf} from "../pipeline/seen-alike";
import {thumbnail} from "../report/compare/thumbnail";
import {leaksPage, type ShownCopy} from "../report/labels/leaks-page";
import {writeReport} from "../report/page";
import {say, sayJson} from "./terminal";

/** How many pairs the terminal names. */
const NAMED = 10;

export interface LeakChoices {
  readonly distance: number;
  readonly alike: number;
  /** Lends the run's network; present if the images should also be compared by the network. */
  readonly asking?: {readonly near: number; withNetwork<R>(use: (network: Network) => Promise<R>): Promise<R>};
  readonly top: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `labels leaks`: writes leaks.csv and leaks.html into a run's folder. @returns How many pairs cross splits. */
export async function tellLeaks(path: string, run: string, data: Dataset, choices: LeakChoices): Promise<number> {
  const {asking} = choices;
  const embeddings = await asking?.withNetwork((network) => embeddingsOf(network, data));
  const seen = asking && embeddings ? {seen: {embeddings, near: asking.near}} : {};
  const copies = await findLeaks(data, {...choices, ...seen});
  const [csvPath, pagePath] = ["leaks.csv", "leaks.html"].map((name) => join(path, name));
  const shown: Parameters<typeof leaksPage>[1][number][] = [];
  for (const copy of copies.slice(0, choices.top)) {
    const [image, other] = await Promise.all([shownCopy(data, copy.image), shownCopy(data, copy.other)]);
    shown.push({image, other, what: whatOf(copy), across: acrossSplits(copy)});
  }
  await writeWhole(csvPath, leaksCsv(copies, data));
  await showOnPage(path, copies);
  await writeWhole(pagePath, leaksPage(run, shown, copies.length, data.imageShape[2] === 1));
  const across = copies.filter(acrossSplits).length;
  const count = (is: (copy: Copy) => boolean) => copies.filter(is).length;
  if (choices.json) {
    const placed = ({split, index, label}: Placed) => ({
      ...{image: numberOf(data, {split, index}), split, index},
      ...{sourceIndex: data[split].sources?.[index] ?? index, label: data.classNames[label]},
      ...(data[split].files ? {file: data[split].files[index]} : {}),
    });
    const rows = copies.slice(0, choices.top).map((copy) => ({
      ...{kind: copy.kind, acrossSplits: acrossSplits(copy), image: placed(copy.image), other: placed(copy.other)},
      ...{phashDistance: copy.pHash, dhashDistance: copy.dHash, correlation: copy.correlation},
      ...(copy.embedding === undefined ? {} : {embeddingDistance: copy.embedding}),
    }));
    const counts = {count: copies.length, acrossSplits: across, near: count(isNear)};
    const document = {schema: "epochscope/leaks/1", run, ...counts, rows, csv: csvPath, page: pagePath};
    sayJson(JSON.stringify(document, undefined, 2));
    return across;
  }
  if (choices.quiet) return across;
  const number = (value: number) => value.toLocaleString("en");
  const near = count(isNear);
  const differ = count(({image, other}) => image.label !== other.label);
  say(
    `${number(copies.length)} ${copies.length === 1 ? "pair" : "pairs"} of copies: ${number(copies.length - near)} exact, ${number(near)} near; ` +
      `${number(across)} across splits, ${number(differ)} with different labels`,
  );
  for (const copy of copies.slice(0, NAMED))
    say(`  ${labelled(data, copy.image)} and ${labelled(data, copy.other)}: ${whatOf(copy)}`);
  if (data.moreTest) say(`  ${number(data.moreTest.count)} test images that the run does not show were left out`);
  say(`list  ${relative(process.cwd(), csvPath)}`);
  say(`page  ${relative(process.cwd(), pagePath)}`);
  return across;
}

/** Keeps the training images that are test images too where the run's page shows them, and writes it again. */
async function showOnPage(path: string, copies: readonly Copy[]): Promise<void> {
  const inTest = copies.flatMap(({image, other, kind}) =>
    image.split === "train" && other.split === "test"
      ? [{train: image.index, test: other.index, isNear: kind === "near" || kind === "embedding"}]
      : [],
  );
  if (inTest.length === 0 || !existsSync(join(path, "artifacts", "training"))) return;
  await keepCopies(openRunDirectory(path), inTest);
  if (existsSync(join(path, "report.html"))) await writeReport(path);
}

function labelled(data: Dataset, placed: Placed): string {
  return `${nameOf(data, placed)} (${heldOut(placed)}${data.classNames[placed.label]})`;
}

/**
 * The words for an image that was held out of the training images. Its name is that of a training image, so these words
 * say that it is not one.
 */
const heldOut = ({split}: Placed) => (split === "validation" ? "validation, " : "");

const isNear = ({kind}: Copy) => kind === "near" || kind === "embedding";

function whatOf({kind, pHash, dHash, correlation, embedding}: Copy): string {
  if (kind === "bytes") return "the same file";
  if (kind === "pixels") return "the same pixels";
  const looks = `pHash ${pHash} and dHash ${dHash} of 64 bits apart, correlation ${correlation.toFixed(3)}`;
  if (embedding === undefined) return `alike: ${looks}`;
  const asked = `cosine distance ${embedding.toPrecision(2)}`;
  return kind === "near" ? `alike: ${looks}, to the network ${asked}` : `alike to the network: ${asked}; ${looks}`;
}

async function shownCopy(data: Dataset, placed: Placed): Promise<ShownCopy> {
  const {split, index, label} = placed;
  const {pixels, shape, labels} = await data[split].read([index]);
  const bytes = Uint8Array.from(pixels, (value) => Math.round(255 * value));
  const where = nameOf(data, placed);
  return {
    picture: thumbnail({count: 1, shape, pixels: bytes, labels}, 0),
    label: data.classNames[label],
    where: `${split === where.split(":")[0] ? "" : `${split}, `}${where}`,
  };
}
