import type {Answers, Data} from "./data";
import {changes, worstConfusion} from "./derive";
import {h, type Kid} from "./dom";
import {int, pct, plural} from "./format";
import {type Selection, type Store, still} from "./state";

/** The sentence that says where the network stands and what changed. Every number is a button that fills the list. */
export function mountLead(data: Data, store: Store): HTMLElement {
  const lead = h("h1", {class: "lead"});
  const below = h("p", {class: "sub"});
  const root = h("div", {class: "hero-say", "aria-live": "polite"}, lead, below);
  const {words, labels, epochs, names} = data;
  const strong = (text: string) => h("strong", {}, text);
  /** @param after Punctuation, which never begins a line. */
  const link = (label: string, selection: Selection, after = "") => {
    const button = h(
      "button",
      {
        class: "link",
        type: "button",
        onclick: () => {
          store.set({selection});
          document
            .querySelector(".p-tray")
            ?.scrollIntoView({block: "nearest", behavior: still.matches ? "auto" : "smooth"});
        },
      },
      label,
    );
    return after ? h("span", {class: "hold"}, button, after) : button;
  };
  const right = (answers: Answers) => strong(int(data.count - answers.wrong));
  const moved = (before: Answers, after: Answers): Kid[] => {
    const {fixed, broken} = changes(labels, before.predicted, after.predicted);
    return [
      link(`${int(fixed)} fixed`, {kind: "fixed"}, ","),
      " ",
      link(`${int(broken)} newly broken`, {kind: "broken"}, "."),
    ];
  };
  const say = (element: Element, ...kids: Kid[]) => {
    element.replaceChildren(...kids.filter((kid): kid is Node | string => Boolean(kid)));
  };

  const compare = (a: Answers, b: Answers, stop: number, other: number) => {
    const of = ` of ${int(data.count)} test ${words.many} right.`;
    say(lead, `Epoch ${epochs[stop]} gets `, right(a), `, epoch ${epochs[other]} gets `, right(b), of);
    say(below, `From epoch ${epochs[stop]} to ${epochs[other]}: `, ...moved(a, b));
  };
  const one = (answers: Answers, stop: number) => {
    const total = ` of ${int(data.count)} test ${words.many} right.`;
    const epoch = epochs[stop];
    say(
      lead,
      epoch === 0 ? "Untrained, the network gets " : `After ${plural(epoch, "epoch")} the network gets `,
      right(answers),
      total,
    );
    const worst = worstConfusion(answers.counts, data.classes);
    if (epoch === 0) {
      const luck = `Its weights are still random, so one in ${data.classes} is what luck gives. `;
      say(below, luck, link(`See the ${plural(answers.wrong, "mistake")}`, {kind: "mistakes"}, "."));
      return;
    }
    const before = stop > 0 ? data.answers[stop - 1] : null;
    say(
      below,
      before && `Since epoch ${epochs[stop - 1]}: `,
      ...(before ? moved(before, answers) : []),
      before && " ",
      link(plural(answers.wrong, "mistake"), {kind: "mistakes"}),
      " left",
      worst && ", most often ",
      worst &&
        link(`${names[worst.actual]} ${words.as} ${names[worst.predicted]}`, {
          kind: "cell",
          actual: worst.actual,
          predicted: worst.predicted,
        }),
      worst ? ` (${plural(worst.count, "time")}).` : ".",
    );
  };
  const fromMetrics = (stop: number) => {
    const metrics = data.metrics(stop);
    const when = epochs[stop] === 0 ? "Untrained" : `After ${plural(epochs[stop], "epoch")}`;
    if (!metrics) return say(lead, `${when}, the network was not tested.`);
    say(lead, `${when}, the network gets `, strong(pct(metrics.testAccuracy)), ` of the test ${words.many} right.`);
    const kept = data.answers.some((answers) => answers !== null);
    say(
      below,
      kept
        ? "This epoch's answers were not recorded."
        : "This run kept no probabilities, so single answers cannot be shown.",
    );
  };
  store.on(({stop, other}, changed) => {
    if (!changed.has("stop") && !changed.has("other")) return;
    const [a, b] = [data.answers[stop], other === null ? null : data.answers[other]];
    if (a && b && other !== null) compare(a, b, stop, other);
    else if (a) one(a, stop);
    else fromMetrics(stop);
  });
  return root;
}
