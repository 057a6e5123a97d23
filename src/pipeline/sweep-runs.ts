import {dirname, resolve, sep} from "node:path";
import {kebab, type Option, resolveOptions, UserError} from "../nouns/options";
import {probes} from "./probes/index";
import type {RunDirectory} from "./record/run-directory";
import {openSavedRun} from "./record/saved-run";
import {type RunOptions, runOptions} from "./run/options";
import type {SweepRun} from "./sweep";
import {isStale} from "./training/patience";

type OptionsTable = {readonly [name: string]: Option<unknown>};

/** The option that a flag gives. */
function optionCalled(table: object, flag: string): string | undefined {
  return Object.keys(table).find((key) => ((table as OptionsTable)[key].flag ?? kebab(key)) === flag);
}

/**
 * The options of one run: those that all runs share, and the values that this run tries, for `run` itself or for a
 * probe.
 */
export function optionsOf({name, seed, values}: SweepRun, common: {readonly [name: string]: unknown}) {
  const own: {[name: string]: unknown} = {};
  const probeOptions: {[probe: string]: {[name: string]: unknown}} = {};
  for (const [flag, text] of Object.entries(values)) {
    // "vit.width" is a flag of `run`; "lime.samples" is one of a probe
    const isOwn = optionCalled(runOptions, flag) !== undefined;
    const [head, rest] = isOwn ? [flag, undefined] : flag.split(".", 2);
    const probe = rest === undefined ? undefined : probes.find((one) => one.name === head);
    const table = (rest === undefined ? runOptions : probe?.options) as OptionsTable | undefined;
    const option = table && optionCalled(table, rest ?? head);
    if (!table || option === undefined) throw new UserError(`--over: expected a flag of \`run\`, got "${flag}"`);
    const value = Object.hasOwn(table[option].words ?? {}, text)
      ? text
      : parsed(text, typeof table[option].default, `--over ${flag}`);
    if (probe) probeOptions[probe.name] = {...probeOptions[probe.name], [option]: value};
    else own[option] = value;
  }
  return {options: resolveOptions(runOptions, {...common, ...own, name, seed}, "--"), probeOptions};
}

/** The value that a text stands for. @throws UserError if an option of that kind has no such value. */
function parsed(text: string, kind: string, called: string): unknown {
  if (kind === "boolean") {
    if (text !== "true" && text !== "false") throw new UserError(`${called}: expected true or false, got "${text}"`);
    return text === "true";
  }
  if (kind !== "number" || text === "") return text;
  if (Number.isNaN(Number(text))) throw new UserError(`${called}: expected a number, got "${text}"`);
  return Number(text);
}

/** Options that do not change a run's results. */
const OF_NO_EFFECT = new Set(["save", "name", "threads", "dataUrl", "from"]);

/** Options that name files, which a run keeps as absolute paths. Of the data, `resume` checks the digest. */
const PLACES = new Set(["edit", "weights", "model", "columns"]);

/**
 * If one of these options is 0, the data decide the number, and the run keeps it: the same data give the same number.
 */
const LEFT_TO_DATA = new Set(["epochs", "batchSize"]);

/** @throws UserError if a run of that name was made with other options. */
export async function checkSame({path}: RunDirectory, options: {readonly [name: string]: unknown}): Promise<void> {
  const {facts} = await openSavedRun(path);
  // MNIST has its own test images, so that runs from before this option are the same as now
  const isOfNoEffect = (name: string) => OF_NO_EFFECT.has(name) || (name === "testSeed" && options.data === "mnist");
  const other = Object.keys(options).find(
    (name) =>
      !(isOfNoEffect(name) || name === "data" || (LEFT_TO_DATA.has(name) && options[name] === 0)) &&
      name in facts.options &&
      `${facts.options[name]}` !== `${options[name]}` &&
      !(PLACES.has(name) && isPlace(`${facts.options[name]}`, `${options[name]}`, dirname(path))),
  );
  if (other === undefined) return;
  throw new UserError(
    `${facts.name}: expected a run with --${kebab(other)} ${options[other]}, got one with ${facts.options[other]}; give the sweep another --name`,
  );
}

/** Whether a path that a run keeps is the one that the user names: relative, or a run's name. */
function isPlace(kept: string, named: string, save: string): boolean {
  return named !== "" && [resolve(named), resolve(save, named)].some((at) => kept === at || kept.startsWith(at + sep));
}

/** Whether a run has reached its end: its last epoch, or the epoch at which `--patience` stopped it. */
export async function isDone({path}: RunDirectory, {patience}: RunOptions): Promise<boolean> {
  const {facts, metrics} = await openSavedRun(path);
  return metrics.some(({epoch}) => epoch === facts.options.epochs) || isStale(metrics, patience);
}

export async function hasFailures({path}: RunDirectory): Promise<boolean> {
  return (await openSavedRun(path)).metrics.some(({failures}) => failures !== undefined);
}
