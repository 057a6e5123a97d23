import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";

import {decayFit} from "../../numbers/decay-fit";
import {type Look, readAnswers, readFacts, readLooks, readQuestions} from "../../pipeline/qa/files";
import {keptAt, keptWords} from "../../pipeline/qa/kept-looks";
import {phaseChange} from "../../pipeline/qa/phase";
import {evenStops} from "../client/stops";
import {packer} from "../packer";
import {packTracked} from "./pack-tracked";
import type {ReaderFile, ShownTracked} from "./reader-file";

/** The most bytes of logits and words' weights, of attention and of node values that a page carries of the tracked questions together. */
const ROOM = {light: 36e6, maps: 36e6, nodes: 36e6};
/** The most looks that a page carries. */
const STOPS = 120;

/**
 * The results of a reader's run in the form that its page needs.
 *
 * @throws UserError if the folder has no such run, or if a file is damaged.
 */
export async function gatherReader(
  folder: string,
): Promise<{readonly file: ReaderFile; readonly parts: readonly Uint8Array[]}> {
  const {name, startedAt, isHeldOut = true, noAnswer = null, kept: keeping, options} = await readFacts(folder);
  const all = await readLooks(folder);
  const questions = await readQuestions(folder);
  const {controls, phase} = await outcomeOf(folder, all);
  // only looks that kept logits, if not all did
  const full = all.filter((_, n) => keptAt(keeping, n).light);
  const stops = evenStops(full.length - 1, STOPS, phase ? placesOf(full, [phase.from, phase.to]) : []);
  const looks = full.length ? stops.map((stop) => full[stop]) : [];
  const pack = packer();
  const batchLosses = all.flatMap((look) => look.batchLosses);
  const fit = decayFit(batchLosses.map((loss, n) => [n + 1, loss] as const));
  const kept = phase ? placesOf(looks, [phase.from, phase.to]) : [];
  const tracked: ShownTracked[] = [];
  let outputs: ReaderFile["outputs"] = looks.map(() => null);
  const asked = looks[0]?.tracked ?? [];
  const room = {...ROOM};
  for (const [n, {question: place}] of asked.entries()) {
    const inside = looks.flatMap((look, stop) => (keptAt(keeping, all.indexOf(look)).inside > n ? [stop] : []));
    const of = {folder, place, question: questions[place], looks, inside, phase: kept, isFirst: n === 0};
    const one = await packTracked(of, pack, room, asked.length - n);
    if (!one) break;
    tracked.push({...one.shown, losses: looks.map((look) => look.tracked[n].loss)});
    if (n === 0) outputs = one.outputs;
  }
  const answers = await Promise.all(looks.map(({step}) => readAnswers(folder, step)));
  const file: ReaderFile = {
    ...{name, startedAt, isHeldOut, options: {...options}, fit: fit ?? null, phase, controls, tracked, outputs},
    steps: looks.map(({step}) => step),
    noAnswer,
    notKept: [...(keeping ? [keptWords(keeping, asked.length)] : []), ...notShown(tracked, asked.length, looks)],
    looks: looks.map(({epoch, trainLoss, loss, exactMatch, f1, exactByTwoArgMaxes, unanswerable}) => {
      return {epoch, trainLoss, loss, exactMatch, f1, exactByTwoArgMaxes, ...(unanswerable ? {unanswerable} : {})};
    }),
    batchLosses: pack.add(Float32Array.from(batchLosses), [batchLosses.length]),
    questions: questions.map(({question, context, answers: golds}) => ({question, context, answers: golds})),
    answers: answers.map((list) => {
      if (!list) return null;
      const values = list.flatMap(([from, to, probability]) => [from, to, Math.round(10_000 * probability)]);
      return pack.add(Uint32Array.from(values), [list.length, 3]);
    }),
  };
  return {file, parts: pack.parts};
}

const placesOf = (looks: readonly Look[], steps: readonly number[]) =>
  steps.map((step) => looks.findIndex((look) => look.step === step)).filter((place) => place >= 0);

/** The outcome at the end; for a run that still trains, the phase change so far. */
async function outcomeOf(folder: string, looks: readonly Look[]): Promise<Pick<ReaderFile, "controls" | "phase">> {
  const path = join(folder, "outcome.json");
  if (existsSync(path)) return JSON.parse(await readFile(path, "utf8")) as Pick<ReaderFile, "controls" | "phase">;
  return {controls: null, phase: phaseChange(looks.map(({step, f1}) => ({step, value: f1}))) ?? null};
}

/** Says which parts of the files in tracked/ the page leaves out, because it would become too large. */
function notShown(tracked: readonly ShownTracked[], asked: number, looks: readonly Look[]): string[] {
  const without = tracked.filter(({attention}) => looks.length > 0 && attention.every((maps) => maps === null)).length;
  return [
    ...(tracked.length < asked ? [`this page shows ${tracked.length} of ${asked} tracked questions`] : []),
    ...(without > 0 ? [`this page has no attention maps for ${without} of ${asked} tracked questions`] : []),
  ];
}
