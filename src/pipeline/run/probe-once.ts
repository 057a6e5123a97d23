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

/** Given values by probe name, e.g. `{saliency: {mode: "exigo"}}`. */
export type ProbeOptions = {readonly [probe: string]: {readonly [name: string]: unknown}};

export interface ChosenProbe {
  readonly probe: Probe;
  readonly values: object;
  /** The options that were given. */
  readonly asked: ReadonlySet<string>;
}

/** By probe name, the options that the user gave. */
export type AskedOptions = {readonly [probe: string]: readonly string[]};

/**
 * The probes that `--probes` names, each with its options checked.
 *
 * @param own More probes, which are not in the list.
 * @param asked Those of `given` that the user gave, where others are among them: a run that is gone on with has all.
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
 * The probes that can look at a network; the others are left out.
 *
 * @param names What `--probes` says: who asks for a probe by name is told that it is left out.
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

/** What a probe still makes. */
export interface Unfinished {
  readonly probe: string;
  readonly made: Promise<Artifact>;
  /** Its picture; undefined where none is drawn. */
  readonly drawn: Promise<Figure | undefined>;
  /** Takes what it has told the user since it was last asked. */
  said(): string[];
}

/** Where a probe's results go. */
export interface Results {
  readonly directory: RunDirectory;
  /** The pictures, by "probe/name". */
  readonly figures: {[name: string]: Figure};
  /** What is still made when the probe has ended. */
  readonly unfinished: Unfinished[];
  /** Whether pictures are drawn: of most epochs of a long run the numbers alone are kept. */
  readonly draws: boolean;
  /** Notes that the user has been told in this run: what holds at every epoch is told once. */
  readonly told: Set<string>;
}

/**
 * Runs one probe and keeps what it gives. One that throws, or whose picture cannot be drawn, does not cost the run: the
 * error is told, and returned to be kept. A file that cannot be written ends the run. Broken off, it ends after the artifact at
 * hand.
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
      drawn.catch(() => undefined); // told by finishLater
      unfinished.push({probe: probe.name, made, drawn, said});
    } else {
      const artifact = next.value;
      await directory.writeNumbers(epoch, probe.name, artifact);
      await ownTurn(); // a picture takes tens of milliseconds
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

/** Its picture, or why it cannot be drawn. */
async function drawn({name, plot, data}: Artifact): Promise<Figure | Error> {
  try {
    return await drawInTurns(plot, data, ownTurn);
  } catch (error) {
    return new Error(`${name}: expected to draw it, got ${(error as Error).message}`, {cause: error});
  }
}

function* news(lines: readonly string[], told: Set<string>): Generator<RunEvent, void> {
  for (const line of lines) {
    if (told.has(line)) continue;
    told.add(line);
    yield {type: "say", line};
  }
}

/** Waits for what a probe still makes, and keeps it as `probeOnce` does. @returns Why it failed, if it did. */
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

/** What was promised; why it failed, if it did, and then the user is told. */
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
