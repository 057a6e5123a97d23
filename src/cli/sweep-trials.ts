import {join} from "node:path";

import {UserError} from "../nouns/options";
import {writeWhole} from "../pipeline/record/write-whole";
import type {RunOptions} from "../pipeline/run/options";
import {chooseProbes} from "../pipeline/run/probe-once";
import type {SweepRun} from "../pipeline/sweep";
import type {ErrorTrials} from "../pipeline/trials/types";

/** The part of a sweep's outcome that only a sweep over sizes has. */
export interface ShownTrials {
  readonly trials: ErrorTrials;
  readonly page: string;
  readonly lines: readonly string[];
}

/**
 * Checks that error trials can be made of a sweep, before its first run begins: they are made from the answers that the
 * probe "confusion" keeps.
 *
 * @throws UserError if the runs differ in size, but do not keep them.
 */
export async function checkTrials(grid: readonly SweepRun[], options: readonly RunOptions[]): Promise<void> {
  const {sizeFlags}: typeof import("../pipeline/trials/curves") = require("../pipeline/trials/curves");
  if (sizeFlags(grid).length === 0) return;
  for (const {probes} of options) {
    if (chooseProbes(probes, {}).some(({probe}) => probe.name === "confusion")) continue;
    throw new UserError(
      `--probes: expected confusion among them, for the error trials, got "${probes}"; --no-trials leaves these out`,
      {code: "BAD_OPTION"},
    );
  }
}

/**
 * Makes the error trials of a sweep whose runs differ in how much they learn from, or in their width or depth.
 *
 * @returns Undefined if they do not.
 */
export async function trialsOf(
  name: string,
  grid: readonly SweepRun[],
  options: readonly RunOptions[],
  say: (line: string) => void,
): Promise<ShownTrials | undefined> {
  const {sizeFlags}: typeof import("../pipeline/trials/curves") = require("../pipeline/trials/curves");
  if (sizeFlags(grid).length === 0) return undefined;
  const {errorTrials}: typeof import("../pipeline/trials") = require("../pipeline/trials");
  const {trialsPage}: typeof import("../report/trials/page") = require("../report/trials/page");
  const {trialLines}: typeof import("../report/trials/words") = require("../report/trials/words");
  const making = errorTrials(name, grid, options);
  for (;;) {
    const {done, value} = await making.next();
    if (!done) {
      say(value.line);
      continue;
    }
    const {folder, trials, pictures} = value;
    const page = join(folder, "report.html");
    await writeWhole(page, trialsPage(trials, pictures));
    return {
      trials,
      page,
      lines: [...trialLines(trials), "", `page    ${page}`, `ledger  ${join(folder, "ledger.csv")}`],
    };
  }
}
