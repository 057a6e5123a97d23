import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";

import {decayFit} from "../../numbers/decay-fit";
import {safetensors} from "../../onnx/index";
import {type LineChart, lineChart} from "../../plots/line-chart";
import {tokenHeat} from "../../plots/token-heat";
import type {Question} from "../data/text/questions";
import {windowsOf} from "../data/text/windows";
import {writeWhole} from "../record/write-whole";
import type {Look} from "./files";
import type {PhaseChange} from "./phase";
import type {Reader} from "./reader";

interface Told {
  readonly tracked: readonly number[];
  readonly heldOut: readonly Question[];
  readonly reader: Reader;
  readonly phase?: PhaseChange;
}

/** Draws how a reader learned: `plots/curves.png`, and of each tracked question `plots/question-0-logits.png`. */
export async function readerPictures(path: string, looks: readonly Look[], told: Told): Promise<void> {
  await writeWhole(join(path, "plots", "curves.png"), lineChart(curves(looks, told.phase)).png);
  for (const question of told.tracked) {
    const picture = await logitsPicture(path, question, told);
    if (picture) await writeWhole(join(path, "plots", `question-${question}-logits.png`), picture);
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
                  name: `${fit.a.toPrecision(2)} e^(−${fit.b.toPrecision(2)} x) + ${fit.c.toPrecision(2)}`,
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
async function logitsPicture(path: string, question: number, {heldOut, reader}: Told): Promise<Uint8Array | undefined> {
  const folder = join(path, "tracked");
  const pattern = new RegExp(`^question-${question}-step-(\\d+)\\.safetensors$`);
  const files = (await readdir(folder)).flatMap((name) => {
    const step = pattern.exec(name)?.[1];
    return step ? [{name, step: Number(step)}] : [];
  });
  files.sort((a, b) => a.step - b.step);
  const asked = heldOut[question];
  const windows = windowsOf([asked], reader.words, reader);
  if (files.length === 0 || windows.length !== 1) return undefined; // of a long text another part may be the best at each look
  const [{ids, start, end, first, tokens}] = windows;
  const [starts, ends] = await gathered(
    folder,
    files.map(({name}) => name),
  );
  return tokenHeat({
    title: `“${asked.question}”: logits, step by step`,
    tokens: ids.map((id) => reader.words.vocabulary[id]),
    ...(start >= first && end < first + tokens.length && start > 0 ? {marked: [start, end] as const} : {}),
    rows: files.map(({step}) => `step ${step}`),
    strips: [
      {label: "start logit", values: starts},
      {label: "end logit", values: ends},
    ],
    note: "framed: the right answer   blue: more likely the start or the end   orange: less likely",
  }).png;
}

async function gathered(folder: string, names: readonly string[]): Promise<readonly [Float32Array, Float32Array]> {
  const rows: [Float32Array, Float32Array][] = [];
  for (const name of names) {
    const arrays = safetensors(await readFile(join(folder, name)));
    const of = (array: string) => new Float32Array(new Uint8Array(arrays.get(array)?.bytes ?? []).buffer);
    rows.push([of("start"), of("end")]);
  }
  const joined = (n: 0 | 1) => Float32Array.from(rows.flatMap((row) => [...row[n]]));
  return [joined(0), joined(1)];
}
