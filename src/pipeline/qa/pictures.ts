import {join} from "node:path";

import {decayFit, decayWords} from "../../numbers/decay-fit";
import {type LineChart, lineChart} from "../../plots/line-chart";
import {tokenHeat} from "../../plots/token-heat";
import {writeWhole} from "../record/write-whole";
import {type Look, readTracked} from "./files";
import type {PhaseChange} from "./phase";
import type {Reader} from "./reader";
import type {Tracked} from "./tracked";

interface Told {
  readonly tracked: readonly Tracked[];
  readonly reader: Reader;
  readonly phase?: PhaseChange;
}

/** Draws how a reader learned: `plots/curves.png`, and of each tracked question `plots/question-0-logits.png`. */
export async function readerPictures(path: string, looks: readonly Look[], told: Told): Promise<void> {
  await writeWhole(join(path, "plots", "curves.png"), lineChart(curves(looks, told.phase)).png);
  for (const one of told.tracked) {
    const picture = await logitsPicture(path, one, looks, told.reader);
    if (picture) await writeWhole(join(path, "plots", `question-${one.place}-logits.png`), picture);
  }
}

function curves(looks: readonly Look[], phase: PhaseChange | undefined): LineChart {
  const trained = looks.flatMap(({step, trainLoss}) => (trainLoss === null ? [] : [[step, trainLoss] as const]));
  const fit = decayFit(trained);
  const fitted = fit && trained.map(([step]) => [step, fit.a * Math.exp(-fit.b * step) + fit.c] as const);
  const tracked = looks[0].tracked.map(({question}, n) => ({
    name: `question ${question}`,
    points: looks.map((look) => [look.step, look.tracked[n].loss] as const),
  }));
  return {
    title: "How the reader learned",
    x: "steps",
    panels: [
      {
        label: "loss, nats",
        low: 0,
        lines: [
          {name: "of the batches", points: trained},
          {name: "held out", points: looks.map(({step, loss}) => [step, loss] as const)},
          ...(fitted && fit
            ? [
                {
                  name: decayWords(fit),
                  points: fitted,
                  dashed: true,
                },
              ]
            : []),
        ],
      },
      ...(tracked.length ? [{label: "loss of the tracked questions, nats", low: 0, lines: tracked}] : []),
      {
        label: "right answers to held-out questions",
        low: 0,
        high: 1,
        lines: [
          {name: "exact match", points: looks.map(({step, exactMatch}) => [step, exactMatch] as const)},
          {name: "F1", points: looks.map(({step, f1}) => [step, f1] as const)},
          {
            name: "by two argmaxes",
            points: looks.map((look) => [look.step, look.exactByTwoArgMaxes] as const),
            dashed: true,
          },
        ],
      },
    ],
    ...(phase ? {span: {from: phase.from, to: phase.to, label: "half of the gain"}} : {}),
  };
}

/** Start and end logits of every token, step below step. */
async function logitsPicture(path: string, {place, question, window}: Tracked, looks: readonly Look[], reader: Reader) {
  const rows = await Promise.all(looks.map(({step}) => readTracked(path, step, place)));
  const kept = looks.flatMap(({step}, n) => (rows[n] ? [{step, arrays: rows[n]}] : []));
  if (kept.length === 0) return undefined;
  const {ids, start, end} = window;
  const joined = (name: string) => Float32Array.from(kept.flatMap(({arrays}) => [...(arrays.get(name)?.values ?? [])]));
  return tokenHeat({
    title: `“${question.question}”: logits, step by step`,
    tokens: ids.map((id) => reader.words.vocabulary[id]),
    ...(start > 0 ? {marked: [start, end] as const} : {}),
    rows: kept.map(({step}) => `step ${step}`),
    strips: [
      {label: "start logit", values: joined("start")},
      {label: "end logit", values: joined("end")},
    ],
    note: "framed: the right answer   blue: more likely the start or the end   orange: less likely",
  }).png;
}
