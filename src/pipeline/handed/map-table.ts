import {createReadStream} from "node:fs";
import {resolve} from "node:path";
import {resolveOptions, UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import type {Say} from "../jobs/jobs";
import type {TableQuestion} from "../jobs/table-question";
import {mapOfTable, type TableMap} from "../project";
import {type ProjectFile, projectOptions} from "../project-options";
import {decode, encode} from "../record/artifact-codec";
import {programVersions} from "../record/environment";
import {isInside} from "../record/is-inside";
import {sha256, sha256Of} from "../record/seal";

/** The question for the map of a table. @throws UserError if the table cannot be read. */
export async function tableQuestion(path: string, {out: _, ...settings}: ProjectFile): Promise<TableQuestion> {
  const table = resolve(path);
  const digest = await fileDigest(table);
  return {run: table, subject: {kind: "map/1", table, digest, settings: {...settings}, ...programVersions()}};
}

/** The name that a map's task has. */
export function tableId({subject}: Pick<TableQuestion, "subject">): string {
  return sha256(JSON.stringify(subject));
}

/**
 * Makes the map of a table.
 *
 * @returns The map as bytes; `tableMapOf` reads them.
 * @throws UserError if the table is not one that may be read, or has changed since the question was asked.
 */
export async function mapTable({subject, reads}: TableQuestion, say: Say): Promise<Uint8Array> {
  const {table, digest, settings} = subject;
  if (reads && !reads.some((folder) => isInside(folder, table))) {
    const where = reads.join(", ");
    throw new UserError(
      `${table}: expected a table in a folder that this worker may read (${where}), got another; start the worker with --reads FOLDER`,
    );
  }
  const got = await fileDigest(table);
  if (got !== digest) throw new UserError(`${table}: expected a table of SHA-256 ${digest}, got ${got}`);
  return tableMapBytes(await mapOfTable(table, resolveOptions(projectOptions, settings, "--"), say));
}

/** JSON has no NaN and no infinity: such a figure stands as an array of one number. */
function tableMapBytes({points, ...facts}: TableMap): Uint8Array {
  const figures = Object.entries(facts).map(([name, value]) => {
    const isOdd = typeof value === "number" && !Number.isFinite(value);
    return [name, isOdd ? Float64Array.of(value) : value];
  });
  return Buffer.from(encode({...Object.fromEntries(figures), points}, "", Number.POSITIVE_INFINITY).json);
}

/** The map that `mapTable` made. */
export function tableMapOf(bytes: Uint8Array): TableMap {
  const none = () => {
    throw new Error("result: expected all arrays in one file, got one in another file");
  };
  const found = decode(Buffer.from(bytes).toString("utf8"), none) as {readonly [name: string]: unknown};
  const facts = Object.entries(found).map(([name, value]) => [name, value instanceof Float64Array ? value[0] : value]);
  return Object.fromEntries(facts) as TableMap; // written by tableMapBytes
}

/** SHA-256 of a table's file; of `data.npz:rows` that of `data.npz`. */
async function fileDigest(table: string): Promise<string> {
  const file = table.replace(/(\.npz):[^/\\:]+$/i, "$1");
  return orUserError(
    file,
    async () => {
      const hash = sha256Of();
      for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
      return hash.digest("hex");
    },
    "read",
  );
}
