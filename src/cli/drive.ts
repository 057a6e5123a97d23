import {join} from "node:path";
import {pathToFileURL} from "node:url";

import type {RunEvent} from "../pipeline/run/events";
import type {ReportServer} from "../report/serve";
import {BY_SIGNAL, FAILED} from "./exit-codes";
import {collectSeldom} from "./heap";
import {jsonProgress} from "./json-events";
import {pageFlagsOf} from "./page-flags";
import {progressOf} from "./progress";
import {openIfAsked, servedPage} from "./served";
import {complain, say} from "./terminal";

/**
 * Shows a run as it goes, to its end or to the user's Ctrl-C: the first stops after the work at hand, a second at once.
 *
 * @param events Of a run that trains, or of one that watches; the signal is the user's Ctrl-C.
 * @param early What the user is told who breaks off before it has begun.
 * @returns The exit code: 1 also for a run that is kept, but in which something failed or a file could not be read or made.
 */
export async function driveEvents(
  events: (signal: AbortSignal) => AsyncIterable<RunEvent>,
  given: {readonly [flag: string]: unknown},
  early: string,
): Promise<number> {
  const page = pageFlagsOf(given);
  const isJson = given.json === true;
  const isSilent = given.quiet === true || isJson;
  const progress = isJson ? jsonProgress() : progressOf({quiet: isSilent, verbose: given.verbose === true});
  const interrupt = new AbortController();
  let interrupted: number = BY_SIGNAL.SIGINT;
  const onSignal = (signal: keyof typeof BY_SIGNAL) => {
    interrupted = BY_SIGNAL[signal];
    if (interrupt.signal.aborted) {
      progress.stop(); // or the terminal would be left without its cursor
      process.exit(interrupted);
    }
    interrupt.abort();
    progress.stopping();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  let folder = "";
  let server: ReportServer | undefined;
  collectSeldom();
  const failed = new Set<string>();
  let stopped = false;
  try {
    for await (const event of events(interrupt.signal)) {
      progress.show(event);
      if (event.type === "failure") failed.add(event.probe);
      if (event.type === "refused") failed.add("a checkpoint");
      if (event.type === "start") {
        folder = event.path;
        if (page.serve) server = await servedPage(folder, page, isSilent ? () => {} : say);
      }
    }
    if (interrupt.signal.aborted) stopped = true;
    else if (server)
      await aborted(interrupt.signal); // the page stays until Ctrl-C
    else if (folder && !failed.has("report")) {
      await openIfAsked(page, pathToFileURL(join(folder, "report.html")).href);
    }
  } catch (error) {
    if (!(interrupt.signal.aborted && error === interrupt.signal.reason)) throw error;
    progress.stop();
    complain(early);
    process.exit(interrupted); // at once: a picture that is being decoded would be waited for
  } finally {
    progress.stop();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await server?.close();
  }
  if (stopped) return interrupted;
  return failed.size > 0 ? FAILED : 0;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), {once: true}));
}
