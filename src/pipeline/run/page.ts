import type {Jobs} from "../jobs/jobs";
import {writeImageMap, writeMapFilm} from "../record/projection-files";
import type {RunEvent} from "./events";
import {newestOnly} from "./newest-only";
import type {RunOptions} from "./options";

/**
 * Passes a run's events on, and makes what needs several epochs: the page after each epoch while the next one trains
 * (if epochs are shorter than making the page, it skips some), and at the end the sheet and the film of all maps. A
 * failed write does not end the run, because everything here can be made again from files that are kept; it is reported
 * as a failure of "report" or "projection". When "end" comes, all files that it names exist.
 */
export async function* withPage(
  events: AsyncIterable<RunEvent>,
  {probes}: Pick<RunOptions, "probes">,
  jobs: Jobs,
): AsyncGenerator<RunEvent, void> {
  let folder = "";
  let epochs = 0;
  let isShown = false; // whether the page shows the newest epoch
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
      // at the same time as the last map's own picture; the two in this thread run one after the other, which needs
      // less memory
      Promise.all([jobs.ask("mapSheet", folder), writeImageMap(folder).then(() => writeMapFilm(folder))]),
    );
  try {
    for await (const event of events) {
      if (event.type === "start") ({path: folder, epochs} = event);
      if (event.type === "failure") failed.add(event.probe);
      if (event.type === "made" && event.probe === "projection" && event.epoch === epochs) mapped = mapFiles();
      if (event.type === "end") {
        mapped ??= mapFiles(); // a resumed run that had all its epochs already
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
