import {resolveOptions} from "../../src/nouns/options";
import type {Artifact, Probe, ProbeContext} from "../../src/pipeline/types";

/** All that a probe makes, what comes later too. */
export async function artifactsOf<O extends object>(
  probe: Probe<O>,
  context: ProbeContext,
  given: {readonly [name: string]: unknown} = {},
): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  for await (const made of probe.run(context, resolveOptions(probe.options, given, `--${probe.name}.`))) {
    artifacts.push("later" in made ? await made.later : made);
  }
  return artifacts;
}
