import {askIndex, type Indexed} from "./index-file";
import {COLUMNS} from "./tables";
import {columnOf, parseWhere} from "./where";

/** A run in the form of the index: the columns of `runs`, and its tags. */
export interface IndexedRun {
  readonly [column: string]: string | number | null | readonly string[] | readonly [low: number, high: number];
  readonly tags: readonly string[];
  /** Wilson's 95 % interval of the best epoch's test accuracy; null if there is none. */
  readonly test_interval95: readonly [low: number, high: number] | null;
}

export interface ListChoices {
  /** A condition (`parseWhere`); "" for all runs. */
  readonly where: string;
  /** A column, followed by ":asc" or ":desc"; "" means that the newest run comes first. */
  readonly sort: string;
  /** The most runs that are listed. */
  readonly limit: number;
}

/** The columns whose smallest value is the best. */
const LEAST_FIRST = new Set([
  "name",
  "data",
  "model",
  "engine",
  "kind",
  "status",
  "validation_loss",
  "test_loss",
  "seed",
]);

/** The intervals of all runs' best epochs. */
const OF_BEST =
  "SELECT run, wilson_low, wilson_high FROM model_efficacy JOIN runs ON runs.name = run WHERE model_type_state = model || '-' || data || '-' || best_epoch";

/** The runs in `save` for which a condition is true. @throws UserError if it is not understood. */
export async function listRuns(save: string, {where, sort, limit}: ListChoices): Promise<Indexed<IndexedRun[]>> {
  const condition = where.trim() === "" ? undefined : parseWhere(where);
  const order = orderOf(sort);
  const columns = COLUMNS.map((column) => `runs.${column}`).join(", ");
  const sql = `SELECT ${columns} FROM runs ${condition ? `WHERE ${condition.sql}` : ""} ORDER BY ${order} LIMIT ?`;
  return askIndex(save, (database) => {
    const tags = new Map<string, string[]>();
    for (const {run, tag} of database.all("SELECT run, tag FROM tags ORDER BY tag")) {
      tags.set(`${run}`, [...(tags.get(`${run}`) ?? []), `${tag}`]);
    }
    const intervals = new Map<string, readonly [low: number, high: number]>();
    for (const {run, wilson_low, wilson_high} of database.all(OF_BEST)) {
      intervals.set(`${run}`, [Number(wilson_low), Number(wilson_high)]);
    }
    const rows = database.all(sql, [...(condition?.values ?? []), limit]);
    return rows.map((row) => {
      const name = `${row.name}`;
      // the columns asked for, and these two
      return {...row, test_interval95: intervals.get(name) ?? null, tags: tags.get(name) ?? []} as IndexedRun;
    });
  });
}

function orderOf(sort: string): string {
  if (sort === "") return "runs.started_at DESC, runs.name";
  const [, name, way] = /^(.*?)(?::(asc|desc))?$/s.exec(sort) as RegExpExecArray; // matches anything
  const column = columnOf(name, "--sort");
  const direction = way ?? (LEAST_FIRST.has(column) ? "asc" : "desc");
  return `runs.${column} ${direction === "asc" ? "ASC" : "DESC"} NULLS LAST, runs.name`;
}
