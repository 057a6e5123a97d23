import type {Argv} from "yargs";

import {UserError} from "../nouns/options";

/** The flags that say what else happens with a run's page after it was written. */
export interface PageFlags {
  readonly serve: boolean;
  /** The port; 0 means any free one. */
  readonly port: number;
  readonly open: boolean;
  /** Whether to put the best network into the page. */
  readonly pageModel: boolean;
}

/** @param serve The help of `--serve`. */
export function declarePageFlags(cli: Argv, serve: string): void {
  cli.option("serve", {type: "boolean", default: false, describe: serve, group: "Page:"});
  cli.option("port", {
    default: 0,
    requiresArg: true,
    describe: "with --serve: the port; 0: any free one",
    group: "Page:",
  });
  cli.option("open", {type: "boolean", default: false, describe: "open the page in the browser", group: "Page:"});
}

/** @throws UserError if the port is not valid. */
export function pageFlagsOf(given: {readonly [flag: string]: unknown}): PageFlags {
  const port = Number(given.port ?? 0);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw new UserError(`--port: expected a whole number from 0 to 65535, got "${given.port}"`);
  }
  return {serve: given.serve === true, port, open: given.open === true, pageModel: given["page-model"] === true};
}
