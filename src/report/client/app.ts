import {readAddress, type View} from "./address";
import {mountAnswers} from "./answers-view";
import type {Data} from "./data";
import {h} from "./dom";
import {epochTimes} from "./epochs";
import {firstState} from "./first-state";
import {int, plural} from "./format";
import {keepInAddress} from "./in-address";
import {layersFinding, mountLayers} from "./layers/view";
import {mountLiveLine} from "./live-line";
import {listenToKeys} from "./page-keys";
import {icon, pageTools, toolButton} from "./page-tools";
import {mountRuns, runsFinding} from "./runs/view";
import {nameFiles} from "./save-panel";
import {scopeOf} from "./scope";
import {openSheets} from "./sheet";
import {mountSliceBar, NARROWED} from "./slice-bar";
import {createStore, type Store, type ViewName} from "./state";
import {mountTimeline} from "./timeline";
import {mountTraining, trainingFinding} from "./training/view";
import {mountQuestions, type PageView, type Question} from "./views";
import {mountWhy, reasonsIn, whyFinding} from "./why/view";

export interface App {
  readonly store: Store;
  /** The last stop. */
  readonly last: number;
  /** How many milliseconds the map's latest drawings took, for measurements. */
  readonly frames: number[];
  /** Removes the page's listeners; its elements are replaced when the next page is mounted. */
  dispose(): void;
}

const html = document.documentElement;

/**
 * Puts the whole page together from a run's data. The function is long because it is the one place where all parts
 * meet.
 *
 * @param view The view to begin with; by default the one in the address.
 */
export function mountApp(data: Data, view: View = readAddress(location.hash, data)): App {
  if (data.last < 0) return waiting(data);
  const ending = new AbortController();
  const {signal} = ending;
  const {last} = data;
  html.classList.toggle(
    "long-names",
    data.names.some((name) => name.length > 2),
  );
  document.title = `${data.file.run.name} – epochscope`;
  const store = createStore(firstState(data, view));
  nameFiles((panel) => `${data.file.run.name}-${panel}-epoch-${`${data.epochs[store.state.stop]}`.padStart(3, "0")}`);

  const compareButton = toolButton("btn", "Two epochs side by side (C)", () => compare(), icon("ic ic-duo"), "Compare");
  const tools = pageTools(() => shown().draw(), signal);
  // a comparison goes from the earlier to the later epoch; leaving it returns to the epoch where it began
  let before = last;
  const compare = () => {
    if (last === 0) return;
    if (store.state.other !== null) {
      store.goOther(null);
      store.go(before);
      return;
    }
    before = store.state.stop;
    store.set({atOther: store.state.stop});
    if (store.state.stop === last) store.go(Math.min(1, last - 1));
    store.goOther(last);
  };
  compareButton.hidden = last === 0;

  const time = mountTimeline(epochTimes(data, store), store);
  const live = mountLiveLine(store);
  const answers = mountAnswers(data, store);
  const scrim = h("div", {class: "scrim", onclick: () => store.set({sheet: false})});
  const {training, layers, reasons} = data;
  const {runs} = data.file;
  const questions: readonly Question[] = [
    {
      name: "answers",
      title: "Answers",
      finding: (stop) => {
        const answers = scopeOf(data, store.state.slices).answers(stop);
        return answers ? `${int(answers.wrong)} wrong` : "";
      },
    },
    ...(training ? [{name: "training" as const, title: "Training set", finding: () => trainingFinding(training)}] : []),
    ...(layers
      ? [
          {
            name: "layers" as const,
            title: "Layers",
            finding: (stop: number) => layersFinding(layers, data.epochs[stop]),
          },
        ]
      : []),
    ...(runs ? [{name: "runs" as const, title: "Runs", finding: () => runsFinding(runs)}] : []),
    ...(reasons.length
      ? [{name: "why" as const, title: "Why", finding: () => whyFinding(reasonsIn(data, reasons, store))}]
      : []),
  ];
  /** Views are made when they are first looked at. */
  const make: {readonly [name in ViewName]?: () => PageView} = {
    answers: () => answers.view,
    ...(training ? {training: () => mountTraining(data, training, store)} : {}),
    ...(runs ? {runs: () => mountRuns(data, runs, store)} : {}),
    ...(reasons.length ? {why: () => mountWhy(data, reasons, store)} : {}),
    ...(layers ? {layers: () => mountLayers(data, layers, store)} : {}),
  };
  const pages = new Map<ViewName, {readonly view: PageView; readonly root: HTMLElement}>();
  const pageOf = (name: ViewName) => {
    const known = pages.get(name);
    if (known) return known;
    const view = (make[name] ?? (() => answers.view))();
    const root = h("main", {class: view.side ? "page" : "page alone", "data-view": name}, view.left, view.side);
    pages.set(name, {view, root});
    document.body.append(root);
    return {view, root};
  };
  const shown = () => pageOf(store.state.view).view;
  const facts = [data.file.run.data.name, plural(data.epochs[last] ?? 0, "epoch"), `seed ${data.file.run.seed}`];
  const brand = h(
    "div",
    {class: "brand"},
    h("p", {class: "word"}, h("span", {class: "mark", "aria-hidden": "true"}), "epochscope"),
    h("p", {class: "run", title: data.file.run.name}, facts.join(", ")),
    h("div", {class: "top-tools"}, compareButton, ...tools.elements),
  );
  const top = h("header", {class: "top"}, brand, time.root, live);
  const asks = mountQuestions(questions, store);
  const isAnswered = data.answers.some((answers) => answers !== null);
  const row = h("div", {class: "ask-row"}, asks, isAnswered && mountSliceBar(data, store));
  top.append(row);
  document.body.replaceChildren(top, scrim);
  const showView = (name: ViewName) => {
    pageOf(name);
    for (const [other, {root}] of pages) root.hidden = other !== name;
    compareButton.hidden = last === 0 || name !== "answers";
  };
  showView("answers");
  showView(store.state.view);

  let begun = false;
  store.on((state, changed) => {
    if (changed.has("view")) {
      showView(state.view);
      if (begun) scrollTo({top: 0});
    }
    if (changed.has("other") || changed.has("view")) {
      const comparing = state.other !== null && state.view === "answers";
      compareButton.setAttribute("aria-pressed", String(comparing));
      html.classList.toggle("comparing", comparing);
    }
    if (changed.has("slices") || changed.has("view")) {
      // a page with one question has no row, until there is something in it
      const isSliced = state.slices.length > 0 && NARROWED.includes(state.view);
      html.classList.toggle("sliced", isSliced);
      html.classList.toggle("asking", asks !== null || isSliced);
      row.hidden = asks === null && !isSliced;
    }
    begun = true;
  });
  openSheets(top, shown, store, signal);
  keepInAddress(data, store, signal);
  const keys: {readonly [key: string]: () => void} = {
    ArrowRight: () => store.go(Math.min(last, store.state.stop + 1)),
    ArrowLeft: () => store.go(Math.max(0, store.state.stop - 1)),
    ...Object.fromEntries(questions.map(({name}, n) => [`${n + 1}`, () => store.set({view: name, sheet: false})])),
    c: () => store.state.view === "answers" && compare(),
    j: () => shown().step(1),
    k: () => shown().step(-1),
    t: tools.flip,
    "?": tools.explain,
    Escape: () => {
      if (html.classList.contains("sheet")) store.set({sheet: false});
      else shown().clear();
    },
  };
  /** The keys that a control with the focus uses itself. */
  const offControls = {
    Home: () => store.go(0),
    End: () => store.go(last),
    " ": time.toggle,
  };
  listenToKeys({keys, offControls, shown, stop: () => time.stop()}, signal);

  // first drawing: everything counts as changed
  const all = {...store.state};
  for (const key of Object.keys(all)) (store.state as unknown as {[key: string]: unknown})[key] = undefined;
  store.set(all);
  return {
    store,
    last,
    frames: answers.frames,
    dispose: () => {
      time.stop();
      ending.abort();
    },
  };
}

/** A run that has only begun, and has nothing to show yet. */
function waiting(data: Data): App {
  const line = h(
    "p",
    {class: "fatal"},
    `${data.file.run.name} has begun; its first look at the network is not done yet.`,
  );
  const store = createStore(firstState(data, {}));
  document.body.replaceChildren(line, mountLiveLine(store));
  return {store, last: data.last, frames: [], dispose: () => {}};
}
