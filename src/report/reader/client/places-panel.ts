import {h, rem, setText, svg} from "../../client/dom";
import {panel, segmented} from "../../client/panels/panel";
import {drawWhenSized} from "../../client/sized";
import {textWidth} from "../../client/text-width";
import {type ReaderData, shares} from "./data";
import type {ReaderStore} from "./state";

type Shown = "likely" | "logits";

/** Shows the start and end probabilities of every token, step below step, so that one sees how an answer developed. */
export function mountPlaces(data: ReaderData, store: ReaderStore): {readonly root: HTMLElement; draw(): void} {
  let shown: Shown = "likely";
  const ways = segmented<Shown>(
    "What is shown",
    [
      ["likely", "Probability"],
      ["logits", "Logits"],
    ],
    shown,
    (way) => {
      shown = way;
      draw();
    },
  );
  const {root, body} = panel(
    "places",
    "Where the answer starts and ends",
    "Each row is a step, each column a piece of a word, as the first of the answer (upper strip) and as the last (lower strip). Probability: " +
      "darker is likelier. Logits are the scores that probabilities are made of: blue above 0, orange below, both strips on one scale; " +
      "only their differences count. The frame marks the current step; bold words are the right answer; the grey bar at the left is the phase change. " +
      "A click on a row goes there.",
    ways.root,
  );
  const host = h("div", {class: "heat"});
  const say = h("p", {class: "meta"});
  body.append(host, say);
  let rowAt = (_: number): number | undefined => undefined;
  const draw = () => {
    const drawn = drawHeat(host, data, store, shown);
    rowAt = drawn ?? (() => undefined);
  };
  const tell = () => {
    const {stop, question} = store.state;
    const one = data.tracked[question];
    const [start, end] = [one.start(stop), one.end(stop)];
    if (!start || !end) return setText(say, "At this step nothing was kept of it.");
    const top = (logits: Float32Array) => logits.reduce((best, v, n) => (v > logits[best] ? n : best), 0);
    const [s, e] = [top(start), top(end)];
    setText(
      say,
      `Step ${data.steps[stop]}: it starts most likely at “${one.tokens[s].piece}” (${start[s].toFixed(1)}) and ends at “${one.tokens[e].piece}” (${end[e].toFixed(1)}).`,
    );
  };
  host.addEventListener("click", (event) => {
    const stop = rowAt(event.clientY - host.getBoundingClientRect().top);
    if (stop !== undefined) store.go(stop);
  });
  drawWhenSized(host, draw);
  return {
    root,
    draw: () => {
      draw();
      tell();
    },
  };
}

/** @returns A function that turns a height in pixels into a stop. */
function drawHeat(
  host: HTMLElement,
  data: ReaderData,
  store: ReaderStore,
  shown: Shown,
): ((y: number) => number | undefined) | undefined {
  const width = host.clientWidth;
  if (!width) return undefined;
  const {steps, last, file} = data;
  const {question, stop} = store.state;
  const one = data.tracked[question];
  const size = rem() * 0.75;
  const [left, top] = [size * 4.2, size * 1.6];
  const tokens = one.tokens.length;
  const cell = (width - left - 2) / tokens;
  const row = Math.max(3, Math.min(rem() * 1.1, (rem() * 15) / (last + 1)));
  const strip = row * (last + 1) + top;
  const foot = Math.min(6 * size, Math.max(...one.tokens.map(({piece}) => textWidth(piece, `600 ${size}px`)))) + size;
  const height = 2 * strip + foot;
  const strips = [
    {label: "starts", of: one.start},
    {label: "ends", of: one.end},
  ];
  const values = strips.map(({of}) =>
    steps.map((_, s) => {
      const logits = of(s);
      return logits && shown === "likely" ? shares(logits) : logits;
    }),
  );
  const strongest = Math.max(1e-6, ...values.flat().flatMap((logits) => (logits ? Array.from(logits, Math.abs) : [])));
  const said = `${shown === "likely" ? "Probability as start and end" : "Start and end logits"} of ${tokens} pieces at ${steps.length} steps, as colours; the sentence below says the greatest at the step at hand`;
  const sheet = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said});
  for (const [n, {label}] of strips.entries()) {
    const base = n * strip + top;
    sheet.append(svg("text", {class: "ch-title", x: left, y: base - size * 0.4}, label));
    for (const [s, logits] of values[n].entries()) {
      for (const [t, logit] of (logits ?? []).entries()) {
        const share = Math.abs(logit) / strongest;
        if (share < 0.02) continue;
        const place = {x: left + t * cell, y: base + s * row, width: cell, height: row};
        sheet.append(
          svg("rect", {
            class: shown === "likely" ? "hot likely" : logit > 0 ? "hot for" : "hot against",
            ...place,
            "fill-opacity": share.toFixed(2),
          }),
        );
      }
    }
    sheet.append(svg("rect", {class: "heat-frame", x: left, y: base, width: tokens * cell, height: row * (last + 1)}));
    for (const s of [0, Math.round(last / 2), last]) {
      const text = {class: "tick", x: left - size * 0.7, y: base + (s + 0.5) * row + size * 0.35, "text-anchor": "end"};
      sheet.append(svg("text", text, `${steps[s]}`));
    }
    const {phase} = file;
    if (phase) {
      const [from, to] = [phase.from, phase.to].map((step) => steps.findIndex((own) => own >= step));
      sheet.append(
        svg("rect", {
          class: "phase-bar",
          x: left - size * 0.4,
          width: size * 0.25,
          y: base + from * row,
          height: (to - from + 1) * row,
        }),
      );
    }
    const now = {class: "heat-now", x: left, y: base + stop * row, width: tokens * cell, height: row};
    sheet.append(svg("rect", now));
  }
  const step = Math.max(1, Math.ceil((size * 1.05) / cell));
  for (const [t, {piece}] of one.tokens.entries()) {
    const isRight = one.right[0] > 0 && t >= one.right[0] && t <= one.right[1];
    if (t % step !== 0 && !isRight) continue;
    const at = left + (t + 0.5) * cell + size * 0.35;
    const turned = {transform: `translate(${at} ${2 * strip + size * 0.5}) rotate(-90)`, "text-anchor": "end"};
    sheet.append(svg("text", {class: isRight ? "tick right" : "tick", ...turned}, piece));
  }
  host.style.height = `${height}px`;
  host.replaceChildren(sheet);
  return (y) => {
    const within = (y % strip) - top;
    const found = Math.floor(within / row);
    return within >= 0 && y < 2 * strip && found <= last ? found : undefined;
  };
}
