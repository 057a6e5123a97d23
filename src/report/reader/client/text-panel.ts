import {h} from "../../client/dom";
import {panel, segmented} from "../../client/panels/panel";
import type {ReaderData, TrackedData} from "./data";
import {sentenceAt, sentenceStarts, shownSentences} from "./sentences";
import type {ReaderStore} from "./state";

/** Below this share of the strongest word, a word gets no colour. */
const FAINT = 0.06;

/** Shows the original text, with the answer in a frame and each word coloured by how much it speaks for the answer. */
export function mountText(data: ReaderData, store: ReaderStore): {readonly root: HTMLElement; draw(): void} {
  const hasLime = data.file.tracked.some(({lime}) => lime.some(Boolean));
  const ways = segmented(
    "Which words count",
    [
      ["gradients", "Gradients"],
      ["lime", "Hiding words"],
    ] as const,
    store.state.evidence,
    (evidence) => store.set({evidence}),
  );
  const {root, body} = panel(
    "text",
    "The text, and what speaks for the answer",
    "The frame marks the reader's answer at this step; the wavy line marks the right answer, if it is another. Blue words speak for its " +
      "answer, orange ones with a dashed line against it. “Gradients” are integrated gradients over the words' numbers, from a text " +
      "whose words are all unknown: they add up to how much likelier the answer became, as a logarithm. “Hiding words” is LIME: " +
      "words are hidden by chance, and a word's weight is how much lower the answer's probability is without it. Of a text of more than 300 pieces, sentences in which nothing counts are left out.",
    hasLime && ways.root,
  );
  const question = h("h3", {class: "asked"});
  const text = h("p", {class: "read"});
  const say = h("p", {class: "meta"});
  body.append(question, text, say);
  const draw = () => {
    const {stop, evidence, question: n} = store.state;
    const one = data.tracked[n];
    const method = hasLime ? evidence : "gradients";
    const weights = one.evidence(method, stop);
    const [best] = one.spans(stop);
    const isNothing = one.nothing(stop)?.isAnswer === true;
    const answer = isNothing ? undefined : best;
    const strongest = Math.max(method === "lime" ? 0.02 : 0.05, ...Array.from(weights ?? [], Math.abs));
    const show = (part: "question" | "text") =>
      laidOut(one, part, (place) => (weights?.[place] ?? 0) / strongest, answer);
    question.replaceChildren(...show("question"));
    text.replaceChildren(...show("text"));
    const unit = method === "lime" ? "of its probability" : "nats of the logarithm of its probability";
    say.textContent = !weights
      ? "At this step nothing was kept of it."
      : `${isNothing ? "It answers with nothing; the colours are of the best span. " : ""}The strongest word counts ${strongest.toPrecision(2)} ${unit}. ${ends(one)}`;
  };
  return {root, draw};
}

function ends({tokens, context}: TrackedData): string {
  const places = tokens.filter((token) => token.in === "text");
  const isWhole =
    places.length === 0 ||
    (context.slice(0, places[0].from).trim() === "" && context.slice(places[places.length - 1].to).trim() === "");
  return isWhole ? "" : "This is the part of the text that the reader was given at once.";
}

/** The words of the question or the text, with the original characters between them. */
function laidOut(
  {tokens, right, question, context}: TrackedData,
  part: "question" | "text",
  weight: (place: number) => number,
  answer: {readonly start: number; readonly end: number} | undefined,
): (Node | string)[] {
  const source = part === "question" ? question : context;
  const kids: (Node | string)[] = [];
  const isAnswer = (place: number) =>
    part === "text" && answer !== undefined && place >= answer.start && place <= answer.end;
  const isRight = (place: number) => part === "text" && right[0] > 0 && place >= right[0] && place <= right[1];
  let end = tokens.find((token) => token.in === part)?.from ?? 0;
  let framed: HTMLElement | undefined;
  const starts = sentenceStarts(source);
  const counts = (place: number) => Math.abs(weight(place)) >= FAINT || isAnswer(place) || isRight(place);
  const shown = part === "text" ? shownSentences(tokens, starts, counts) : [];
  let leftOut = 0;
  const tellLeftOut = () => {
    if (leftOut > 0)
      kids.push(h("span", {class: "left-out"}, ` … ${leftOut} ${leftOut === 1 ? "sentence" : "sentences"} … `));
    leftOut = 0;
  };
  let sentence = -1;
  for (let place = 0; place < tokens.length; place++) {
    const {from, in: where} = tokens[place];
    if (where !== part) continue;
    const firstPlace = place;
    while (
      tokens[place + 1]?.piece.startsWith("##") &&
      tokens[place + 1].in === part &&
      tokens[place + 1].from === tokens[place].to
    )
      place++;
    const {to} = tokens[place];
    const own = sentenceAt(starts, from);
    if (shown.length > 0 && !shown[own]) {
      if (own !== sentence) leftOut++;
      sentence = own;
      framed = undefined;
      end = to;
      continue;
    }
    const between = leftOut > 0 ? "" : source.slice(end, from);
    tellLeftOut();
    sentence = own;
    end = to;
    const share = Math.max(-1, Math.min(1, strongestOf(weight, firstPlace, place)));
    const strength = Math.abs(share);
    const look = strength < FAINT ? "w" : share > 0 ? "w for" : "w against";
    const word = h("span", {class: look, style: {"--s": strength.toFixed(3)}}, source.slice(from, to));
    const holder = isRight(firstPlace) ? h("u", {class: "right"}, word) : word;
    if (isAnswer(firstPlace)) {
      if (framed) framed.append(between, holder);
      else {
        framed = h("mark", {class: "answer"}, holder);
        kids.push(between, framed);
      }
    } else {
      framed = undefined;
      kids.push(between, holder);
    }
  }
  tellLeftOut();
  return kids;
}

/** The weight with the greatest magnitude among the pieces of a word. */
function strongestOf(weight: (place: number) => number, from: number, to: number): number {
  let most = 0;
  for (let place = from; place <= to; place++) if (Math.abs(weight(place)) > Math.abs(most)) most = weight(place);
  return most;
}
