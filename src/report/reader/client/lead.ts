import {h} from "../../client/dom";
import {int, pct} from "../../client/format";
import type {ReaderData} from "./data";
import type {ReaderStore} from "./state";

/** Shows the state at the current step in one sentence, and the notes that belong to it. */
export function mountLead(data: ReaderData, store: ReaderStore): {readonly root: HTMLElement; draw(): void} {
  const lead = h("h1", {class: "lead"});
  const sub = h("p", {class: "sub"});
  const {file, steps, last} = data;
  const draw = () => {
    const {stop} = store.state;
    const {exactMatch} = file.looks[stop];
    const count = file.questions.length;
    const right = h("strong", {}, int(exactMatch * count));
    const {phase} = file;
    if (stop === last && phase && phase.to <= steps[last]) {
      lead.replaceChildren(
        `Between steps ${int(phase.from)} and ${int(phase.to)} it `,
        h("strong", {}, "learned to answer"),
        ": now ",
        right,
        ` of ${int(count)} are exact.`,
      );
    } else {
      lead.replaceChildren(
        stop === 0 ? "Untrained, it answers " : `After ${int(steps[stop])} steps it answers `,
        right,
        ` of ${int(count)} questions exactly.`,
      );
    }
    const same = file.isHeldOut ? "" : "None was held out: they are the questions that it was trained on. ";
    const {unanswerable} = file.looks[stop];
    const none = unanswerable
      ? `Of the ${int(unanswerable.questions)} whose text has no answer it answers ${pct(unanswerable.exactMatch)} with nothing. `
      : "";
    sub.replaceChildren(same, none, ...controlWords(data));
  };
  return {root: h("div", {class: "hero-say"}, lead, sub), draw};
}

/** The words about the controls: what the reader knows by position, and what it knows without the question. */
function controlWords({file}: ReaderData): string[] {
  const {controls, looks} = file;
  if (!controls) return ["It is not done: the controls come at its end."];
  const end = looks[looks.length - 1].exactMatch;
  const {shuffled, withoutQuestion} = controls;
  const lost = end - shuffled.exactMatch;
  const byPosition =
    lost >= 0.1
      ? `With the sentences in another order ${pct(lost)} of the answers are lost: in part it answers by position.`
      : `With the sentences in another order it still answers ${pct(shuffled.exactMatch)}: it does not answer by position.`;
  return [byPosition, ` With the question hidden it answers ${pct(withoutQuestion.exactMatch)}.`];
}
