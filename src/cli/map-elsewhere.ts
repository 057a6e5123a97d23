import {tableId, tableMapOf, tableQuestion} from "../pipeline/handed/map-table";
import {flow} from "../pipeline/jobs/flow";
import {shownAddress} from "../pipeline/jobs/queue-url";
import type {TableQuestion} from "../pipeline/jobs/table-question";
import type {TableMap} from "../pipeline/project";
import type {ProjectFile} from "../pipeline/project-options";
import {storeOf} from "./store-of";
import {workersOf} from "./workers-of";

/** The queue that gets the task, and the place where its result is kept. */
export interface MapElsewhere {
  readonly url: string;
  readonly store: string;
  /** The folder of results, if `store` names no bucket. */
  readonly results: string;
}

/**
 * Has a worker of a queue make the map of a table. A map that was made before is taken as it is.
 *
 * @param say Takes lines for the user.
 * @throws UserError if the queue does not answer, or the worker may not read the table.
 */
export async function mapElsewhere(
  file: string,
  settings: ProjectFile,
  {url, store, results: folder}: MapElsewhere,
  say: (line: string) => void,
): Promise<TableMap> {
  const question = await tableQuestion(file, settings);
  const results = await storeOf(store, folder);
  const workers = await workersOf(url, {
    ...{kind: "train", results, say},
    idOf: (asked) => tableId(asked as TableQuestion),
  });
  try {
    say(`the map is made by a worker of ${shownAddress(url)}`);
    const shard = {id: tableId(question), named: file, question};
    const ask = () => workers.ask("mapTable", question, {say, named: file});
    for await (const {bytes} of flow([shard], workers, ask, results)) return tableMapOf(bytes);
  } finally {
    await workers.close();
  }
  throw new Error(`${file}: expected a map from the queue, got none`); // flow yields a result, or throws
}
