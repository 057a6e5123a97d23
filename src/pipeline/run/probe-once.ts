import type {DifferentiableClassifier} from "../../nouns/network";
import {resolveOptions} from "../../nouns/options";
import {ownTurn} from "../../nouns/own-turn";
import {fork} from "../../nouns/random";
import type {Figure} from "../../plots/figure";
import {drawInTurns} from "../../plots/index";
import {probes} from "../probes/index";
import type {RunDirectory} from "../record/run-directory";
import type {Artifact, Probe, ProbeContext} from "../types";
import type {RunEvent} from "./events";

/** Options that the user or a file gives, by probe name, e.g. `{saliency: {mode: "exigo"}}`. */
export type ProbeOptions = {readonly [probe: string]: {readonly [name: string]: unknown}};

export interface ChosenProbe {
  readonly probe: Probe;
  readonly values: object;
  /** The names of the options that the user gave. */
  readonly asked: ReadonlySet<string>;
}

/** For each probe's name, the options that the user gave. */
export type AskedOptions = {readonly [probe: string]: readonly string[]};

/**
 * The probes that `--probes` names, each with its options checked.
 *
 * @param own Additional probes, which are not in the list.
 * @param asked The part of `given` that the user gave. It differs from `given` in a resumed run, which has values for
 * all options.
 */
export function chooseProbes(
  names: string,
  given: ProbeOptions,
  asked?: AskedOptions,
  own: readonly Probe[] = [],
): readonly ChosenProbe[] {
  const wanted =
    names === "all" ? probes : names === "none" ? [] : probes.filter(({name}) => names.split(",").includes(name));
  return [...wanted, ...own].map((probe) => ({
    probe,
    values: resolveOptions(probe.options, given[probe.name] ?? {}, `--${probe.name}.`),
    asked: new Set(asked ? asked[probe.name] : Object.keys(given[probe.name] ?? {})),
  }));
}

/**
 * Keeps the probes that can look at this network, and leaves the others out.
 *
 * @param names The value of `--probes`: if it names a probe that is left out, a note says so.
 */
export function suitedProbes(
  chosen: readonly ChosenProbe[],
  network: DifferentiableClassifier,
  names: string,
): {readonly chosen: readonly ChosenProbe[]; readonly notes: readonly string[]} {
  const suits = ({probe}: ChosenProbe) => probe.suits?.(network) ?? true;
  const asked = names.split(",");
  const notes = chosen
    .filter((one) => !suits(one) && asked.includes(one.probe.name))
    .map(({probe}) => `${probe.name}: left out, this network has nothing that it looks at`);
  return {chosen: chosen.filter(suits), notes};
}

/** An artifact that a probe has not finished yet. */
export interface Unfinished {
  readonly probe: string;
  readonly made: Promise<Artifact>;
  /** Its picture; undefined if none is drawn. */
  readonly drawn: Promise<Figure | undefined>;
  /** Returns the probe's notes to the user since the last call. */
  said(): string[];
}

/** Where a probe's results go. */
export interface Results {
  readonly directory: RunDirectory;
  /** The pictures, by "probe/name". */
  readonly figures: {[name: string]: Figure};
  /** The artifacts that are not finished when the probe itself has ended. */
  readonly unfinished: Unfinished[];
  /** Whether pictures are drawn. For most epochs of a long run, only the numbers are kept. */
  readonly draws: boolean;
  /** The notes that the user has seen in this run, so that a note that holds at every epoch is shown once. */
  readonly told: Set<string>;
}

/**
 * Runs one probe and keeps its results. If the probe throws, or its picture cannot be drawn, the run goes on: the error
 * is reported, and returned so that it is kept. A failed write ends the run. If the user interrupts the run, the probe
 * ends after the current artifact.
 */
export async function* probeOnce(
  {probe, values, asked}: ChosenProbe,
  context: Omit<ProbeContext, "random" | "previous" | "say" | "asked">,
  {directory, figures, unfinished, told, draws}: Results,
  seed: number,
  signal?: AbortSignal,
): AsyncGenerator<RunEvent, Error | undefined> {
  const lines: string[] = [];
  const said = () => lines.splice(0);
  const {epoch} = context;
  const own: ProbeContext = {
    ...context,
    asked,
    random: fork(seed, probe.name, epoch),
    previous: (name) => directory.previousArtifact(epoch, probe.name, name),
    say: (line) => lines.push(`${probe.name}: ${line}`),
  };
  yield {type: "probe", epoch, probe: probe.name};
  const artifacts = probe.run(own, values)[Symbol.asyncIterator]();
  let failure: Error | undefined;
  while (!failure && !signal?.aborted) {
    const next = await artifacts.next().catch((error: Error) => {
      failure = error;
    });
    yield* news(said(), told);
    if (!next || next.done) break;
    if ("later" in next.value) {
      const made = next.value.later;
      const drawn = made.then((artifact) => (draws ? context.jobs.ask("draw", artifact) : undefined));
      drawn.catch(() => undefined); // finishLater reports it
      unfinished.push({probe: probe.name, made, drawn, said});
    } else {
      const artifact = next.value;
      await directory.writeNumbers(epoch, probe.name, artifact);
      await ownTurn(); // drawing a picture takes tens of milliseconds
      const figure = draws ? await drawn(artifact) : undefined;
      await ownTurn();
      if (figure instanceof Error) failure = figure;
      else if (figure) {
        await directory.writePicture(epoch, probe.name, artifact.name, figure);
        figures[`${probe.name}/${artifact.name}`] = figure;
      }
    }
  }
  if (failure) yield {type: "failure", probe: probe.name, error: failure};
  yield {type: "probed", epoch, probe: probe.name};
  return failure;
}

/** The artifact's picture, or the error if it cannot be drawn. */
async function drawn({name, plot, data}: Artifact): Promise<Figure | Error> {
  try {
    return await drawInTurns(plot, data, ownTurn);
  } catch (error) {
    return new Error(`${name}: expected a picture of it, got ${(error as Error).message}`, {cause: error});
  }
}

function* news(lines: readonly string[], told: Set<string>): Generator<RunEvent, void> {
  for (const line of lines) {
    if (told.has(line)) continue;
    told.add(line);
    yield {type: "say", line};
  }
}

/**
 * Waits for an artifact that a probe has not finished, and keeps it as `probeOnce` does.
 *
 * @returns The error, if it failed.
 */
export async function* finishLater(
  {probe, made, drawn, said}: Unfinished,
  epoch: number,
  {directory, figures, told}: Omit<Results, "unfinished" | "draws">,
): AsyncGenerator<RunEvent, Error | undefined> {
  const artifact = yield* orFailure(probe, made, said, told);
  if (artifact instanceof Error) return artifact;
  await directory.writeNumbers(epoch, probe, artifact);
  yield {type: "made", epoch, probe};
  const figure = yield* orFailure(probe, drawn, said, told);
  if (figure instanceof Error || !figure) return figure;
  await directory.writePicture(epoch, probe, artifact.name, figure);
  figures[`${probe}/${artifact.name}`] = figure;
  return undefined;
}

/** Awaits a promise; if it fails, tells the user and returns the error. */
async function* orFailure<T>(
  probe: string,
  promised: Promise<T>,
  said: () => string[],
  told: Set<string>,
): AsyncGenerator<RunEvent, T | Error> {
  try {
    return await promised;
  } catch (error) {
    yield {type: "failure", probe, error: error as Error};
    return error as Error;
  } finally {
    yield* news(said(), told);
  }
}
