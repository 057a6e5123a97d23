import type {Figure} from "../plots/figure";
import {resolveOptions} from "./options";
import {probes} from "./probes/index";
import {fork} from "./random";
import type {RunDirectory} from "./record/run-directory";
import type {RunEvent} from "./run-events";
import type {Probe, ProbeContext} from "./types";

/** Given values by probe name, e.g. `{saliency: {mode: "exigo"}}`. */
export type ProbeOptions = {readonly [probe: string]: {readonly [name: string]: unknown}};

export interface ChosenProbe {
  readonly probe: Probe;
  readonly values: object;
}

/** The probes that `--probes` names, each with its options checked. */
export function chooseProbes(names: string, given: ProbeOptions): readonly ChosenProbe[] {
  const wanted =
    names === "all" ? probes : names === "none" ? [] : probes.filter(({name}) => names.split(",").includes(name));
  return wanted.map((probe) => ({
    probe,
    values: resolveOptions(probe.options, given[probe.name] ?? {}, `--${probe.name}.`),
  }));
}

/**
 * Runs one probe and keeps what it gives. One that throws does not cost the run: the error is told, and returned to be
 * kept. A file that cannot be written does. Broken off, it ends after the artifact at hand.
 *
 * @param figures Where the pictures go, by "probe/name".
 */
export async function* probeOnce(
  {probe, values}: ChosenProbe,
  context: Omit<ProbeContext, "random" | "previous" | "say">,
  directory: RunDirectory,
  seed: number,
  figures: {[name: string]: Figure},
  signal?: AbortSignal,
): AsyncGenerator<RunEvent, Error | undefined> {
  const said: string[] = [];
  const {epoch} = context;
  const own: ProbeContext = {
    ...context,
    random: fork(seed, probe.name, epoch),
    previous: (name) => directory.previousArtifact(epoch, probe.name, name),
    say: (line) => said.push(`${probe.name}: ${line}`),
  };
  yield {type: "probe", epoch, probe: probe.name};
  const artifacts = probe.run(own, values)[Symbol.asyncIterator]();
  let failure: Error | undefined;
  while (!failure && !signal?.aborted) {
    const next = await artifacts.next().catch((error: Error) => {
      failure = error;
    });
    for (const line of said.splice(0)) yield {type: "say", line};
    if (!next || next.done) break;
    figures[`${probe.name}/${next.value.name}`] = await directory.writeArtifact(epoch, probe.name, next.value);
  }
  if (failure) yield {type: "failure", probe: probe.name, error: failure};
  yield {type: "probed", epoch, probe: probe.name};
  return failure;
}
