import {decayWords} from "../../../numbers/decay-fit";
import {panel} from "../../client/panels/panel";
import {chartHost} from "./chart";
import type {ReaderData} from "./data";
import type {ReaderStore} from "./state";

type Drawn = {readonly root: HTMLElement; draw(): void};

/** The span that is shaded in every chart over steps. */
export function phaseSpan({file: {phase}}: ReaderData) {
  return phase ? {from: phase.from, to: phase.to, label: "phase change"} : undefined;
}

/** A click on a chart over steps goes to the nearest stop. */
export function goToStep({steps}: ReaderData, store: ReaderStore): (step: number) => void {
  const away = (s: number, step: number) => Math.abs(steps[s] - step);
  return (step) => store.go(steps.reduce((best, _, s) => (away(s, step) < away(best, step) ? s : best), 0));
}

/** Shows how many held-out questions the reader answers, step by step. */
export function mountScores(data: ReaderData, store: ReaderStore): Drawn {
  const {steps, file} = data;
  const {root, body} = panel(
    "scores",
    "Right answers, step by step",
    `${file.isHeldOut ? "Of the held-out questions, which it is never trained on" : "Of the questions that it is trained on, because there are too few to hold some out"}. Exact: the same words as a right answer, without articles, case and ` +
      "punctuation. F1 also counts the words that both have in common. Two argmaxes: the likeliest start and the likeliest end, each chosen by " +
      "itself, which may end before they start. The grey band is the phase change: the shortest span of steps with half of the whole gain in F1.",
  );
  const line = (of: (look: (typeof file.looks)[number]) => number) =>
    file.looks.map((look, s) => [steps[s], 100 * of(look)] as const);
  const chart = chartHost(
    () => ({
      title: "%",
      said: `Exact answers by step: ${file.looks.map((look, s) => `${steps[s]}: ${(100 * look.exactMatch).toFixed(1)} %`).join("; ")}`,
      low: 0,
      high: 100,
      span: phaseSpan(data),
      at: steps[store.state.stop],
      lines: [
        {name: "exact", look: "ink", points: line(({exactMatch}) => exactMatch)},
        {name: "F1", look: "soft", points: line(({f1}) => f1)},
        {name: "two argmaxes", look: "thin", points: line((look) => look.exactByTwoArgMaxes)},
      ],
    }),
    goToStep(data, store),
  );
  body.append(chart.root);
  return {root, draw: chart.draw};
}

/**
 * Shows the losses: of each step's batch, with a fitted decay; of all held-out questions; and of the tracked question.
 */
export function mountLosses(data: ReaderData, store: ReaderStore): Drawn {
  const {steps, file, batchLosses, tracked} = data;
  const {root, body} = panel(
    "losses",
    "Losses",
    "How wrong it is on average, in nats: half of the cross-entropies of the start and of the end. Of each step's batch (thin), " +
      "of all held-out questions, and of this question alone, which one cannot see in the batch's loss. Dashed: the least-squares fit " +
      "a · e^(−b x) + c of the batches' losses. It cannot follow a phase change, in which the loss first stays the same and then falls.",
  );
  const own = (n: number) => tracked[n].losses.map((loss, s) => [steps[s], loss] as const);
  const chart = chartHost(
    () => {
      const {fit} = file;
      const batches = Array.from(batchLosses, (loss, n) => [n + 1, loss] as const);
      const fitted = fit ? batches.map(([step]) => [step, fit.a * Math.exp(-fit.b * step) + fit.c] as const) : [];
      const held = file.looks.map((look, s) => [steps[s], look.loss] as const);
      const {question} = store.state;
      return {
        title: "Nats",
        said: `Loss of the held-out questions by step: ${held.map(([step, loss]) => `${step}: ${loss.toFixed(2)}`).join("; ")}`,
        low: 0,
        span: phaseSpan(data),
        at: steps[store.state.stop],
        lines: [
          {name: "batches", look: "thin", points: batches},
          {name: "held out", look: "ink", points: held},
          ...(tracked.length ? [{name: "this question", look: "teal" as const, points: own(question)}] : []),
          ...(fit
            ? [
                {
                  name: decayWords(fit),
                  look: "fit" as const,
                  points: fitted,
                },
              ]
            : []),
        ],
      };
    },
    goToStep(data, store),
  );
  body.append(chart.root);
  return {root, draw: chart.draw};
}

/** Shows the start and end logits of every piece at the current step, as lines. */
export function mountLogits(data: ReaderData, store: ReaderStore): Drawn {
  const {root, body} = panel(
    "logits",
    "Logits of every piece",
    "The scores that the last layer gives to each piece of a word as the answer's first (blue) and last (orange) at the current step. " +
      "Bold: the right answer. The grey lines are the scores before any training.",
  );
  const chart = chartHost(() => {
    const {stop, question} = store.state;
    const one = data.tracked[question];
    const [start, end] = [one.start(stop), one.end(stop)];
    if (!start || !end) return null;
    const line = (values: Float32Array | null) => Array.from(values ?? [], (v, n) => [n, v] as const);
    const {tokens, right} = one;
    return {
      title: `Step ${data.steps[stop]}`,
      said: `Start logits: ${tokens.map(({piece}, n) => `${piece} ${start[n].toFixed(1)}`).join(", ")}`,
      zero: true,
      places: tokens.map(({piece}) => piece),
      marked: right[0] > 0 ? [right[0], right[1]] : [],
      lines: [
        {name: "start", look: "for", points: line(start)},
        {name: "end", look: "against", points: line(end)},
        {name: "untrained", look: "thin", points: line(one.start(0))},
      ],
    };
  });
  body.append(chart.root);
  return {root, draw: chart.draw};
}
