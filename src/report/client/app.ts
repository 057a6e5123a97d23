import {readAddress, type View, writeAddress} from "./address";
import type {Data} from "./data";
import {h, type Kid} from "./dom";
import {epochTimes} from "./epochs";
import {firstState} from "./first-state";
import {int, plural} from "./format";
import {layersFinding, mountLayers} from "./layers/view";
import {mountLead} from "./lead";
import {mountLiveDigit} from "./live-digit/panel";
import {mountLiveLine} from "./live-line";
import {mountMap} from "./map/map";
import {mountAbout} from "./panels/about";
import {mountCalibration} from "./panels/calibration-panel";
import {mountClasses} from "./panels/classes-panel";
import {mountCurves} from "./panels/curves";
import {mountImagePanel} from "./panels/image-panel";
import {mountInside} from "./panels/inside-panel";
import {mountMatrix} from "./panels/matrix";
import {MANY_CLASSES, shownClasses} from "./panels/matrix-grid";
import {segmented, toggleAllNotes} from "./panels/panel";
import {mountPhases} from "./panels/phases-panel";
import {mountSlices} from "./panels/slices-panel";
import {printOnPaper} from "./paper";
import {mountRuns, runsFinding} from "./runs/view";
import {sampledNote} from "./sampled";
import {nameFiles} from "./save-panel";
import {createStore, type Store, type ViewName} from "./state";
import {type Theme, theme} from "./theme";
import {mountTimeline} from "./timeline";
import {mountTraining, trainingFinding} from "./training/view";
import {mountTray} from "./tray";
import {mountQuestions, type PageView, type Question} from "./views";
import {mountWhy, whyFinding} from "./why/view";

/** What the page that learns is, after the link to it. */
const DEMO_WORDS = ": a page that trains a network in your browser while you watch, and answers what you draw.";

export interface App {
  readonly store: Store;
  /** The last stop. */
  readonly last: number;
  /** Milliseconds of the map's latest drawings, for measuring. */
  readonly frames: number[];
  /** Takes the page's listeners off; its elements go when the next one is mounted. */
  dispose(): void;
}

const html = document.documentElement;

/**
 * Puts the whole page together over a run's data. Past 200 lines: the one place where all parts meet.
 *
 * @param view Where to begin; by default where the address says.
 */
export function mountApp(data: Data, view: View = readAddress(location.hash, data)): App {
  if (data.last < 0) return waiting(data);
  const ending = new AbortController();
  const {signal} = ending;
  const {last, words} = data;
  html.classList.toggle(
    "long-names",
    data.names.some((name) => name.length > 2),
  );
  document.title = `${data.file.run.name} – epochscope`;
  const store = createStore(firstState(data, view));
  nameFiles((panel) => `${data.file.run.name}-${panel}-epoch-${`${data.epochs[store.state.stop]}`.padStart(3, "0")}`);

  const compareButton = button("btn", "Two epochs side by side (C)", () => compare(), icon("ic ic-duo"), "Compare");
  const explainButton = button("btn", "Show every explanation (?)", () => explain(), icon("ic ic-q", "?"), "Explain");
  const themes = segmented<Theme>(
    "Theme",
    [
      ["auto", "Auto"],
      ["light", "Light"],
      ["dark", "Dark"],
    ],
    theme.chosen,
    (choice) => choose(choice),
  );
  themes.root.classList.add("theme-seg");
  const flip = () => choose(html.dataset.theme === "dark" ? "light" : "dark");
  const themeButton = button("btn theme-btn", "Light or dark (T)", flip, icon("ic ic-theme"));
  themeButton.setAttribute("aria-label", "Light or dark");
  let explained = false;
  const explain = () => {
    explained = !explained;
    toggleAllNotes(explained);
    explainButton.setAttribute("aria-pressed", String(explained));
  };
  // comparing reads from the earlier to the later epoch; leaving it comes back to where it began
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
  const answered = data.answers.some((answers) => answers !== null);
  const lead = mountLead(data, store);
  const curves = data.file.metrics.length ? mountCurves(data, store) : null;
  const matrix = answered ? mountMatrix(data, store) : null;
  const map = data.map ? mountMap(data, data.map, store) : null;
  const tray = answered || data.explained().length ? mountTray(data, store) : null;
  const inside = data.inside && data.count ? mountInside(data, data.inside, store) : null;
  const lookable = answered || data.explained().length > 0 || data.map;
  const one = data.count && lookable ? mountImagePanel(data, store, () => tray?.images() ?? []) : null;
  const drawn = data.model && mountLiveDigit(data, data.model, store);
  const close = () => store.set({sheet: false});
  const scrim = h("div", {class: "scrim", onclick: close});
  const side = one && h("section", {class: "side", "aria-label": `Chosen ${words.one}`}, one.root);
  const row = (name: string, ...kids: Kid[]) => {
    const present = kids.filter(Boolean);
    return present.length > 0 && h("div", {class: `${name} of-${present.length}`}, ...present);
  };
  const left = h(
    "div",
    {class: "left"},
    sampledNote(data),
    row("hero", lead, curves),
    row(matrix && shownClasses(data).length >= MANY_CLASSES ? "pair stacked" : "pair", matrix?.root, map?.root),
    tray?.root,
    row(
      "trio",
      answered && mountCalibration(data, store),
      answered && mountClasses(data, store),
      data.file.metrics.length > 0 && mountPhases(data, store),
    ),
    answered && mountSlices(data, store),
    drawn?.root,
    inside?.root,
    mountAbout(data),
    data.file.demo &&
      h(
        "p",
        {class: "meta"},
        h("a", {href: data.file.demo, style: {color: "inherit"}}, "Train one yourself"),
        DEMO_WORDS,
      ),
  );
  const live = mountLiveLine(store);
  const answersView: PageView = {
    left,
    side,
    draw: () => {
      matrix?.draw();
      map?.draw();
      one?.draw();
      inside?.draw();
      drawn?.draw();
    },
    step: (by) => one?.step(by),
    clear: () => store.set({selection: {kind: "mistakes"}, isolated: -1}),
  };
  const {training, layers, reasons} = data;
  const {runs} = data.file;
  const questions: readonly Question[] = [
    {
      name: "answers",
      title: "Answers",
      finding: (stop) => {
        const answers = data.answers[stop];
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
    ...(reasons.length ? [{name: "why" as const, title: "Why", finding: () => whyFinding(reasons)}] : []),
  ];
  /** Views are made when they are first looked at. */
  const make: {readonly [name in ViewName]?: () => PageView} = {
    answers: () => answersView,
    ...(training ? {training: () => mountTraining(data, training, store)} : {}),
    ...(runs ? {runs: () => mountRuns(data, runs, store)} : {}),
    ...(reasons.length ? {why: () => mountWhy(data, reasons, store)} : {}),
    ...(layers ? {layers: () => mountLayers(data, layers, store)} : {}),
  };
  const pages = new Map<ViewName, {readonly view: PageView; readonly root: HTMLElement}>();
  const pageOf = (name: ViewName) => {
    const known = pages.get(name);
    if (known) return known;
    const view = (make[name] ?? (() => answersView))();
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
    h("div", {class: "top-tools"}, compareButton, explainButton, themes.root, themeButton),
  );
  const top = h("header", {class: "top"}, brand, time.root, live);
  const asks = mountQuestions(questions, store);
  html.classList.toggle("asking", asks !== null);
  if (asks) top.append(asks);
  document.body.replaceChildren(top, scrim);
  const showView = (name: ViewName) => {
    pageOf(name);
    for (const [other, {root}] of pages) root.hidden = other !== name;
    compareButton.hidden = last === 0 || name !== "answers";
  };
  showView("answers");
  showView(store.state.view);

  const redraw = () => shown().draw();
  const choose = (choice: Theme) => {
    theme.choose(choice);
    themes.set(choice);
    redraw();
  };
  theme.onSystemChange(() => {
    theme.paint();
    redraw();
  }, signal);
  printOnPaper(redraw, signal);

  const narrow = matchMedia("(max-width: 1099px)");
  narrow.addEventListener("change", close, {signal});
  let back: Element | null = null;
  /** On a narrow screen the image's panel lies over the page as a dialog, and the page behind it is out of reach. */
  const showSheet = (open: boolean) => {
    const {left, side} = shown();
    if (!side) return;
    if (open) back = document.activeElement;
    html.classList.toggle("sheet", open);
    top.inert = left.inert = open;
    if (open) {
      side.setAttribute("role", "dialog");
      side.setAttribute("aria-modal", "true");
      side.scrollTop = 0;
      side.querySelector<HTMLElement>(".sheet-close")?.focus({preventScroll: true});
      return;
    }
    side.removeAttribute("role");
    side.removeAttribute("aria-modal");
    if (back instanceof HTMLElement) back.focus({preventScroll: true});
    back = null;
  };
  let begun = false;
  let isFromAddress = false;
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
    if (changed.has("sheet")) showSheet(state.sheet && narrow.matches);
    if (["stop", "other", "image", "selection", "view", "sample"].some((key) => changed.has(key as "stop"))) {
      try {
        // a view is a step that "back" takes back; what is looked at within it is not
        const isStep = begun && changed.has("view") && !isFromAddress;
        history[isStep ? "pushState" : "replaceState"](null, "", writeAddress(state, data));
      } catch {
        // some viewers forbid it; the view then has no address
      }
    }
    begun = true;
    isFromAddress = false;
  });
  addEventListener(
    "hashchange",
    () => {
      const named = readAddress(location.hash, data);
      isFromAddress = true;
      store.set({
        view: named.view ?? "answers",
        ...(named.sample === undefined ? {} : {sample: named.sample}),
        ...(named.image === undefined ? {} : {image: named.image}),
        selection: named.selection ?? {kind: "mistakes"},
      });
      store.go(named.stop ?? store.state.stop);
      store.goOther(named.other ?? null);
    },
    {signal},
  );
  const keys: {readonly [key: string]: () => void} = {
    ArrowRight: () => store.go(Math.min(last, store.state.stop + 1)),
    ArrowLeft: () => store.go(Math.max(0, store.state.stop - 1)),
    ...Object.fromEntries(questions.map(({name}, n) => [`${n + 1}`, () => store.set({view: name, sheet: false})])),
    c: () => store.state.view === "answers" && compare(),
    j: () => shown().step(1),
    k: () => shown().step(-1),
    t: flip,
    "?": explain,
    Escape: () => {
      if (html.classList.contains("sheet")) close();
      else shown().clear();
    },
  };
  /** Keys that a focused control has a use for itself. */
  const offControls: {readonly [key: string]: () => void} = {
    Home: () => store.go(0),
    End: () => store.go(last),
    " ": time.toggle,
  };
  addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const control = (event.target as Element).closest("button, summary, a, input, select");
      if (control?.matches("input, select") && event.key !== "Escape") return; // it takes letters and arrows itself
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (shown().key?.(key)) return event.preventDefault();
      const act = keys[key] ?? (control ? undefined : offControls[key]);
      if (!act) return;
      event.preventDefault();
      if (key !== " ") time.stop();
      act();
    },
    {signal},
  );

  // first drawing: everything counts as changed
  const all = {...store.state};
  for (const key of Object.keys(all)) (store.state as unknown as {[key: string]: unknown})[key] = undefined;
  store.set(all);
  return {
    store,
    last,
    frames: map?.frames ?? [],
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

function icon(name: string, text = ""): HTMLElement {
  return h("span", {class: name, "aria-hidden": "true"}, text);
}

function button(name: string, title: string, click: () => void, mark: HTMLElement, label = ""): HTMLButtonElement {
  const text = label ? h("span", {class: "lbl"}, label) : null;
  return h("button", {class: name, type: "button", title, "aria-label": label || title, onclick: click}, mark, text);
}
