import {UserError} from "../nouns/options";
import type {Maker} from "../pipeline/model/own/model-file";
import type {Probe} from "../pipeline/types";
import {ownSettings} from "./config";

/**
 * Registers the networks and probes of the config file, so that `--model tiny` and `--probes mine` work. `resume` needs
 * them, too, because a run continues with the network with which it began.
 *
 * @param words The command line.
 * @throws EpochscopeError that names the file and what is wrong in it.
 */
export async function registerOwn(words: readonly string[]): Promise<void> {
  const found = await ownSettings(words);
  if (!found || (found.models === undefined && found.probes === undefined)) return;
  const {file, models = {}, probes = []} = found;
  // loaded only if there is something to register: most command lines have nothing
  const {models: known}: typeof import("../pipeline/model/index") = require("../pipeline/model/index");
  const {
    registerModel,
  }: typeof import("../pipeline/model/own/registered") = require("../pipeline/model/own/registered");
  const own: typeof import("../pipeline/probes/index") = require("../pipeline/probes/index");
  if (typeof models !== "object" || models === null || Array.isArray(models)) {
    throw new UserError(`${file}: models: expected functions by their names, got ${got(models)}`);
  }
  for (const [name, maker] of Object.entries(models)) {
    checkName(`${file}: models`, name, ["auto", ...Object.keys(known)]);
    if (typeof maker !== "function") {
      const form = "a function (imageShape, classes, seed) => tf.LayersModel";
      throw new UserError(`${file}: models.${name}: expected ${form}, got ${got(maker)}`);
    }
    registerModel(name, maker as Maker);
  }
  if (!Array.isArray(probes)) throw new UserError(`${file}: probes: expected a list of probes, got ${got(probes)}`);
  const names = own.probes.map(({name}) => name);
  for (const [n, probe] of probes.entries()) {
    const at = `${file}: probes[${n}]`;
    for (const [field, kind] of Object.entries({name: "string", help: "string", options: "object", run: "function"})) {
      const value = (probe as {readonly [field: string]: unknown} | null)?.[field];
      if (typeof value !== kind || value === null) {
        throw new UserError(`${at}: expected a probe with "${field}" (a ${kind}), got ${got(value)}`);
      }
    }
    checkName(at, (probe as Probe).name, ["all", "none", ...names]);
    names.push((probe as Probe).name);
    own.registerProbe(probe as Probe);
  }
}

/** @throws EpochscopeError if a name cannot be typed, or means something else. */
function checkName(at: string, name: string, taken: readonly string[]): void {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new UserError(`${at}: expected a name of small letters, digits and "-", got ${JSON.stringify(name)}`);
  }
  if (taken.includes(name)) throw new UserError(`${at}: expected a name that is not taken, got "${name}"`);
}

function got(value: unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "function" ? "a function" : (JSON.stringify(value)?.slice(0, 60) ?? `${value}`);
}
