import {tokenRollout} from "../../../numbers/attention";
import {tokens as colors, css, mix} from "../../client/colors";
import {h, rem, setText, svg} from "../../client/dom";
import {panel} from "../../client/panels/panel";
import {drawWhenSized} from "../../client/sized";
import {textWidth} from "../../client/text-width";
import type {ReaderData, TrackedData} from "./data";
import type {ReaderStore} from "./state";

/**
 * Shows where each head looks: a small map for each head, and the chosen one with its words, before and after the phase
 * change and at the current step.
 */
export function mountAttention(data: ReaderData, store: ReaderStore): {readonly root: HTMLElement; draw(): void} {
  const {root, body} = panel(
    "attention",
    "Where each head looks",
    "A row is a piece that looks, a column a piece that is looked at; darker: more. The figure under a head is its importance: how fast this question's " +
      "loss changes if the head's output is made larger or smaller. The chosen head is shown large at three steps: before the phase change, after it, " +
      "and at the current step. Attention says where a head looks, not why the reader gave its answer. Rollout joins all layers: what of the text is in the last one's " +
      "view of the answer's first piece.",
  );
  const small = h("div", {class: "head-grid"});
  const three = h("div", {class: "three"});
  const rollout = h("p", {class: "read small"});
  const say = h("p", {class: "meta"});
  const title = h("h3", {}, "Rollout, to the answer's first piece");
  body.append(small, three, title, rollout, say);
  const draw = () => {
    const {stop, question, layer, head} = store.state;
    const one = data.tracked[question];
    const seen = one.attention(stop);
    for (const part of [small, three, title, rollout]) part.hidden = !seen;
    if (!seen) return setText(say, "This page has no attention of this question; see How this was made.");
    const size = one.tokens.length;
    const slopes = one.slopes(stop);
    small.style.setProperty("--heads", String(data.heads));
    small.replaceChildren(
      ...seen.layers.flatMap((values, l) =>
        Array.from({length: data.heads}, (_, n) => {
          const isChosen = l === layer && n === head;
          const importance = slopes ? fewDigits(Math.abs(slopes[l * data.heads + n])) : "";
          return h(
            "button",
            {
              ...{type: "button", class: "head", "aria-pressed": String(isChosen)},
              "aria-label": `${l + 1}.${n + 1}  ${importance}: layer ${l + 1}, head ${n + 1}, and its importance`,
              onclick: () => store.set({layer: l, head: n}),
            },
            mapCanvas(headOf(values, n, size), size),
            h("small", {}, `${l + 1}.${n + 1}  ${importance}`),
          );
        }),
      ),
    );
    const {phase} = data.file;
    const at = (step: number) => data.steps.findIndex((own) => own >= step);
    const moments = [
      ...(phase
        ? [
            ["before the phase change", one.attention(at(phase.from), "before")] as const,
            ["after it", one.attention(at(phase.to), "after")] as const,
          ]
        : [["untrained", one.attention(0)] as const]),
      [seen.stop === stop ? "at the step at hand" : "the nearest to the step at hand", seen] as const,
    ];
    three.replaceChildren(
      ...moments.flatMap(([words, kept]) => (kept ? [large(data, one, words, kept, layer, head)] : [])),
    );
    const to = one.spans(stop)[0]?.start ?? 0;
    const shares = tokenRollout(
      seen.layers.map((values) => ({heads: data.heads, values})),
      size,
      to,
    );
    rollout.replaceChildren(...rolled(one, shares));
    const [most] = Array.from(shares.keys())
      .sort((a, b) => shares[b] - shares[a])
      .filter((place) => place !== to);
    const away = seen.stop === stop ? "" : ` Attention was kept at step ${data.steps[seen.stop]}, the nearest.`;
    setText(
      say,
      `Beside itself, “${one.tokens[to].piece}” holds most of “${one.tokens[most ?? 0].piece}” (${(100 * shares[most ?? 0]).toFixed(0)} %).${away}`,
    );
  };
  drawWhenSized(three, draw);
  return {root, draw};
}

const fewDigits = (value: number) => (value >= 0.005 || value === 0 ? value.toFixed(2) : value.toExponential(0));
const headOf = (values: Float32Array, head: number, size: number) =>
  values.subarray(head * size * size, (head + 1) * size * size);

/** A head's map, with one pixel for each pair of pieces. */
function mapCanvas(values: Float32Array, size: number): HTMLCanvasElement {
  const canvas = h("canvas", {class: "px head-map", width: size, height: size, "aria-hidden": "true"});
  const context = canvas.getContext("2d");
  const {tile, saliency} = colors();
  if (!context) return canvas;
  const sheet = context.createImageData(size, size);
  for (const [n, share] of values.entries()) sheet.data.set([...mix(tile, saliency, Math.sqrt(share)), 255], 4 * n);
  context.putImageData(sheet, 0, 0);
  return canvas;
}

/** The chosen head's map with its words. */
function large(
  data: ReaderData,
  one: TrackedData,
  words: string,
  seen: NonNullable<ReturnType<TrackedData["attention"]>>,
  layer: number,
  head: number,
): HTMLElement {
  const caption = h("figcaption", {}, h("b", {}, `Step ${data.steps[seen.stop]}`), ` ${words}`);
  const count = one.tokens.length;
  const values = headOf(seen.layers[layer], head, count);
  const size = rem() * 0.6875;
  const margin = Math.max(...one.tokens.map(({piece}) => textWidth(piece, `600 ${size}px`))) + size * 0.5;
  const side = 320;
  const cell = (side - margin) / count;
  const {tile, saliency} = colors();
  const label = `Layer ${layer + 1}, head ${head + 1}, step ${data.steps[seen.stop]}: ${strongest(one, values)}`;
  const sheet = svg("svg", {viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, class: "large-map"});
  for (const [n, share] of values.entries()) {
    if (share < 0.01) continue;
    const place = {x: margin + (n % count) * cell, y: margin + Math.floor(n / count) * cell, width: cell, height: cell};
    sheet.append(svg("rect", {...place, fill: css(mix(tile, saliency, Math.sqrt(share)))}));
  }
  sheet.append(svg("rect", {class: "heat-frame", x: margin, y: margin, width: side - margin, height: side - margin}));
  const step = Math.max(1, Math.ceil(size / cell));
  for (const [t, {piece}] of one.tokens.entries()) {
    const isRight = one.right[0] > 0 && t >= one.right[0] && t <= one.right[1];
    if (t % step !== 0 && !isRight) continue;
    const middle = margin + (t + 0.5) * cell + size * 0.32;
    const look = isRight ? "tick right" : "tick";
    sheet.append(
      svg(
        "text",
        {class: look, x: margin - 3, y: middle, "text-anchor": "end", style: {"font-size": `${size}px`}},
        piece,
      ),
    );
    const turned = {transform: `translate(${middle} ${margin - 3}) rotate(-90)`, style: {"font-size": `${size}px`}};
    sheet.append(svg("text", {class: look, ...turned}, piece));
  }
  return h("figure", {}, sheet, caption);
}

/** The three largest attention weights, in words. */
function strongest({tokens}: TrackedData, values: Float32Array): string {
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
  const count = tokens.length;
  const told = order
    .slice(0, 3)
    .map(
      (n) =>
        `“${tokens[Math.floor(n / count)].piece}” at “${tokens[n % count].piece}” ${(100 * values[n]).toFixed(0)} %`,
    );
  return told.join(", ");
}

function rolled({tokens}: TrackedData, shares: Float64Array): HTMLElement[] {
  const most = Math.max(...shares);
  return tokens.map(({piece}, n) => h("span", {class: "w teal", style: {"--s": (shares[n] / most).toFixed(3)}}, piece));
}
