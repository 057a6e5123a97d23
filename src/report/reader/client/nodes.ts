import {h, setText} from "../../client/dom";
import {panel, segmented} from "../../client/panels/panel";
import {chartHost} from "./chart";
import {goToStep, phaseSpan} from "./curves";
import type {ReaderData} from "./data";
import type {ReaderStore} from "./state";

type Drawn = {readonly root: HTMLElement; draw(): void};

/** How many nodes are shown as lines. */
const MOST = 10;

/** The control that chooses the node that is shown. */
function nodeChoice({width, moved}: ReaderData, store: ReaderStore): {readonly root: HTMLElement; draw(): void} {
  const names = Array.from({length: width}, (_, n) =>
    h("option", {value: n}, n === moved ? `node ${n}, moved most` : `node ${n}`),
  );
  const root = h("select", {"aria-label": "Node", onchange: () => store.set({node: Number(root.value)})}, ...names);
  const draw = () => {
    root.value = String(store.state.node);
  };
  return {root, draw};
}

/** Shows one node's value at every piece: in the first and the last self-attention, and in the last output. */
export function mountNodes(data: ReaderData, store: ReaderStore): Drawn {
  const choice = nodeChoice(data, store);
  const {root, body} = panel(
    "nodes",
    "One node, piece by piece",
    "A reader writes a row of numbers, its nodes, for each piece of a word. This is one of them: as the heads of the first and of the last " +
      "layer give it, and as the last layer gives it to the two scores. At first you see the node whose weights in those scores changed most.",
    choice.root,
  );
  const chart = chartHost(() => {
    const {stop, question, node} = store.state;
    const one = data.tracked[question];
    const seen = one.nodes(stop);
    if (!seen) return null;
    const looks = ["thin", "teal", "ink"] as const;
    const lines = seen.lines.map(([name, values], n) => ({
      ...{name, look: looks[n]},
      points: one.tokens.map((_, t) => [t, values[t * data.width + node]] as const),
    }));
    return {
      ...{title: `Step ${data.steps[seen.stop]}`, lines, zero: true, places: one.tokens.map(({piece}) => piece)},
      said: `Node ${node} of the last output: ${one.tokens.map(({piece}, t) => `${piece} ${lines[lines.length - 1].points[t][1].toFixed(2)}`).join(", ")}`,
      marked: one.right[0] > 0 ? [one.right[0], one.right[1]] : [],
    };
  });
  const none = h("p", {class: "empty"}, "This page carries no node values of this question; see How this was made.");
  body.append(chart.root, none);
  return {
    root,
    draw: () => {
      const {stop, question} = store.state;
      none.hidden = data.tracked[question].nodes(stop) !== null;
      chart.root.hidden = !none.hidden;
      choice.draw();
      chart.draw();
    },
  };
}

type Change = "value" | "change" | "spread";

/** Shows the last layer's weights, which make the two scores from the nodes: their values, and how far they moved. */
export function mountOutputs(data: ReaderData, store: ReaderStore): Drawn {
  const {width, last, steps, outputs} = data;
  let shown: Change = "change";
  const ways = segmented<Change>(
    "What is shown",
    [
      ["change", "Change"],
      ["spread", "Over spread"],
      ["value", "Value"],
    ],
    shown,
    (way) => {
      shown = way;
      draw();
    },
  );
  const {root, body} = panel(
    "outputs",
    "The weights behind the two scores",
    `Each node has a weight in the start's score and one in the end's (qa_outputs). The ${MOST} nodes that moved most are lines, the chosen one ` +
      "is dark. “Change” is the distance from the untrained weights, start and end together. “Over spread” divides it by the standard deviation " +
      "of all weights at the beginning: 1 is a typical difference between two weights. A change in per cent of a weight near 0 would mean nothing.",
    ways.root,
  );
  const facts = h("p", {class: "meta"});
  const first = outputs(0);
  const spread = first ? deviation(first) : 1;
  const moved = (node: number, stop: number) => {
    const now = outputs(stop);
    if (!first || !now) return 0;
    return Math.hypot(now[node] - first[node], now[width + node] - first[width + node]);
  };
  const order = Array.from({length: width}, (_, n) => n).sort((a, b) => moved(b, last) - moved(a, last));
  const chart = chartHost(
    () => {
      if (!first) return null;
      const {node, stop} = store.state;
      const value = (one: number, s: number, end: boolean) => outputs(s)?.[(end ? width : 0) + one] ?? 0;
      const line = (of: (s: number) => number) => steps.map((step, s) => [step, of(s)] as const);
      const scale = shown === "spread" ? 1 / spread : 1;
      const lines =
        shown === "value"
          ? [
              {name: `start, node ${node}`, look: "for" as const, points: line((s) => value(node, s, false))},
              {name: `end, node ${node}`, look: "against" as const, points: line((s) => value(node, s, true))},
            ]
          : [
              ...order
                .slice(0, MOST)
                .filter((one) => one !== node)
                .map((one, n) => ({
                  name: n === 0 ? "others that moved most" : "",
                  look: "thin" as const,
                  points: line((s) => scale * moved(one, s)),
                })),
              {name: `node ${node}`, look: "ink" as const, points: line((s) => scale * moved(node, s))},
            ];
      return {
        title: shown === "value" ? "Weight" : shown === "spread" ? "Change over spread" : "Change",
        said: `Weights of node ${node} at step ${steps[stop]}: start ${value(node, stop, false).toFixed(4)}, end ${value(node, stop, true).toFixed(4)}`,
        ...{span: phaseSpan(data), at: steps[stop], lines, zero: true},
      };
    },
    goToStep(data, store),
  );
  body.append(chart.root, facts);
  const draw = () => {
    chart.draw();
    const {node, stop} = store.state;
    const now = outputs(stop);
    if (!now || !first) return setText(facts, "Nothing was kept of them.");
    const [start, end] = [now[node], now[width + node]].map((v) => v.toFixed(4));
    const change = moved(node, stop);
    setText(
      facts,
      `Node ${node} at step ${steps[stop]}: start ${start}, end ${end}; moved by ${change.toFixed(4)}, ${(change / spread).toFixed(1)} times the spread.`,
    );
  };
  return {root, draw};
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) || 1;
}
