import {h, setText} from "../../client/dom";
import {int, pct} from "../../client/format";
import {panel, segmented} from "../../client/panels/panel";
import type {Outcome, ReaderData} from "./data";
import type {ReaderStore} from "./state";

/** How many rows are shown before "Show all". */
const FIRST = 12;
const OUTCOMES: readonly (readonly [Outcome, string])[] = [
  ["exact", "exact"],
  ["overlaps", "overlaps"],
  ["misses", "misses"],
  ["should be none", "should be none"],
];

/**
 * Shows all held-out questions at the current step: how many are answered right for each first word, and a list with
 * the answers.
 */
export function mountQuestions(data: ReaderData, store: ReaderStore): {readonly root: HTMLElement; draw(): void} {
  const {file, tracked} = data;
  const lists = segmented<"wrong" | "all">(
    "List",
    [
      ["wrong", "Not exact"],
      ["all", "All"],
    ],
    store.state.list,
    (list) => store.set({list}),
  );
  const {root, body} = panel(
    "questions",
    file.isHeldOut ? "Every held-out question" : "Every question",
    "Answers at the current step. The table counts, by a question's first word, how many answers are exact, share some words with a right answer, or miss it. " +
      "The list begins with the surest answers: a wrong answer of which the reader is sure is the most interesting one. Underlined questions are the tracked ones.",
    lists.root,
  );
  const kinds = h("table", {class: "kinds"});
  const rows = h("tbody", {});
  const head = h(
    "thead",
    {},
    h("tr", {}, ...["Question", "Its answer", "Right", "Sure"].map((text) => h("th", {scope: "col"}, text))),
  );
  const table = h("table", {class: "asked-list"}, head, rows);
  const empty = h("p", {class: "empty"});
  const more = h("button", {class: "btn", type: "button"});
  let limit = FIRST;
  more.addEventListener("click", () => {
    limit = Number.POSITIVE_INFINITY;
    draw();
  });
  body.append(h("div", {class: "questions"}, kinds, h("div", {}, h("div", {class: "rows"}, table), empty, more)));
  const firstWord = (question: string) => (/^\p{L}+/u.exec(question)?.[0] ?? "other").toLowerCase();
  // if all questions have an answer, an answer can never be one too many
  const outcomes = OUTCOMES.filter(
    ([outcome]) => outcome !== "should be none" || file.questions.some((one) => one.answers.length === 0),
  );
  const draw = () => {
    const {stop, list} = store.state;
    const answers = file.questions.flatMap((question, n) => {
      const answered = data.answered(stop, n);
      return answered ? [{n, question, answered}] : [];
    });
    const byKind = new Map<string, Map<Outcome, number>>();
    for (const {question, answered} of answers) {
      const kind = byKind.get(firstWord(question.question)) ?? new Map<Outcome, number>();
      kind.set(answered.outcome, (kind.get(answered.outcome) ?? 0) + 1);
      byKind.set(firstWord(question.question), kind);
    }
    const sizes = [...byKind].map(([kind, counts]) => ({
      kind,
      counts,
      size: [...counts.values()].reduce((a, b) => a + b),
    }));
    sizes.sort((a, b) => b.size - a.size);
    kinds.replaceChildren(
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", {scope: "col"}, "Begins with"),
          ...outcomes.map(([, name]) => h("th", {scope: "col"}, name)),
        ),
      ),
      h(
        "tbody",
        {},
        ...sizes
          .slice(0, 9)
          .map(({kind, counts}) =>
            h(
              "tr",
              {},
              h("th", {scope: "row"}, kind),
              ...outcomes.map(([outcome]) => h("td", {}, int(counts.get(outcome) ?? 0))),
            ),
          ),
      ),
    );
    const wanted = answers.filter(({answered}) => list === "all" || answered.outcome !== "exact");
    wanted.sort((a, b) => b.answered.probability - a.answered.probability || a.n - b.n);
    rows.replaceChildren(
      ...wanted.slice(0, limit).map(({n, question, answered}) => {
        const place = tracked.findIndex((one) => one.place === n);
        const golds = question.answers.map(({text}) => text);
        const words =
          place < 0
            ? question.question
            : h(
                "button",
                {type: "button", class: "link", onclick: () => store.set({question: place})},
                question.question,
              );
        return h(
          "tr",
          {},
          h("td", {}, words),
          h("td", {class: answered.outcome === "exact" ? "" : "bad"}, answered.text || "nothing"),
          h("td", {}, golds[0] ?? "none"),
          h("td", {class: "num"}, pct(answered.probability)),
        );
      }),
    );
    table.hidden = wanted.length === 0;
    empty.hidden = wanted.length > 0;
    setText(empty, answers.length === 0 ? "At this step no answers were kept." : "Every answer is exact.");
    more.hidden = wanted.length <= limit;
    setText(more, `Show all ${int(wanted.length)}`);
  };
  return {root, draw};
}
