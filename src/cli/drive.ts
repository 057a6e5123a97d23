import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {ShownEvent} from "../pipeline/run/events";
import type {ReportServer} from "../report/serve";
import {FAILED} from "./exit-codes";
import {collectSeldom} from "./heap";
import {interruptible} from "./interruptible";
import {jsonProgress} from "./json-events";
import {pageFlagsOf} from "./page-flags";
import {progressOf} from "./progress";
import {openIfAsked, servedPage} from "./served";
import {complain, say} from "./terminal";

/**
 * Shows a run until it ends or the user presses Ctrl-C. The first Ctrl-C stops it after the current work, a second one
 * at once.
 *
 * @param events Makes the events of a run or a watch; the signal is the user's Ctrl-C.
 * @param early What to tell the user who presses Ctrl-C before the run has begun.
 * @returns The exit code. It is also 1 if the run is kept but something in it failed, or a file could not be read or
 * made.
 */
export async function driveEvents(
  events: (signal: AbortSignal) => AsyncIterable<ShownEvent>,
  given: {readonly [flag: string]: unknown},
  early: string,
): Promise<number> {
  const page = pageFlagsOf(given);
  const isJson = given.json === true;
  const isSilent = given.quiet === true || isJson;
  const progress = isJson ? jsonProgress() : progressOf({quiet: isSilent, verbose: given.verbose === true});
  const interrupt = interruptible({stopping: progress.stopping, drawn: progress.stop});
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
      await aborted(interrupt.signal); // the page is served until Ctrl-C
    else if (folder && !failed.has("report")) {
      await openIfAsked(page, pathToFileURL(join(folder, "report.html")).href);
    }
  } catch (error) {
    if (!(interrupt.signal.aborted && error === interrupt.signal.reason)) throw error;
    progress.stop();
    complain(early);
    interrupt.exit(); // at once, because otherwise it would wait for a picture that is being decoded
  } finally {
    progress.stop();
    interrupt.end();
    await server?.close();
  }
  if (stopped) return interrupt.code();
  return failed.size > 0 ? FAILED : 0;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), {once: true}));
}
