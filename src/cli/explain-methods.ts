import type {Argv} from "yargs";
import {resolveOptions, UserError} from "../nouns/options";
import {limeFlags} from "../pipeline/attribution/lime-flags";
import {methods} from "../pipeline/attribution/methods/index";
import type {Method} from "../pipeline/attribution/methods/method";
import {declareFlags, givenOf} from "./flags";

/** The options that only LIME has, besides its own flags. */
const OF_LIME = {remove: 0, coverage: 0, minWeight: 0, curves: 0};

/** Declares the flags of every method. Each flag begins with the method's name: `--smooth-grad.samples`. */
export function declareMethodFlags(cli: Argv): void {
  declareFlags(cli, limeFlags, "lime.", "LIME:");
  for (const {name, options} of methods) declareFlags(cli, options, `${name}.`, `--method ${name}:`);
}

/**
 * The method that the user asks for, with its own options; undefined for LIME.
 *
 * @throws UserError if a flag of another method was given, which would have no effect.
 */
export function methodOf(
  given: {readonly [flag: string]: unknown},
  name: string,
): {readonly method: Method; readonly values: object} | undefined {
  const tables = [{name: "lime", options: limeFlags as object}, ...methods];
  for (const other of tables.filter((one) => one.name !== name)) {
    const [flag] = Object.keys(given).filter((one) => one.startsWith(`${other.name}.`) && given[one] !== undefined);
    if (flag) throw new UserError(`--${flag}: expected --method ${other.name}, got --method ${name}`);
  }
  const method = methods.find((one) => one.name === name);
  if (!method) return undefined;
  const [flag] = Object.keys(givenOf(given, OF_LIME, ""));
  if (flag) throw new UserError(`--${flag}: expected --method lime, got --method ${name}`);
  const values: object = resolveOptions(method.options, givenOf(given, method.options, `${name}.`), `--${name}.`);
  return {method, values};
}
