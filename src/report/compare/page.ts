import {readFileSync} from "node:fs";
import {join} from "node:path";

import {html} from "../../escape/html";
import type {ChangedImage} from "../../numbers/comparison";
import {partingWords} from "../../pipeline/record/parting";
import {fontUrl} from "../shell";
import {stillPage} from "../still-page";
import type {Compared, RunComparison} from "./compare-runs";
import {nameOf} from "./document";
import {apartWords} from "./explained-apart";
import {accuracyCurves, percent, points, seedStrips} from "./figures";
import {NOISE_KEY, NOISE_MARKS, noiseWords} from "./noise-words";
import type {Setting} from "./settings";
import {thumbnail} from "./thumbnail";

/** How many pictures a pile shows; the others are only counted. */
const PILE = 90;
/** How many confusions the table has. */
const PAIRS = 12;

/**
 * The comparison as one page, which opens from disk, runs no script and loads nothing. It says first what changed, then
 * how much of this is chance, and shows the images themselves.
 */
export function comparePage(comparison: RunComparison): string {
  const style = readFileSync(join(__dirname, "page.css"), "utf8").replace("FIGTREE", fontUrl());
  const {base, runs, settings} = comparison;
  const curves = [base, ...runs.map(({at}) => at)].map((at) => ({name: nameOf(at), metrics: at.run.metrics}));
  const body = `<p><span class="word">epochscope</span> <span class="soft">runs side by side; the base is ${html(nameOf(base))}</span></p>
<main>
${runs.map((run) => section(comparison, run)).join("\n")}
<div class="columns together">
<section class="panel"><h2>Test accuracy by epoch</h2>${accuracyCurves(curves)}</section>
${settings.some((setting) => setting.runs.length > 1) ? `<section class="panel"><h2>Test accuracy by seed</h2>${seedStrips(comparison, settingName(comparison))}<p class="soft">A dot is a run. The band is one standard deviation to either side of the mean, which is the line.</p></section>` : ""}
</div>
</main>`;
  return stillPage({title: `${nameOf(base)} compared`, style, body});
}

function section(comparison: RunComparison, run: Compared): string {
  const {total} = run;
  const [right, rightBefore] = [run.accuracyAfter, run.accuracyBefore].map((share) =>
    Math.round(share * total.images).toLocaleString("en"),
  );
  const among = comparison.sameData
    ? `of ${total.images.toLocaleString("en")} test images`
    : `of the ${total.images.toLocaleString("en")} test images that both runs have`;
  return `<h1><b>${html(nameOf(run.at))}</b> gets <b>${right}</b> right, not ${rightBefore}, ${among}.</h1>
<p class="lead">${total.fixed} answers turned right, ${total.broken} turned wrong. ${noiseSentence(run, comparison.base.run.facts.name)}</p>
<div class="columns">
<section class="panel"><h2>Who is right?</h2>
${pile(comparison, run.fixed, "only this run is right")}
${pile(comparison, run.broken, `only ${nameOf(comparison.base)} is right`)}
<p class="soft">${run.bothWrong.toLocaleString("en")} are wrong in both. McNemar's test, exact: were both equally good, a split as uneven as ${total.fixed} : ${total.broken} would come up in ${outOf100(total.p)} comparisons. The difference is ${points(total.difference)} points (95 %: ${total.interval95.map(points).join(" to ")}).</p>
</section>
<section class="panel"><h2>What differs</h2>
<h3>Options</h3>${optionTable(run)}
${run.explained.length === 0 ? "" : `<p class="soft">${html(apartWords(run.explained, comparison.classNames))}.</p>`}
${run.parting === undefined ? "" : `<p class="soft">By bits, ${html(partingWords(run.parting))}.</p>`}
<h3>Classes</h3>${classTable(comparison, run)}
<h3>Confusions that changed most</h3>${pairTable(comparison, run)}
</section>
</div>`;
}

function noiseSentence({noise}: Compared, base: string): string {
  const [said, source] = noiseWords(noise, base);
  const mark = noise.verdict === "seed" ? "" : `${NOISE_MARKS[noise.verdict]} `;
  return `<b>${mark}${html(said)}</b> ${html(source).replace(/`([^`]*)`/, "<code>$1</code>")}`;
}

function pile({images, classNames}: RunComparison, list: readonly ChangedImage[], title: string): string {
  const pictures = list.slice(0, PILE).map(({index, label, before, after, ...p}) => {
    const [truth, was, is] = [label, before, after].map((k) => classNames[k]);
    const where = images.files?.[index] ?? `test:${index}`;
    const words = `${where}: ${truth}; before ${was} (label ${percent(p.labelProbabilityBefore)}), now ${is} (label ${percent(p.labelProbabilityAfter)})`;
    return `<li title="${html(words)}"><img alt="${html(words)}" src="${thumbnail(images, index)}">${html(`${was} → ${is}`)}</li>`;
  });
  const more = list.length > PILE ? `<p class="soft">and ${(list.length - PILE).toLocaleString("en")} more</p>` : "";
  const grey = images.shape[2] === 1 ? " grey" : "";
  return `<div class="pile"><span class="count">${list.length.toLocaleString("en")}</span>${html(title)}<ul class="pictures${grey}">${pictures.join("")}</ul>${more}</div>`;
}

function optionTable({options}: Compared): string {
  if (options.length === 0) return `<p class="soft">None: options, data, engine and version are the same.</p>`;
  const rows = options.map(
    ({name, base, other}) => `<tr><td>${html(name)}</td><td>${html(said(base))}</td><td>${html(said(other))}</td></tr>`,
  );
  return `<table><tr><th>option</th><th>base</th><th>this run</th></tr>${rows.join("")}</table>`;
}

function classTable({classNames}: RunComparison, {classes, classNoise}: Compared): string {
  const rows = classes
    .filter(({images}) => images > 0)
    .map(({label, before, after, fixed, broken, difference, holmP}) => {
      const mark = holmP < 0.05 ? (difference > 0 ? ` class="number up"` : ` class="number down"`) : ` class="number"`;
      return `<tr><td>${html(classNames[label])}</td><td class="number">${percent(before)}</td><td class="number">${percent(after)}</td><td class="number">+${fixed} −${broken}</td><td${mark}>${holmP < 0.001 ? "&lt; 0.001" : holmP.toFixed(3)}</td><td>${NOISE_MARKS[classNoise[label]]}</td></tr>`;
    });
  return `<div class="scroll"><table><tr><th>class</th><th class="number">base</th><th class="number">this run</th><th class="number">turned right, wrong</th><th class="number">p</th><th>seeds</th></tr>${rows.join("")}</table></div><p class="soft">p is McNemar's, corrected for the number of classes (Holm). ${NOISE_KEY}</p>`;
}

function pairTable({classNames}: RunComparison, {pairs, pairNoise}: Compared): string {
  if (pairs.length === 0) return `<p class="soft">Every confusion is as frequent as before.</p>`;
  const rows = pairs
    .slice(0, PAIRS)
    .map(
      ({label, predicted, before, after}, n) =>
        `<tr><td>${html(classNames[label])} taken for ${html(classNames[predicted])}</td><td class="number">${before}</td><td class="number">${after}</td><td>${NOISE_MARKS[pairNoise[n]]}</td></tr>`,
    );
  const more =
    pairs.length > PAIRS ? `<p class="soft">and ${(pairs.length - PAIRS).toLocaleString("en")} more</p>` : "";
  return `<table><tr><th>confusion</th><th class="number">base</th><th class="number">this run</th><th>seeds</th></tr>${rows.join("")}</table>${more}`;
}

/** The names of a setting's runs, or the first one and how many more there are. */
function settingName({base}: RunComparison): (setting: Setting) => string {
  return ({runs}) => {
    const first = (runs.includes(base) ? base : runs[0]).run.facts.name;
    return runs.length === 1 ? first : `${first} and ${runs.length - 1} more`;
  };
}

/** A p value in words, as "one in so many", which a reader can imagine. */
export function outOf100(p: number): string {
  return p < 0.01 ? "less than 1 of 100" : `${Math.round(100 * p)} of 100`;
}

function said(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text; // a digest
}
