import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";

import {decayFit} from "../../numbers/decay-fit";
import {
  type KeptQuestion,
  type Look,
  readAnswers,
  readFacts,
  readLooks,
  readQuestions,
  readTracked,
} from "../../pipeline/qa/files";
import {phaseChange} from "../../pipeline/qa/phase";
import {evenStops} from "../client/stops";
import {type Packer, packer} from "../packer";
import type {ReaderFile, ShownTracked} from "./reader-file";

/** About the most bytes of attention and of node values, each, that a page carries: fewer stops of a larger reader. */
const BUDGET = 12e6;
/** A page carries so many looks at most. */
const STOPS = 120;

/**
 * The results of a reader's run in the form that its page needs.
 *
 * @throws UserError if the folder holds none, or a file is damaged.
 */
export async function gatherReader(
  folder: string,
): Promise<{readonly file: ReaderFile; readonly parts: readonly Uint8Array[]}> {
  const {name, startedAt, isHeldOut = true, noAnswer = null, options} = await readFacts(folder);
  const all = await readLooks(folder);
  const questions = await readQuestions(folder);
  const {controls, phase} = await outcomeOf(folder, all);
  const stops = evenStops(all.length - 1, STOPS, phase ? placesOf(all, [phase.from, phase.to]) : []);
  const looks = all.length ? stops.map((stop) => all[stop]) : [];
  const pack = packer();
  const batchLosses = all.flatMap((look) => look.batchLosses);
  const fit = decayFit(batchLosses.map((loss, n) => [n + 1, loss] as const));
  const kept = phase ? placesOf(looks, [phase.from, phase.to]) : [];
  const tracked: ShownTracked[] = [];
  let outputs: ReaderFile["outputs"] = looks.map(() => null);
  for (const [n, {question: place}] of (looks[0]?.tracked ?? []).entries()) {
    const one = await packTracked(folder, place, looks, questions[place], kept, pack);
    tracked.push({...one.shown, losses: looks.map((look) => look.tracked[n].loss)});
    if (n === 0) outputs = one.outputs;
  }
  const answers = await Promise.all(looks.map(({step}) => readAnswers(folder, step)));
  const file: ReaderFile = {
    ...{name, startedAt, isHeldOut, options: {...options}, fit: fit ?? null, phase, controls, tracked, outputs},
    steps: looks.map(({step}) => step),
    noAnswer,
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

async function packTracked(
  folder: string,
  place: number,
  looks: readonly Look[],
  question: KeptQuestion,
  kept: readonly number[],
  pack: Packer,
) {
  const {tokens = [], right = [0, 0] as const} = question.tracked ?? {};
  const lists: {[name: string]: ShownTracked["start"][number][]} = {};
  const attention: ShownTracked["attention"][number][] = [];
  let heavy: {readonly maps: ReadonlySet<number>; readonly nodes: ReadonlySet<number>} | undefined;
  for (const [stop, {step}] of looks.entries()) {
    const arrays = await readTracked(folder, step, place);
    const layers = [...(arrays?.keys() ?? [])].filter((name) => name.startsWith("attention."));
    const sizeOf = (names: readonly string[]) =>
      names.reduce((sum, name) => sum + (arrays?.get(name)?.values.length ?? 0), 0);
    const nodes = ["context.first", "context.last", "output.last"];
    if (arrays && !heavy) {
      const within = (bytes: number) => new Set(evenStops(looks.length - 1, Math.max(4, BUDGET / bytes), kept));
      heavy = {maps: within(sizeOf(layers)), nodes: within(4 * sizeOf(nodes))};
    }
    const add = (name: string, isCarried = true) => {
      const found = isCarried ? arrays?.get(name) : undefined;
      lists[name] = [...(lists[name] ?? []), found ? pack.add(shortened(found.values), found.shape) : null];
    };
    for (const name of ["start", "end", "words.gradients", "words.lime", "head.slopes", "qa_outputs.weight"]) add(name);
    for (const name of nodes) add(name, heavy?.nodes.has(stop));
    const maps = heavy?.maps.has(stop)
      ? layers.map((_, layer) => {
          const {values, shape} = arrays?.get(`attention.${layer}`) ?? {values: new Float32Array(0), shape: [0]};
          return pack.add(
            Uint8Array.from(values, (share) => Math.round(255 * share)),
            shape,
            1 / 255,
          );
        })
      : null;
    attention.push(maps);
  }
  const shown: Omit<ShownTracked, "losses"> = {
    ...{place, tokens, right, attention},
    ...{start: lists.start, end: lists.end, gradients: lists["words.gradients"], lime: lists["words.lime"]},
    ...{slopes: lists["head.slopes"], first: lists["context.first"], last: lists["context.last"]},
    output: lists["output.last"],
  };
  return {shown, outputs: lists["qa_outputs.weight"] as ReaderFile["outputs"]};
}

/** To 12 binary places, which packs well: what a picture needs. */
function shortened(values: Float32Array): Float32Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] + 0x800) & 0xfffff000;
  return new Float32Array(bits.buffer);
}
