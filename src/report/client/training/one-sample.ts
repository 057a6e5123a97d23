import {fitted} from "../../../plots/fitted";
import {hueVariable} from "../colors";
import type {Data} from "../data";
import {h, type Kid, setText} from "../dom";
import {int, pct} from "../format";
import {panel} from "../panels/panel";
import {showsScrolling} from "../scrolls";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import type {Decision} from "./choices";
import type {TrainingData} from "./data";
import {decide} from "./decisions";
import {evidencePanel} from "./evidence";
import {drawSampleCurve} from "./sample-curve";
import {ownPicture} from "./sample-picture";
import {epochsAt} from "./samples";

export interface OneSample {
  readonly root: HTMLElement;
  draw(): void;
  step(by: 1 | -1): void;
  /** Decides about the current image by a key. @returns Whether the key means a decision. */
  key(key: string): boolean;
}

/** Shows everything that is known about one training image, and the decision about it. */
export function mountOneSample(
  data: Data,
  training: TrainingData,
  store: Store,
  rows: () => readonly number[],
): OneSample {
  const {words, names} = data;
  const step = (by: 1 | -1) => {
    const list = rows();
    if (list.length === 0) return;
    const now = list.indexOf(store.state.sample);
    store.set({sample: list[now < 0 ? 0 : (now + by + list.length) % list.length]});
  };
  const tool = (label: string, title: string, sign: string, click: () => void, more = "") =>
    h("button", {class: `tool sq${more}`, type: "button", "aria-label": label, title, onclick: click}, sign);
  const asked = training.isAfter
    ? "after each epoch, with dropout off"
    : "at each epoch as it was presented, before it learned from it";
  const help =
    `One training ${words.one}: what the network said of it ${asked}. The margin is ` +
    "the score of the label less that of the best other class, on average (logits); below 0 the label is suspect. EL2N is the distance of its probabilities from the label, on average over the epochs (Paul et " +
    "al. 2021: 0 to 1.41). Hardness is the entropy of its probabilities in the last epoch.";
  const {root, body} = panel(
    "sample",
    `One training ${words.one}`,
    help,
    tool("Previous of the list", "Previous (K)", "‹", () => step(-1)),
    tool("Next of the list", "Next (J)", "›", () => step(1)),
    tool("Close", "Close (Esc)", "×", () => store.set({sheet: false}), " sheet-close"),
  );
  const verdict = h("p", {class: "verdict", "aria-live": "polite"});
  const meta = h("p", {class: "meta"});
  const frame = h("div", {class: "tile-pic"});
  const facts = h("dl", {class: "sample-facts"});
  const buttons = (["keep", "relabel", "drop"] as const).map((kind) => {
    const button = h("button", {type: "button", class: "btn"});
    button.addEventListener("click", () => toggle(kind));
    return {kind, button};
  });
  const evidence = h("div", {class: "ev-place"});
  const score = h("div", {class: "score sample-score"});
  const host = h("div", {class: "sc-chart", style: {"--row": "3"}});
  const wrap = showsScrolling(
    h("div", {class: "score-wrap", tabindex: "0", role: "group", "aria-label": "Epoch by epoch"}, score),
  );
  body.append(
    verdict,
    meta,
    h("div", {class: "sample-top"}, frame, facts),
    evidence,
    h("div", {class: "decide", role: "group", "aria-label": "Decision"}, ...buttons.map(({button}) => button)),
    wrap,
  );
  const decisionOf = (kind: Decision["kind"], row: number): Decision =>
    kind === "relabel" ? {kind, to: training.suggested[row]} : {kind};
  const toggle = (kind: Decision["kind"]) => {
    const {sample, decided} = store.state;
    if (sample < 0 || (kind === "relabel" && training.suggested[sample] === training.labels[sample])) return;
    const place = training.place(sample);
    if (decided.get(place)?.kind === kind) return decide(data, store, [place], null);
    const list = rows();
    const next = list.slice(list.indexOf(sample) + 1).find((row) => !decided.has(training.place(row)));
    decide(data, store, [place], decisionOf(kind, sample));
    if (next !== undefined && list.includes(sample)) store.set({sample: next});
  };
  const undo = () => {
    const last = [...store.state.decided.keys()].at(-1);
    if (last === undefined) return;
    decide(data, store, [last], null);
    const row = training.rowOf(last);
    if (row >= 0) store.set({sample: row});
  };

  const drawScore = (row: number) => {
    const put = (element: HTMLElement, line: number, column: number) => {
      element.style.setProperty("--row", String(line));
      element.style.setProperty("--col", String(column + 2));
      element.classList.add("sc");
      return element;
    };
    const label = (line: number, text: string, ...more: Kid[]) =>
      h("span", {class: "sc-lab", style: {"--row": String(line)}}, text, ...more);
    const now = training.epochsBy(data.epochs[store.state.stop]) - 1;
    const band = h("span", {class: "band band-a", style: {"--col": String(now + 2)}, hidden: now < 0});
    score.style.setProperty("--E", String(training.epochs.length));
    score.style.setProperty("--rows", "3");
    const heads = training.epochs.map((epoch, e) => {
      const stop = data.epochs.indexOf(epoch);
      const go = h("button", {class: "sc-e", type: "button", "aria-label": `Go to epoch ${epoch}`}, String(epoch));
      go.addEventListener("click", () => stop >= 0 && store.go(stop));
      return put(go, 1, e);
    });
    const answers = training.epochs.map((_, e) => {
      const {predicted, sureness} = training.answer(e, row);
      const isWrong = predicted !== training.labels[row];
      const title = `${names[predicted]}, ${pct(sureness, 0)}`;
      return put(
        h("span", {class: `sc-read${isWrong ? " wrong" : ""}`, title}, fitted(names[predicted], 14) || "–"),
        2,
        e,
      );
    });
    const axis = h("span", {class: "sc-ax", "aria-hidden": "true"}, h("span", {}, "100 %"), h("span", {}, "0"));
    score.replaceChildren(
      band,
      label(1, "Epoch"),
      ...heads,
      label(2, "Answer"),
      ...answers,
      label(3, "Probability", axis),
      host,
    );
    drawSampleCurve(host, data, training, row);
    const others = new Set(training.epochs.map((_, e) => training.answer(e, row).predicted));
    others.delete(training.labels[row]);
    const key = (k: number, what: string) => {
      const dot = h("i", {class: "sw"});
      dot.style.background = hueVariable(data.looks[k]);
      return h("span", {class: "sample-key"}, dot, `${fitted(names[k], 16)}${what}`);
    };
    score.append(
      h(
        "p",
        {class: "sample-keys", style: {"--row": "4"}},
        key(training.labels[row], ", the label"),
        ...[...others].slice(0, 4).map((k) => key(k, ", where answered")),
      ),
    );
  };
  drawWhenSized(host, () => drawSampleCurve(host, data, training, store.state.sample));

  const draw = () => {
    const {sample: row, stop, decided} = store.state;
    root.hidden = row < 0;
    if (row < 0) return;
    const [label, other] = [training.labels[row], training.suggested[row]];
    const isSuspect = training.margins[row] < 0;
    const strong = (k: number, bad = false) => h("strong", {class: bad ? "bad" : ""}, names[k] || "–");
    const epochs = epochsAt(training, data.epochs[stop]);
    const story = training.story(epochs);
    if (isSuspect) verdict.replaceChildren("Labelled ", strong(label, true), ", looks like ", strong(other));
    else if (story.correctness[row] === epochs)
      verdict.replaceChildren("Labelled ", strong(label), ", right from the start");
    else verdict.replaceChildren("Labelled ", strong(label), `, learned in epoch ${story.learnedAt[row] + 1}`);
    if (!isSuspect && story.learnedAt[row] === epochs)
      verdict.replaceChildren("Labelled ", strong(label), ", not learned so far");
    const list = rows();
    const place = list.indexOf(row);
    const source = training.source(row);
    setText(
      meta,
      `${source === null ? `Image ${int(training.place(row))} of the training split` : `train:${source}`}${place >= 0 ? `, ${int(place + 1)} of ${int(list.length)} in the list` : ""}`,
    );
    const file = training.file(row);
    if (file) {
      const link = {class: "file", href: file.link, target: "_blank", rel: "noopener", title: `Open ${file.path}`};
      meta.append(" · ", file.link ? h("a", link, file.path) : h("span", {class: "file"}, file.path));
    }
    const picture = ownPicture(data, training, row);
    picture.removeAttribute("aria-hidden");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `The ${words.one}: labelled ${names[label]}`);
    frame.replaceChildren(picture);
    const ask = suspectsUpTo(training, row);
    evidence.replaceChildren(...evidencePanel(data, training, row, ask).flatMap((kid) => kid || []));
    const copy = training.copy(row);
    if (copy) {
      const open = h("button", {class: "link", type: "button"}, `test:${copy.test}`);
      open.addEventListener("click", () => store.set({image: copy.test, view: "answers", sheet: true}));
      meta.append(copy.isNear ? " · looks like " : " · the same picture as ", open);
    }
    const forgot = story.forgotten[row];
    const rowsOfFacts: readonly (readonly [string, string])[] = [
      ["Epochs right", `${story.correctness[row]} of ${int(epochs)}`],
      ["Sure of the label", `${pct(story.confidence[row], 0)} ± ${(100 * story.variability[row]).toFixed(0)}`],
      ["Forgotten", forgot === 0 ? "never" : forgot === 1 ? "once" : `${forgot} times`],
      ["Loss", `${Number(story.loss[row].toPrecision(2))} nats`],
      ["Margin", training.margins[row].toFixed(2).replace("-", "−")],
      ...(training.error ? [["EL2N", training.error(row).toFixed(2)] as const] : []),
      ...(training.entropy ? [["Hardness", `${training.entropy(row).toFixed(2)} nats`] as const] : []),
    ];
    facts.replaceChildren(...rowsOfFacts.flatMap(([term, told]) => [h("dt", {}, term), h("dd", {}, told)]));
    const decision = decided.get(training.place(row));
    for (const {kind, button} of buttons) {
      const text = {
        keep: `Keep ${fitted(names[label], 10)}`,
        relabel: `Make it ${fitted(names[other], 10)}`,
        drop: "Drop",
      }[kind];
      button.replaceChildren(text, h("kbd", {}, {keep: "G", relabel: "S", drop: "D"}[kind]));
      button.setAttribute("aria-pressed", String(decision?.kind === kind));
      button.hidden = kind === "relabel" && other === label;
    }
    drawScore(row);
  };
  store.on(({view}, changed) => {
    if (view !== "training") return;
    if (["sample", "stop", "samples", "order", "decided", "view"].some((key) => changed.has(key as "stop"))) draw();
  });
  const keys: {readonly [key: string]: () => void} = {
    g: () => toggle("keep"),
    s: () => toggle("relabel"),
    d: () => toggle("drop"),
    u: undo,
  };
  return {
    root,
    draw,
    step,
    key: (pressed) => {
      const act = keys[pressed];
      act?.();
      return act !== undefined;
    },
  };
}

/** How many images are at least as suspect as a row. */
function suspectsUpTo({margins}: TrainingData, row: number): number {
  return margins.reduce((count, margin) => count + Number(margin <= margins[row]), 0);
}
