import type {Probe} from "../types";
import {attention} from "./attention";
import {confusion} from "./confusion";
import {lime} from "./lime";
import {mistakes} from "./mistakes";
import {projection} from "./projection";
import {saliency} from "./saliency";

const known: Probe[] = [confusion, saliency, projection, lime, mistakes, attention];

/** All probes, in the order in which they run. */
export const probes: readonly Probe[] = known;

/** Adds a probe, which then has flags, help and a name in `--probes`: `probes` of epochscope.config.ts. */
export function registerProbe(probe: Probe): void {
  const same = known.findIndex(({name}) => name === probe.name);
  if (same < 0) known.push(probe);
  else known[same] = probe;
}
