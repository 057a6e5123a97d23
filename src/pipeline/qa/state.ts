import {basename} from "node:path";

import {readFacts, readLooks} from "./files";

/** The state of a network as published tables name it: architecture, steps, data. */
export async function stateOf(run: string): Promise<string> {
  const {options} = await readFacts(run);
  const steps = (await readLooks(run)).at(-1)?.step ?? 0;
  return `bert${options.from ? "" : "-NoPretrain"}-${steps}-${options.data ? basename(options.data) : "made"}`;
}
