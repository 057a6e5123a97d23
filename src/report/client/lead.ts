import {wilsonInterval} from "../../numbers/intervals";
import type {Answers, Data} from "./data";
import {changes, worstConfusion} from "./derive";
import {h, type Kid} from "./dom";
import {int, pct, plural} from "./format";
import {sampleWords} from "./sample-words";
import {type Scope, scopeOf} from "./scope";
import {sliceWords} from "./slices";
import {type Selection, type Store, still} from "./state";

/**
 * The sentence that says how good the network is and what has changed. Every number is a button that fills the list.
 */
export function mountLead(data: Data, store: Store): HTMLElement {
  const lead = h("h1", {class: "lead"});
  const below = h("p", {class: "sub"});
  const root = h("div", {class: "hero-say", "aria-live": "polite"}, lead, below);
  const {words, labels, epochs, names} = data;
  const sample = sampleWords(data) && ` (${sampleWords(data)})`;
  const strong = (text: string) => h("strong", {}, text);
  /** @param after Punctuation, which must not begin a line. */
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
  const right = (answers: Answers, {count}: Scope) => strong(int(count - answers.wrong));
  /** Words such as "96.6 % (95 %: 94.4 to 97.9), 99.1 % of all. ". */
  const share = ({wrong}: Answers, {count}: Scope, stop: number) => {
    const [low, high] = wilsonInterval(count - wrong, count).map((end) => (100 * end).toFixed(1));
    const all = data.answers[stop];
    const others = all ? `, against ${pct(1 - all.wrong / data.count)} of all` : "";
    return `${named()}${pct(1 - wrong / count)} (95 %: ${low} to ${high})${others}. `;
  };
  /**
   * Words such as "Of 412 test digits (camera: 2) ". Two names would be too long for a sentence, so `named` shows them
   * below it.
   */
  const these = ({count}: Scope): Kid[] => [
    "Of ",
    strong(int(count)),
    ` test ${count === 1 ? words.one : words.many} `,
    store.state.slices.length > 1 ? "in both slices " : `(${sliceWords(store.state.slices)}) `,
  ];
  const named = () => (store.state.slices.length > 1 ? `${sliceWords(store.state.slices)}. ` : "");
  const moved = (before: Answers, after: Answers, {images}: Scope): Kid[] => {
    const [truth, was, is] = [labels, before.predicted, after.predicted].map((values) =>
      images ? Uint16Array.from(images, (i) => values[i]) : values,
    );
    const {fixed, broken} = changes(truth, was, is);
    return [
      link(`${int(fixed)} fixed`, {kind: "fixed"}, ","),
      " ",
      link(`${int(broken)} newly broken`, {kind: "broken"}, "."),
    ];
  };
  const say = (element: Element, ...kids: Kid[]) => {
    element.replaceChildren(...kids.filter((kid): kid is Node | string => Boolean(kid)));
  };

  const compare = (a: Answers, b: Answers, stop: number, other: number, scope: Scope) => {
    const after = [`From epoch ${epochs[stop]} to ${epochs[other]}: `, ...moved(a, b, scope)];
    if (scope.images) {
      const both = [`epoch ${epochs[stop]} gets `, right(a, scope), `, epoch ${epochs[other]} gets `, right(b, scope)];
      say(lead, ...these(scope), ...both, " right.");
      return say(below, named(), ...after);
    }
    const of = ` of ${int(data.count)} test ${words.many} right${sample}.`;
    say(lead, `Epoch ${epochs[stop]} gets `, right(a, scope), `, epoch ${epochs[other]} gets `, right(b, scope), of);
    say(below, ...after);
  };
  const one = (answers: Answers, stop: number, scope: Scope) => {
    const total = ` of ${int(data.count)} test ${words.many} right${sample}.`;
    const epoch = epochs[stop];
    const when = epoch === 0 ? "untrained" : `after ${plural(epoch, "epoch")}`;
    if (scope.images) say(lead, ...these(scope), "the network gets ", right(answers, scope), ` right ${when}.`);
    else
      say(
        lead,
        `${when[0].toUpperCase()}${when.slice(1)}${epoch === 0 ? "," : ""} the network gets `,
        right(answers, scope),
        total,
      );
    const first = scope.images && share(answers, scope, stop);
    const worst = worstConfusion(answers.counts, data.classes);
    if (epoch === 0) {
      const luck = `Its weights are still random, so one in ${data.classes} would be right by chance. `;
      say(below, first, luck, link(`See the ${plural(answers.wrong, "mistake")}`, {kind: "mistakes"}, "."));
      return;
    }
    const before = stop > 0 ? scope.answers(stop - 1) : null;
    say(
      below,
      first,
      before && `Since epoch ${epochs[stop - 1]}: `,
      ...(before ? moved(before, answers, scope) : []),
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
  store.on(({stop, other, slices}, changed) => {
    if (!changed.has("stop") && !changed.has("other") && !changed.has("slices")) return;
    const scope = scopeOf(data, slices);
    const [a, b] = [scope.answers(stop), other === null ? null : scope.answers(other)];
    if (scope.count === 0 && scope.images) {
      say(lead, `No test ${words.one} is in both slices.`);
      say(below, sliceWords(slices), ". Let one of them go.");
    } else if (a && b && other !== null) compare(a, b, stop, other, scope);
    else if (a) one(a, stop, scope);
    else fromMetrics(stop);
  });
  return root;
}
