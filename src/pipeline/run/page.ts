import type {Jobs} from "../jobs/jobs";
import {writeImageMap, writeMapFilm} from "../record/projection-files";
import type {RunEvent} from "./events";
import {newestOnly} from "./newest-only";
import type {RunOptions} from "./options";

/**
 * Passes a run's events on, and makes what all epochs give together: the page after each epoch, while the next one trains
 * (where epochs are shorter than the page takes, not after each), and at the end the sheet and the film of all maps. What
 * cannot be written does not cost the run, since it is made from what is kept; it is told as a failure of "report" or
 * "projection". When "end" comes, everything that it names is there.
 */
export async function* withPage(
  events: AsyncIterable<RunEvent>,
  {probes}: Pick<RunOptions, "probes">,
  jobs: Jobs,
): AsyncGenerator<RunEvent, void> {
  let folder = "";
  let epochs = 0;
  let isShown = false; // whether the page has all that there is
  let mapped: Promise<boolean> | undefined;
  const failed = new Set<string>();
  const failures: RunEvent[] = [];
  const kept = async (probe: string, write: () => Promise<unknown>): Promise<boolean> => {
    try {
      await write();
      return true;
    } catch (error) {
      failed.add(probe);
      failures.push({type: "failure", probe, error: error as Error});
      return false;
    }
  };
  const report = newestOnly(() => kept("report", () => jobs.ask("report", folder)));
  const hasMaps = probes === "all" || probes.split(",").includes("projection");
  const mapFiles = async () =>
    !hasMaps ||
    kept("projection", () =>
      // beside the last map's own picture; those of this thread one after the other: that holds less
      Promise.all([jobs.ask("mapSheet", folder), writeImageMap(folder).then(() => writeMapFilm(folder))]),
    );
  try {
    for await (const event of events) {
      if (event.type === "start") ({path: folder, epochs} = event);
      if (event.type === "failure") failed.add(event.probe);
      if (event.type === "made" && event.probe === "projection" && event.epoch === epochs) mapped = mapFiles();
      if (event.type === "end") {
        mapped ??= mapFiles(); // a run gone on with that had all its epochs
        if (!isShown) report.ask();
        await Promise.all([mapped, report.done()]);
        yield* failures.splice(0);
        yield failed.size > 0 ? {...event, lacking: [...failed]} : event;
        continue;
      }
      yield* failures.splice(0);
      yield event;
      if (event.type === "kept") {
        report.ask();
        isShown = true;
      }
    }
  } finally {
    await Promise.all([mapped, report.done()]);
  }
  yield* failures;
}
