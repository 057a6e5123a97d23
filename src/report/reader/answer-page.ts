import {readFileSync} from "node:fs";
import {join} from "node:path";

import {html} from "../../escape/html";
import type {Answer} from "../../pipeline/qa/answer";
import type {PlacedWord, WhyAsked} from "../../pipeline/qa/ask";
import {fontUrl} from "../shell";
import {stillPage} from "../still-page";

/** The contents of a page about one answer. */
export interface AskedPage {
  readonly question: string;
  readonly context: string;
  readonly answer: Answer;
  readonly why: WhyAsked;
  /** The reader that answered, in words; and how many times words were hidden. */
  readonly model: string;
  readonly samples: number;
}

/** Below this share of the strongest word, a word gets no colour. */
const FAINT = 0.06;
/** How many characters are shown around the part that the reader got at once. */
const AROUND = 400;

/**
 * One answer as a page: the text with the answer in a frame, and each word coloured by how much it speaks for the
 * answer. The page has no script and loads nothing.
 */
export function answerPage(page: AskedPage): string {
  const {question, answer, why, model, samples} = page;
  const style = ["../compare/page.css", "answer-page.css"]
    .map((file) => readFileSync(join(__dirname, file), "utf8"))
    .join("\n")
    .replace("FIGTREE", fontUrl());
  const isNothing = answer.text === "";
  const said = isNothing ? "It finds <b>no answer in this text</b>" : `It answers <b>${html(answer.text)}</b>`;
  const byGradients = why.words.some(({gradient}) => gradient !== undefined);
  const what = isNothing ? "the best span" : "its answer";
  const hiding = `Words are hidden ${samples.toLocaleString("en")} times by chance (LIME); a word's weight is how much lower the probability of ${what} is without it.`;
  const fit =
    why.r2 === null ? "Hiding words does not change it." : `R² ${why.r2.toFixed(2)} of the linear model of them.`;
  const body = `<p><span class="word">epochscope</span> <span class="soft">what ${html(model)} answers</span></p>
<main>
<h1>${said}, ${(100 * answer.probability).toFixed(1)} %.</h1>
<p class="lead">${html(question)}</p>
<section class="panel"><h2>Hiding words</h2>
${texts(page, (word) => word.weight)}
<p class="soft">The frame is the answer. Blue words speak for ${what}, orange ones with a dashed line against it. ${hiding} ${fit}</p></section>
${byGradients ? `<section class="panel"><h2>Gradients</h2>${texts(page, (word) => word.gradient ?? 0)}<p class="soft">Integrated gradients over the words' numbers, from a text whose words are all unknown: they add up to how much likelier ${what} became, as a logarithm.</p></section>` : ""}
<div class="columns">
<section class="panel"><h2>The best spans</h2>${spans(answer)}</section>
<section class="panel"><h2>The strongest words</h2>${strongest(why)}</section>
</div>
</main>`;
  return stillPage({title: question, style, body});
}

/** A text as HTML, with its lines unchanged. */
function shown(text: string): string {
  return text
    .split(/\r\n|[\n\r]/)
    .map(html)
    .join("\n");
}

/** The question and the text, each word in the colour of its weight. */
function texts({question, context, answer, why}: AskedPage, weight: (word: PlacedWord) => number): string {
  const most = Math.max(1e-9, ...why.words.map((word) => Math.abs(weight(word))));
  const coloured = (word: PlacedWord, source: string) => {
    const share = weight(word) / most;
    const text = shown(source.slice(word.from, word.to));
    if (Math.abs(share) < FAINT) return text;
    const look = share > 0 ? "for" : "against";
    return `<span class="w ${look} s${Math.ceil(10 * Math.abs(share))}" title="${weight(word).toPrecision(3)}">${text}</span>`;
  };
  const [asked, read] = [true, false].map((inQuestion) => why.words.filter((word) => word.inQuestion === inQuestion));
  const isInside = ({from, to}: PlacedWord) => answer.text !== "" && from >= answer.from && to <= answer.to;
  const [first, last] = [Math.max(0, (read[0]?.from ?? 0) - AROUND), (read[read.length - 1]?.to ?? 0) + AROUND];
  const laid = (source: string, words: readonly PlacedWord[], from: number, to: number) => {
    let [out, end, isOpen] = ["", from, false];
    for (const word of words) {
      const between = shown(source.slice(end, word.from));
      const inside = source === context && isInside(word);
      // a blank before the answer is outside its frame
      out += isOpen && !inside ? `</mark>${between}` : !isOpen && inside ? `${between}<mark>` : between;
      out += coloured(word, source);
      [end, isOpen] = [word.to, inside];
    }
    return `${out}${isOpen ? "</mark>" : ""}${shown(source.slice(end, to))}`;
  };
  const cut = (isCut: boolean) => (isCut ? "… " : "");
  return `<p class="text asked">${laid(question, asked, 0, question.length)}</p>
<p class="text">${cut(first > 0)}${laid(context, read, first, last)}${cut(last < context.length)}</p>`;
}

function spans({spans: list, nothing}: Answer): string {
  const row = (text: string, probability: number) =>
    `<tr><td class="span">${text}</td><td class="track"><svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${(100 * probability).toFixed(1)}" height="4"/></svg></td><td class="number">${(100 * probability).toFixed(1)} %</td></tr>`;
  const rows = list.map(({text, probability}) => row(html(text), probability));
  return `<table>${rows.join("")}${row('<span class="soft">no answer</span>', nothing.probability)}</table>`;
}

function strongest({words, r2}: WhyAsked): string {
  if (r2 === null) return `<p class="soft">No word speaks for it: hiding words does not change it.</p>`;
  const list = [...words].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, 10);
  const rows = list.map(
    ({word, inQuestion, weight, error}) =>
      `<tr><td>${html(word)}</td><td class="soft">${inQuestion ? "question" : "text"}</td><td class="number ${weight < 0 ? "down" : "up"}">${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(3)} ± ${error.toFixed(3)}</td></tr>`,
  );
  return `<table>${rows.join("")}</table>`;
}
