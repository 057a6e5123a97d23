import {h, setText} from "../../client/dom";
import {pct} from "../../client/format";
import {panel} from "../../client/panels/panel";
import {chartHost} from "./chart";
import {goToStep, phaseSpan} from "./curves";
import {type ReaderData, shares} from "./data";
import type {ReaderStore} from "./state";

/**
 * Shows the chosen question: the reader's answer, how sure it is, other possible answers, and how the right answer
 * developed over the steps.
 */
export function mountOne(data: ReaderData, store: ReaderStore): {readonly root: HTMLElement; draw(): void} {
  const {tracked, steps} = data;
  const step = (by: number) => store.set({question: (store.state.question + by + tracked.length) % tracked.length});
  const arrow = (text: string, label: string, by: number) =>
    h("button", {type: "button", class: "tool sq", "aria-label": label, onclick: () => step(by)}, text);
  const tools =
    tracked.length > 1 ? [arrow("‹", "The question before (K)", -1), arrow("›", "The next question (J)", 1)] : [];
  const {root, body} = panel(
    "one",
    "One question",
    "The bars are the spans with the greatest sum of start and end score. A span's probability is that of its start times that of its end. " +
      "The curve is the right answer's own probability at each step. J and K go to the next and the previous tracked question.",
    ...tools,
  );
  const asked = h("p", {class: "meta"});
  const verdict = h("p", {class: "verdict"});
  const gold = h("p", {class: "meta"});
  const bars = h("div", {class: "bars spans"});
  body.append(asked, verdict, gold, bars);
  const chart = chartHost(
    () => {
      const {question, stop} = store.state;
      const one = tracked[question];
      // an answer in another part of the text is not seen here; if there is no answer, [CLS] is the right place
      if (one.right[0] === 0 && one.gold) return null;
      const points = steps.flatMap((at, s) => {
        const [start, end] = [one.start(s), one.end(s)];
        return start && end ? [[at, 100 * shares(start)[one.right[0]] * shares(end)[one.right[1]]] as const] : [];
      });
      return {
        title: "The right answer, %",
        said: `Probability of the right answer by step: ${points.map(([at, p]) => `${at}: ${p.toFixed(0)} %`).join("; ")}`,
        ...{low: 0, high: 100, span: phaseSpan(data), at: steps[stop]},
        lines: [{name: "", look: "ink", points}],
      };
    },
    goToStep(data, store),
  );
  body.append(chart.root);
  const draw = () => {
    const {question, stop} = store.state;
    const one = tracked[question];
    const spans = one.spans(stop);
    setText(
      asked,
      `Question ${one.place + 1} of ${data.file.questions.length}${data.file.isHeldOut ? ", held out" : ", trained on"}: ${one.question}`,
    );
    const [top] = spans;
    const nothing = one.nothing(stop);
    const said = nothing?.isAnswer ? undefined : top;
    const isRight = said ? one.right[0] === said.start && one.right[1] === said.end : !one.gold;
    const probability = said?.probability ?? nothing?.probability;
    verdict.replaceChildren(
      "Answers ",
      h("strong", {class: isRight ? "" : "bad"}, said?.text || "nothing"),
      probability === undefined ? "" : ` ${pct(probability)}`,
    );
    setText(gold, one.gold ? `right answer: ${one.gold}` : "it has no answer in this text");
    bars.replaceChildren(
      ...spans.map(({text, probability, start, end}) => {
        const isGold = start === one.right[0] && end === one.right[1];
        return h(
          "div",
          {class: isGold ? "bar is-true" : "bar"},
          h("span", {class: "bar-n", title: text}, text),
          h(
            "span",
            {class: "bar-track"},
            h("span", {
              class: "bar-fill",
              style: {"--w": String(probability), "--c": isGold ? "var(--ok)" : "var(--ink-3)"},
            }),
          ),
          h("span", {class: "bar-v"}, pct(probability)),
        );
      }),
    );
    chart.draw();
  };
  return {root, draw};
}
