import {openRunDirectory, type RunDirectory} from "../record/run-directory";
import {LockedRun} from "../record/run-lock";
import type {RunEvent} from "./events";

/**
 * Passes a run's events on, and writes the run's status into its folder: first that it runs, at the end that it is
 * done, was interrupted, or failed and why. If the reader of the events stops reading, the run counts as interrupted.
 * After a killed process the status still says that it runs.
 *
 * @param begun The run's folder, if it exists before the "start" event: the run may fail before that.
 */
export async function* withStatus(
  events: AsyncIterable<RunEvent>,
  begun: () => RunDirectory | undefined = () => undefined,
): AsyncGenerator<RunEvent, void> {
  let directory: RunDirectory | undefined;
  let status: "done" | "interrupted" = "interrupted";
  let hasFailed = false;
  try {
    for await (const event of events) {
      if (event.type === "start") {
        directory = openRunDirectory(event.path);
        await directory.writeStatus("running");
      }
      if (event.type === "end") {
        status = "done";
        // written before the event is passed on, because its reader may look at the file
        await directory?.writeStatus(status);
      }
      yield event;
    }
  } catch (error) {
    hasFailed = true;
    if (error instanceof LockedRun) throw error; // another is at it, and says how it stands
    directory ??= begun();
    // a full disk cannot take the status either; the first error is the one to report
    await directory?.writeStatus("failed", (error as Error).message).catch(() => undefined);
    throw error;
  } finally {
    if (!hasFailed && status !== "done") await (directory ?? begun())?.writeStatus(status);
  }
}
