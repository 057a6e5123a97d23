import {decayFit, decayWords} from "../../numbers/decay-fit";
import type {LineChart} from "../../plots/line-chart";
import type {TokenHeat} from "../../plots/token-heat";
import {type KeptQuestion, type Look, readFacts, readLooks, readQuestions, readTracked} from "./files";
import {type PhaseChange, phaseChange} from "./phase";

/** A picture of a reader's run as data, from which PNG, JSON and the PDF are made. */
export type ReaderChart = {readonly name: string} & (
  | {readonly kind: "lines"; readonly data: LineChart}
  | {readonly kind: "heat"; readonly data: TokenHeat}
);

type Kept = NonNullable<Awaited<ReturnType<typeof readTracked>>>;
type Points = readonly (readonly [x: number, y: number])[];

/** How many nodes have their change drawn. */
const MOST = 10;

/**
 * The graphs of the published tracker, in its order: the last layer's weights, their change, losses, logits by token at the first, a middle and
 * the last step, the tracked question's own loss, and node values by token; and ours: right answers, logits step by step.
 */
export async function readerCharts(folder: string): Promise<ReaderChart[]> {
  const {options} = await readFacts(folder);
  const looks = await readLooks(folder);
  if (looks.length === 0) return [];
  const questions = await readQuestions(folder);
  const phase = phaseChange(looks.map(({step, f1}) => ({step, value: f1})));
  const span = phase ? {span: {from: phase.from, to: phase.to, label: "phase change"}} : {};
  const charts: ReaderChart[] = [{name: "curves", kind: "lines", data: curvesOf(looks, span)}];
  for (const [n, {question: place}] of looks[0].tracked.entries()) {
    const rows = await Promise.all(looks.map(({step}) => readTracked(folder, step, place)));
    const kept = looks.flatMap(({step}, s) => (rows[s] ? [{step, arrays: rows[s]}] : []));
    if (kept.length === 0) continue;
    const width = kept[0].arrays.get("qa_outputs.weight")?.shape[1] ?? options.width;
    const moved = changesOf(kept, width);
    if (n === 0) charts.push(...weightCharts(kept, moved, width, span));
    charts.push(...questionCharts(questions[place], place, kept, moved[0].node, width, phase));
  }
  return charts;
}

type Span = Pick<LineChart, "span">;

function curvesOf(looks: readonly Look[], span: Span): LineChart {
  const batches: Points = looks.flatMap(({batchLosses}) => batchLosses).map((loss, n) => [n + 1, loss] as const);
  const fit = decayFit(batches);
  const line = (name: string, of: (look: Look) => number, dashed = false) => ({
    ...{name, dashed},
    points: looks.map((look) => [look.step, of(look)] as const),
  });
  const fitted = fit && batches.map(([step]) => [step, fit.a * Math.exp(-fit.b * step) + fit.c] as const);
  const losses = [
    {name: "of the batches", points: batches},
    line("held out", ({loss}) => loss),
    ...(fit && fitted ? [{name: decayWords(fit), points: fitted, dashed: true}] : []),
  ];
  const tracked = looks[0].tracked.map(({question}, n) => line(`question ${question}`, (look) => look.tracked[n].loss));
  return {
    ...{title: "How the reader learned", x: "steps", ...span},
    panels: [
      {label: "loss, nats", low: 0, lines: losses},
      ...(tracked.length ? [{label: "loss of the tracked questions, nats", low: 0, lines: tracked}] : []),
      {
        ...{label: "right answers to held-out questions", low: 0, high: 1},
        lines: [
          line("exact match", ({exactMatch}) => exactMatch),
          line("F1", ({f1}) => f1),
          line("by two argmaxes", (look) => look.exactByTwoArgMaxes, true),
        ],
      },
    ],
  };
}

interface Moved {
  readonly node: number;
  /** The change of start and end weights together since the first look, one number for each look. */
  readonly by: readonly number[];
}

/** How far each node's two weights moved, the farthest first. */
function changesOf(kept: readonly {readonly arrays: Kept}[], width: number): Moved[] {
  const weights = kept.map(({arrays}) => arrays.get("qa_outputs.weight")?.values ?? new Float32Array(2 * width));
  const nodes = Array.from({length: width}, (_, node) => ({
    node,
    by: weights.map((now) => Math.hypot(now[node] - weights[0][node], now[width + node] - weights[0][width + node])),
  }));
  const last = kept.length - 1;
  return nodes.sort((a, b) => b.by[last] - a.by[last]);
}

function weightCharts(
  kept: readonly {readonly step: number; readonly arrays: Kept}[],
  moved: readonly Moved[],
  width: number,
  span: Span,
): ReaderChart[] {
  const at = (s: number) => kept[s].arrays.get("qa_outputs.weight")?.values ?? new Float32Array(2 * width);
  const half = (values: Float32Array, part: 0 | 1): Points =>
    Array.from(values.subarray(part * width, (part + 1) * width), (v, node) => [node, v] as const);
  const last = kept.length - 1;
  const first = at(0);
  const mean = first.reduce((a, b) => a + b) / first.length;
  const spread = Math.sqrt(first.reduce((sum, v) => sum + (v - mean) ** 2, 0) / first.length) || 1;
  const panel = (s: number) => ({
    label: `at step ${kept[s].step}`,
    lines: [
      {name: "start", points: half(at(s), 0)},
      {name: "end", points: half(at(s), 1)},
    ],
  });
  const total = [...moved].sort((a, b) => a.node - b.node).map(({node, by}) => [node, by[last] / spread] as const);
  const lines = moved.slice(0, MOST).map(({node, by}) => ({
    name: `${node}`,
    points: by.map((value, s) => [kept[s].step, value / spread] as const),
  }));
  return [
    {
      name: "weights",
      kind: "lines",
      data: {
        title: "Weights of qa_outputs by node",
        x: "node",
        panels: last > 0 ? [panel(0), panel(last)] : [panel(0)],
      },
    },
    {
      name: "weights-change",
      kind: "lines",
      data: {
        ...{title: "Change of the weights of qa_outputs, start and end together", x: "node"},
        note: "over the spread (standard deviation) of all weights at the first step; a change in per cent would explode near 0",
        panels: [{label: "total change over spread, by node", low: 0, lines: [{name: "all steps", points: total}]}],
      },
    },
    {
      name: "weights-change-by-step",
      kind: "lines",
      data: {
        ...{title: `The ${lines.length} nodes that moved most`, x: "steps", ...span},
        panels: [{label: "change over spread, since the first step", low: 0, lines}],
      },
    },
  ];
}

/** The first, the middle and the last of a list. */
function threeOf<T>(list: readonly T[]): T[] {
  const places = new Set([0, Math.floor((list.length - 1) / 2), list.length - 1]);
  return [...places].flatMap((place) => list.slice(place, place + 1));
}

function questionCharts(
  question: KeptQuestion,
  place: number,
  kept: readonly {readonly step: number; readonly arrays: Kept}[],
  node: number,
  width: number,
  phase: PhaseChange | undefined,
): ReaderChart[] {
  const {tokens = [], right = [0, 0] as const} = question.tracked ?? {};
  const words = tokens.map(({piece}) => piece);
  const isThere = right[0] > 0;
  const marks = isThere ? {marked: [right[0], right[1]] as const} : {};
  const points = (arrays: Kept, name: string, of: (values: Float32Array, t: number) => number): Points =>
    words.map((_, t) => [t, of(arrays.get(name)?.values ?? new Float32Array(0), t)] as const);
  const moments = threeOf(kept);
  const inside = threeOf(kept.filter(({arrays}) => arrays.has("output.last"))); // if fewer looks keep node values
  const rowAt = (step: number) => kept.findIndex((one) => one.step >= step);
  const rows = phase ? {span: {from: rowAt(phase.from), to: rowAt(phase.to), label: "phase change"}} : {};
  const joined = (name: string) => Float32Array.from(kept.flatMap(({arrays}) => [...(arrays.get(name)?.values ?? [])]));
  const axis = {x: "pieces of words", places: words, ...marks};
  const title = `“${question.question}”`;
  const nodes = [
    ["context.first", "first self-attention"],
    ["context.last", "last self-attention"],
    ["output.last", "last output"],
  ] as const;
  const nodeChart: ReaderChart = {
    name: `question-${place}-nodes`,
    kind: "lines",
    data: {
      ...{title: `${title}: node ${node} by token`, ...axis},
      panels: nodes.map(([name, label]) => ({
        label,
        lines: inside.map(({step, arrays}) => ({
          name: `step ${step}`,
          points: points(arrays, name, (values, t) => values[t * width + node]),
        })),
      })),
    },
  };
  return [
    {
      name: `question-${place}-logits-by-token`,
      kind: "lines",
      data: {
        ...{title: `${title}: logits by token`, ...axis},
        panels: moments.map(({step, arrays}) => ({
          label: `step ${step}`,
          lines: [
            {name: "start", points: points(arrays, "start", (values, t) => values[t])},
            {name: "end", points: points(arrays, "end", (values, t) => values[t]), dashed: true},
          ],
        })),
      },
    },
    ...(inside.length > 0 ? [nodeChart] : []),
    {
      name: `question-${place}-logits`,
      kind: "heat",
      data: {
        ...{title: `${title}: logits, step by step`, tokens: words, ...marks, ...rows},
        rows: kept.map(({step}) => `step ${step}`),
        strips: [
          {label: "start logit", values: joined("start")},
          {label: "end logit", values: joined("end")},
        ],
        note: "framed: the right answer   blue: more likely the start or the end   orange: less likely",
      },
    },
  ];
}
