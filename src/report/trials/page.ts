import {readFileSync} from "node:fs";
import {join} from "node:path";

import {html} from "../../escape/html";
import type {SavedImages} from "../../pipeline/record/saved-run";
import {trialCharts} from "../../pipeline/trials/charts";
import type {ErrorTrials, SizeCurve} from "../../pipeline/trials/types";
import {thumbnail} from "../compare/thumbnail";
import {fontUrl} from "../shell";
import {stillPage} from "../still-page";
import {chartSvg} from "./chart-svg";
import {baselineSentence, curveSentences, errorWords, learnedSentence, percent} from "./words";

/** How many pictures of missed images the page shows. */
const SHOWN = 90;

/**
 * A sweep's error trials as one page, which opens from disk, runs no script and loads nothing.
 *
 * @param pictures The missed images themselves, in their order.
 */
export function trialsPage(
  trials: ErrorTrials,
  pictures: readonly {readonly images: SavedImages; readonly index: number}[],
): string {
  const style = ["../compare/page.css", "page.css"]
    .map((file) => readFileSync(join(__dirname, file), "utf8"))
    .join("\n")
    .replace("FIGTREE", fontUrl());
  const charts = new Map(trialCharts(trials).map(({name, chart}) => [name, chart]));
  const drawn = (name: string) => {
    const chart = charts.get(name);
    return chart ? `${chartSvg(chart)}<p class="soft">${html(chart.note ?? "")}</p>` : "";
  };
  const sections = trials.curves.map(
    (curve) => `<section class="panel"><h2>${html(charts.get(`error-by-${curve.flag}`)?.title ?? curve.flag)}</h2>
${drawn(`error-by-${curve.flag}`)}
${curveSentences(curve)
  .map((line) => `<p>${html(line)}</p>`)
  .join("\n")}
${curve.flag === "train-limit" ? `<p>${html(baselineSentence(trials) ?? "")}</p>` : ""}
${table(curve)}</section>`,
  );
  const {learned} = trials;
  const lessons = learned
    ? `<section class="panel"><h2>What each mistake teaches</h2>${drawn("mistakes-learned")}<p>${html(learnedSentence(learned))}</p></section>`
    : "";
  const body = `<p><span class="word">epochscope</span> <span class="soft">error trials of the sweep ${html(trials.name)}: ${trials.runs} runs</span></p>
<main>
<h1>${headline(trials)}</h1>
<div class="columns">
${sections.join("\n")}
${lessons}
</div>
${missedSection(trials, pictures)}
</main>`;
  return stillPage({title: `${trials.name}: error trials`, style, body});
}

function headline({curves, testImages}: ErrorTrials): string {
  const points = curves.flatMap(({series}) => series.flatMap(({points: own}) => own));
  const [least, most] = [Math.min, Math.max].map((f) => percent(f(...points.map(({mean}) => mean))));
  return `Of <b>${testImages.toLocaleString("en")}</b> test images the best setting gets <b>${least}</b> wrong, the worst ${most}.`;
}

function table({flag, label, series}: SizeCurve): string {
  const rows = series.flatMap(({name, points}) =>
    points.map(
      (point) =>
        `<tr>${series.length > 1 ? `<td>${html(name)}</td>` : ""}<td class="number">${point.x.toLocaleString("en")}</td><td class="number">${errorWords(point)}</td><td class="number">${point.errors.length}</td><td class="number">${point.weights.toLocaleString("en")}</td></tr>`,
    ),
  );
  const head = `${series.length > 1 ? "<th>with</th>" : ""}<th class="number">${html(flag === "train-limit" ? "images" : label)}</th><th class="number">error</th><th class="number">seeds</th><th class="number">weights</th>`;
  return `<div class="scroll"><table><tr>${head}</tr>${rows.join("")}</table></div><p class="soft">Error: the mean over the seeds and their standard deviation, at each run's best epoch by validation loss. All make the same number of passes, so that few images are few steps, too.</p>`;
}

function missedSection(
  {missed, classNames, runs}: ErrorTrials,
  pictures: readonly {readonly images: SavedImages; readonly index: number}[],
): string {
  if (missed.length === 0)
    return `<section class="panel"><h2>Wrong in most runs</h2><p class="soft">None is wrong.</p></section>`;
  const grey = pictures[0].images.shape[2] === 1 ? " grey" : "";
  const list = missed.slice(0, SHOWN).map(({index, label, wrongIn, answer, path}, n) => {
    const words = `test:${index}${path ? `, ${path}` : ""}: ${classNames[label]}, taken for ${classNames[answer]}; wrong in ${wrongIn} of ${runs} runs`;
    return `<li title="${html(words)}"><img alt="${html(words)}" src="${thumbnail(pictures[n].images, pictures[n].index)}">${html(`${classNames[label]} → ${classNames[answer]}`)}<br>${wrongIn} of ${runs}</li>`;
  });
  const more = missed.length > SHOWN ? ` ${(missed.length - SHOWN).toLocaleString("en")} more are in ledger.csv.` : "";
  return `<section class="panel"><h2>Wrong in most runs</h2><ul class="pictures${grey}">${list.join("")}</ul><p class="soft">Truth → the answer given most often, and how many of the ${runs} runs got it wrong.${more}</p></section>`;
}
