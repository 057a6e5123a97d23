import {basename} from "node:path";

import {readFacts, readLooks} from "./files";

/** What the published tables call the state of a network: architecture, steps, data. */
export async function stateOf(run: string): Promise<string> {
  const {options} = await readFacts(run);
  const steps = (await readLooks(run)).at(-1)?.step ?? 0;
  return `bert${options.from ? "" : "-NoPretrain"}-${steps}-${options.data ? basename(options.data) : "made"}`;
}
