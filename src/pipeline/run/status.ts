import {openRunDirectory, type RunDirectory} from "../record/run-directory";
import type {RunEvent} from "./events";

/**
 * Passes a run's events on, and writes how it stands into its folder: that it runs, and in the end that it is done, was
 * interrupted, or failed and why. Who stops listening has interrupted it. What a killed process leaves says that it runs.
 *
 * @param begun The run's folder, if it is there before the run has said that it starts: it may fail in between.
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
        await directory?.writeStatus(status); // before it is told: who listens may look there
      }
      yield event;
    }
  } catch (error) {
    hasFailed = true;
    directory ??= begun();
    // a disk that takes nothing more takes no status either: the first error is the one to tell
    await directory?.writeStatus("failed", (error as Error).message).catch(() => undefined);
    throw error;
  } finally {
    if (!hasFailed && status !== "done") await (directory ?? begun())?.writeStatus(status);
  }
}
