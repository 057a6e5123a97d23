import {realpath} from "node:fs/promises";
import {createInterface} from "node:readline/promises";

import {UserError} from "../nouns/options";
import {removeReader, removeRun} from "../pipeline/record/remove-run";
import {type RunNotes, readNotes, writeNotes} from "../pipeline/record/run-notes";
import {runPath} from "../pipeline/record/run-reference";
import {upgradeRun} from "../pipeline/record/upgrade-run";
import {readerIn} from "./readers";
import {here} from "./run-places";
import type {RunsGiven} from "./runs-given";
import {say, sayDocument} from "./terminal";

/** Does `runs remove`: on a terminal it asks first, unless `--yes` is given. */
export async function removeRuns({save, names, yes, quiet, json}: RunsGiven): Promise<number> {
  if (names.length === 0) throw wrong("runs remove: expected a run, got none");
  const readers: string[] = [];
  const runs: string[] = [];
  for (const name of names) {
    const reader = await readerIn(save, name);
    if (reader === undefined) runs.push(await realPath(save, name));
    else readers.push(await realpath(reader));
  }
  const paths = [...new Set([...readers, ...runs])];
  if (!yes && !(await isAgreed(paths))) {
    if (json) sayChanges(paths.map((run) => ({run, done: "nothing"})));
    else say("nothing was removed");
    return 0;
  }
  for (const path of paths) {
    await (readers.includes(path) ? removeReader : removeRun)(save, path);
    if (!quiet && !json) say(`removed ${here(path)}`);
  }
  if (json) sayChanges(paths.map((run) => ({run, done: "removed"})));
  return 0;
}

async function isAgreed(paths: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY) throw wrong("runs remove: expected --yes where nobody can be asked, got none");
  const asking = createInterface({input: process.stdin, output: process.stderr});
  try {
    const answer = await asking.question(
      `Remove ${paths.map(here).join(", ")} and ${paths.length === 1 ? "its" : "their"} logs? [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

/** Does `runs upgrade`: converts runs of format 1 to format 2. */
export async function upgradeRuns({save, names, quiet, json}: RunsGiven): Promise<number> {
  const changes: Change[] = [];
  for (const name of names.length > 0 ? names : ["latest"]) {
    const path = await realPath(save, name);
    const isNew = await upgradeRun(path);
    changes.push({run: path, done: isNew ? "upgraded" : "nothing"});
    if (!quiet && !json) say(isNew ? `upgraded ${here(path)}` : `${here(path)} has today's format already`);
  }
  if (json) sayChanges(changes);
  return 0;
}

/** Does `runs tag RUN TAG…`: adds tags, or removes them with `--delete`; without tags it prints them. */
export async function tagRun({save, names: [name, ...tags], quiet, json, ...given}: RunsGiven): Promise<number> {
  const empty = tags.find((tag) => tag.trim() === "" || /\s/.test(tag));
  if (empty !== undefined) throw wrong(`runs tag: expected tags without spaces, got ${JSON.stringify(empty)}`);
  const {tags: all, path} = await changed(save, name, tags.length > 0, (notes) => ({
    ...notes,
    tags: given.delete ? notes.tags.filter((tag) => !tags.includes(tag)) : [...notes.tags, ...tags],
  }));
  const after = [...new Set(all)].sort();
  if (json) sayChanges([{run: path, done: tags.length > 0 ? "tagged" : "nothing", tags: after}]);
  else if (!quiet) say(after.join(" ") || "no tags");
  return 0;
}

/** Does `runs note RUN TEXT`: replaces the run's note; without a text it prints the note. */
export async function noteRun({save, names: [name, ...words], quiet, json}: RunsGiven): Promise<number> {
  const {note, path} = await changed(save, name, words.length > 0, (notes) => ({...notes, note: words.join(" ")}));
  if (json) sayChanges([{run: path, done: words.length > 0 ? "noted" : "nothing", note}]);
  else if (!quiet) say(note || "no note");
  return 0;
}

async function changed(
  save: string,
  name: string | undefined,
  isWritten: boolean,
  change: (notes: RunNotes) => RunNotes,
): Promise<RunNotes & {readonly path: string}> {
  if (name === undefined) throw wrong("runs: expected a run, then what to write, got nothing");
  const path = await realPath(save, name);
  const before = await readNotes(path);
  if (!isWritten) return {...before, path};
  const after = change(before);
  await writeNotes(path, after);
  return {...after, path};
}

/** The change that was made to a run. */
interface Change {
  readonly run: string;
  readonly done: "removed" | "upgraded" | "tagged" | "noted" | "nothing";
  readonly tags?: readonly string[];
  readonly note?: string;
}

function sayChanges(runs: readonly Change[]): void {
  sayDocument({schema: "epochscope/runs-change/1", runs});
}

/** The real path of the run, even if the name is a link to it, such as `latest`. */
async function realPath(save: string, name: string): Promise<string> {
  return realpath(await runPath(save, name));
}

function wrong(message: string): UserError {
  return new UserError(message, {code: "BAD_OPTION"});
}
