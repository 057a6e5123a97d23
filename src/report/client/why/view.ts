import type {Data} from "../data";
import {h, polyline, svg} from "../dom";
import {pct, plural} from "../format";
import {panel} from "../panels/panel";
import {drawLime, picture} from "../pictures";
import {scopeOf} from "../scope";
import {showsScrolling} from "../scrolls";
import type {Store} from "../state";
import type {PageView} from "../views";
import type {Reason} from "./reasons";

/** The lowest R² of the fit, and the lowest agreement of two halves, with which an explanation passes. */
const [GOOD_FIT, STEADY] = [0.5, 0.5];
const passes = ({fit, ownError}: Reason) =>
  [fit !== null && fit >= GOOD_FIT, ownError !== null && ownError >= STEADY] as const;

/** The view of the reasons: why this answer, since when, and can the explanation be believed? */
export function mountWhy(data: Data, reasons: readonly Reason[], store: Store): PageView {
  const {words, names, epochs, labels} = data;
  const epochOf = (stop: number | null) =>
    stop === null ? "not known" : stop >= epochs.length ? "not yet" : `epoch ${epochs[stop]}`;
  const within = () => reasonsIn(data, reasons, store);
  const chosen = (): Reason | undefined => {
    const some = within();
    return some.find(({image}) => image === store.state.image) ?? some[0];
  };
  const strong = (text: string) => h("strong", {}, text);
  const lead = h("h1", {class: "lead"});
  const below = h("p", {class: "sub"});
  const say = () => {
    const some = within();
    if (some.length === 0) {
      lead.replaceChildren(`None of these ${words.many} was explained.`);
      below.replaceChildren(`All ${reasons.length} that were explained are outside of the chosen slices.`);
      return;
    }
    const known = some.filter(({reasonFrom}) => reasonFrom !== null);
    const later = known.filter(({reasonFrom, answerFrom}) => Number(reasonFrom) > answerFrom).length;
    const good = some.filter((one) => passes(one).every(Boolean)).length;
    lead.replaceChildren(
      "In ",
      strong(String(later)),
      ` of ${known.length} ${words.many} the reason settled after the answer.`,
    );
    below.replaceChildren(
      strong(String(good)),
      ` of ${plural(some.length, "explanation")} pass both checks. An answer can be right long before it has its last reason.`,
    );
  };

  const help =
    `Each row is a test ${words.one} that LIME explained. The answer settled at the epoch from which on the network gave its last answer. The reason settled at the epoch from which on LIME's ` +
    "explanation of that answer is as similar to the last one (rank correlation) as explanations from two halves of the last one's masks are to each other: LIME cannot measure smaller differences. " +
    "The line is this similarity, the dashed line is LIME's own error. Checks: ■ passed, □ failed: the fit (weighted R² of 0.5 or more), and steadiness (the halves agree by 0.5 or more).";
  const {root: table, body} = panel("reasons", "When did the reason settle?", help);
  const rows = h("div", {class: "why-rows", role: "listbox", "aria-label": `Explained ${words.many}`});
  body.append(showsScrolling(rows));
  const buttons = reasons.map((reason) => {
    const {image, answer, answerFrom, reasonFrom, fit, ownError} = reason;
    const [fits, steady] = passes(reason);
    const checks = `${fits ? "■" : "□"} fit ${fit === null ? "–" : fit.toFixed(2)}  ${steady ? "■" : "□"} steady ${ownError === null ? "–" : ownError.toFixed(2)}`;
    const isWrong = answer !== labels[image];
    const row = h(
      "button",
      {type: "button", class: "why-row", role: "option", "data-image": image},
      h("span", {class: "why-pic"}, picture(data, image)),
      h(
        "span",
        {class: "why-say"},
        h(
          "b",
          {class: isWrong ? "bad" : ""},
          isWrong ? `${names[labels[image]]} ${words.as} ${names[answer]}` : names[answer] || "–",
        ),
        h("small", {}, checks),
      ),
      h("span", {class: "why-when"}, h("small", {}, "answer"), epochOf(answerFrom)),
      h(
        "span",
        {class: `why-when${reasonFrom !== null && reasonFrom > answerFrom ? " late" : ""}`},
        h("small", {}, "reason"),
        epochOf(reasonFrom),
      ),
      sparkline(reason, epochs),
    );
    row.addEventListener("click", () => store.set({image}));
    rows.append(row);
    return {image, row};
  });

  const filmHelp =
    "LIME's explanation of the last answer's class after each epoch: blue pieces speak for it, orange ones against. Click one to go to that epoch. Below each: how similar it is to the last one.";
  const {root: filmRoot, body: filmBody} = panel("reason-film", "The reason, epoch by epoch", filmHelp);
  const film = h("div", {class: "why-film"});
  const title = h("p", {class: "verdict", "aria-live": "polite"});
  const command = h("code", {});
  const foot = h("p", {class: "panel-foot"}, "Which training images speak for it: ", command);
  const leftOut = h("p", {class: "why-left-out"});
  filmBody.append(title, film, leftOut, ...(data.file.influence ? [foot] : []));
  const drawFilm = () => {
    if (store.state.view !== "why") return;
    const reason = chosen();
    filmRoot.hidden = table.hidden = reason === undefined;
    if (!reason) return;
    const {image, answer, likeLast, answerFrom, reasonFrom} = reason;
    const when = `answered so since ${epochOf(answerFrom)}, for this reason since ${epochOf(reasonFrom)}`;
    title.replaceChildren(
      h("strong", {}, names[answer] || "–"),
      `, ${when.replace("since not yet", "not yet").replace("since not known", "nobody knows")}.`,
    );
    command.textContent = `npx ts-node runner.ts explain test:${image} --training --model ${data.file.run.name}`;
    film.replaceChildren(
      ...epochs.flatMap((epoch, stop) => {
        const entry = data.lime?.of(stop, image).find(({explained}) => explained === answer);
        if (!entry && stop !== store.state.stop) return [];
        const like = likeLast[stop];
        const canvas = h("canvas", {
          class: "tile-pic",
          role: "img",
          "aria-label": `LIME for ${names[answer]} at epoch ${epoch}`,
        });
        if (entry && data.lime) drawLime(canvas, data, image, {...data.lime, ...entry}, 140);
        const frame = h(
          "button",
          {
            type: "button",
            class: stop === store.state.stop ? "why-frame now" : "why-frame",
            "aria-label": `Go to epoch ${epoch}`,
          },
          entry ? canvas : h("span", {class: "why-none"}, "not explained"),
          h("small", {}, `epoch ${epoch}`),
          h("small", {}, like === null ? "–" : `${like.toFixed(2).replace("-", "−")} like the last`),
        );
        frame.addEventListener("click", () => store.go(stop));
        return [frame];
      }),
    );
    const lacking = epochs.filter((_, stop) => !data.lime?.of(stop, image).some(({explained}) => explained === answer));
    leftOut.hidden = lacking.length === 0;
    leftOut.textContent = `Not explained as ${names[answer]} at ${lacking.length === 1 ? "epoch" : "epochs"} ${ranges(lacking, epochs)}.`;
  };
  const mark = () => {
    const [now, scope] = [chosen(), scopeOf(data, store.state.slices)];
    for (const {image, row} of buttons) {
      row.hidden = !scope.has(image);
      const isChosen = image === now?.image;
      row.setAttribute("aria-selected", String(isChosen));
      if (isChosen) rows.scrollTop = Math.max(0, row.offsetTop - rows.offsetTop - rows.clientHeight / 2);
    }
  };
  store.on(({view}, changed) => {
    if (view !== "why" || !["stop", "image", "view", "slices"].some((key) => changed.has(key as "stop"))) return;
    say();
    mark();
    drawFilm();
  });
  const left = h(
    "div",
    {class: "left"},
    h("div", {class: "hero of-1"}, h("div", {class: "hero-say"}, lead, below)),
    h("div", {class: "pair of-2"}, table, filmRoot),
  );
  return {
    left,
    side: null,
    draw: drawFilm,
    step: (by) => {
      const some = within();
      const now = chosen();
      if (now) store.set({image: some[(some.indexOf(now) + by + some.length) % some.length].image});
    },
    clear: () => store.set({slices: []}),
  };
}

/** Some of a run's epochs in words; those that follow each other are joined: "0 to 7, 11, 13". */
export function ranges(some: readonly number[], epochs: readonly number[]): string {
  const runs: number[][] = [];
  for (const epoch of some) {
    const run = runs.at(-1);
    if (run && epochs.indexOf(epoch) === epochs.indexOf(run[run.length - 1]) + 1) run.push(epoch);
    else runs.push([epoch]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]} to ${run[run.length - 1]}` : run.join(", "))).join(", ");
}

/** Draws how similar the explanation at each stop is to the last one, with LIME's own error as a dashed line. */
function sparkline({likeLast, ownError}: Reason, epochs: readonly number[]): SVGElement {
  const [width, height] = [96, 28];
  const x = (stop: number) => 3 + ((width - 6) * stop) / Math.max(1, epochs.length - 1);
  const y = (like: number) => 3 + (height - 6) * (1 - Math.max(0, Math.min(1, like)));
  const points = likeLast.flatMap((like, stop) => (like === null ? [] : [[x(stop), y(like)] as const]));
  const told = likeLast
    .map((like, stop) => `epoch ${epochs[stop]} ${like === null ? "none" : like.toFixed(2)}`)
    .join(", ");
  const sheet = svg("svg", {
    class: "why-line",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": `Like the last: ${told}`,
  });
  if (ownError !== null)
    sheet.append(svg("line", {class: "stave-before", x1: 0, x2: width, y1: y(ownError), y2: y(ownError)}));
  sheet.append(svg("path", {class: "stave-like", d: polyline(points)}));
  for (const [cx, cy] of points) sheet.append(svg("circle", {class: "d-val", cx, cy, r: 2}));
  return sheet;
}

/** The reasons for the images that the chosen slices leave. */
export function reasonsIn(data: Data, reasons: readonly Reason[], store: Store): readonly Reason[] {
  const scope = scopeOf(data, store.state.slices);
  return reasons.filter(({image}) => scope.has(image));
}

/** The words about this view in the row of questions, such as "40 % pass"; none if nothing was explained. */
export function whyFinding(reasons: readonly Reason[]): string {
  if (reasons.length === 0) return "none explained";
  const good = reasons.filter((one) => passes(one).every(Boolean)).length;
  return `${pct(good / reasons.length, 0)} pass`;
}
