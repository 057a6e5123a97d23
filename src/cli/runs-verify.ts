import {execFile} from "node:child_process";
import {promisify} from "node:util";

import {UserError} from "../nouns/options";
import {inOneLine} from "../nouns/system-errors";
import {runPath} from "../pipeline/record/run-reference";
import {type Check, verifyRun} from "../pipeline/record/verify-run";
import {VERDICT_NO} from "./exit-codes";
import {readerIn} from "./readers";
import type {RunsGiven} from "./runs-given";
import {PYTHON_CHECKS} from "./runs-verify-python";
import {paint, say, sayDocument} from "./terminal";

/** Does `runs verify`: prints a line for each thing that is wrong, and how much was checked. */
export async function verifyRuns({save, names, python, json, quiet}: RunsGiven): Promise<number> {
  const all: (Check & {readonly run: string})[] = [];
  for (const name of names.length > 0 ? names : ["latest"]) {
    const reader = await readerIn(save, name);
    if (reader !== undefined) {
      const {verifyReader}: typeof import("../pipeline/qa/verify-reader") = require("../pipeline/qa/verify-reader");
      for await (const check of verifyReader(reader)) all.push({run: reader, ...check});
      continue;
    }
    const path = await runPath(save, name);
    for await (const check of verifyRun(path)) all.push({run: path, ...check});
    if (python !== "") for (const check of await byPython(python, path)) all.push({run: path, ...check});
  }
  const wrong = all.filter(({ok}) => !ok);
  if (json) sayDocument({schema: "epochscope/checks/1", ok: wrong.length === 0, checks: all});
  else {
    for (const {run, name, expected, got, hint} of wrong) {
      say(`${paint.red("wrong")}  ${run}, ${name}: expected ${expected}, got ${got}${hint ? `; ${hint}` : ""}`);
    }
    if (!quiet) {
      const count = all.length.toLocaleString("en");
      say(
        wrong.length === 0
          ? `${paint.green("right")}  all ${count} checks`
          : `${wrong.length} of ${count} checks are wrong`,
      );
    }
  }
  return wrong.length === 0 ? 0 : VERDICT_NO;
}

/** Computes the numbers again with scikit-learn. @throws UserError if this Python cannot do it. */
async function byPython(python: string, path: string): Promise<Check[]> {
  try {
    const {stdout} = await promisify(execFile)(python, ["-c", PYTHON_CHECKS, path], {maxBuffer: 1e8});
    return JSON.parse(stdout) as Check[]; // printed by the script
  } catch (error) {
    const {stderr = "", message} = error as {stderr?: string; message: string};
    const last = stderr.trim().split("\n").at(-1) || inOneLine(new Error(message));
    throw new UserError(`--python: expected a Python with numpy and scikit-learn, got ${python}: ${last}`, {
      cause: error,
    });
  }
}
