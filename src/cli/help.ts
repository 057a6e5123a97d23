import {catalogue} from "./catalogue";
import type {Command} from "./command";
import {COMMON, declaredBy, type Flag, topicOf} from "./declared";
import {wrapped} from "./fit";

/** @file Help texts: lines of at most 80 columns. */

const WIDTH = 80;
/** The column at which the words begin, to the right of the flag. */
const LEFT = 26;

/** A space at which a line must not be broken. */
const FIXED = "\u00a0";

/**
 * The lines of `epochscope --help`.
 *
 * @param program The command that starts this program here.
 */
export function topHelp(program: string): string[] {
  const daily = catalogue.filter(({words}) => words !== undefined);
  const others = catalogue.filter(({words}) => words === undefined);
  return [
    "epochscope: watch a network learn",
    "",
    "Usage: epochscope [COMMAND] [flags]     COMMAND --help lists its flags",
    "",
    ...daily.flatMap(({name, words = ""}) => row(name, words, 12)),
    "",
    `Also: ${others.map(({name}) => name).join(", ")}.`,
    "",
    "  epochscope                       train on MNIST, explain every epoch",
    "  epochscope --data photos         the same for your own pictures",
    ...typedAs(program),
  ];
}

/** The lines of `COMMAND --help`, one screen full. A command without a short text shows every flag. */
export function shortHelp(command: Command, program: string): string[] {
  const {help} = command;
  if (!help) return fullHelp(command, program);
  const {flags} = declaredBy((cli) => command.builder(cli));
  const groups = [...new Set(flags.map(({group}) => group))].filter((group) => group !== "");
  const topics = groups.map(topicOf);
  const all = topics.length > 1 ? `--help ${topics.join(", ")}; or all` : "--help all";
  const also = [...(help.also ?? []), "json", "quiet"].map((name) => `--${name}`);
  return [
    `epochscope ${help.usage}`,
    ...wrapped(sentence(command.describe), WIDTH),
    "",
    ...help.rows.flatMap(([typed, words]) => row(typed, `${words}${defaultsOf(typed, flags)}`)),
    ...hanging("Also  ", also.join(" ")),
    ...hanging("More  ", all),
    ...(help.examples?.length ? ["", ...help.examples.map((line) => `  ${line}`)] : []),
    ...(help.note ? wrapped(help.note, WIDTH) : []),
    ...typedAs(program),
  ];
}

/** All flags of a command, or those of one topic. @returns Undefined if the command has no such topic. */
export function topicHelp(command: Command, topic: string, program: string): string[] | undefined {
  const {flags} = declaredBy((cli) => command.builder(cli));
  const own = [...flags, ...COMMON];
  const groups = [...new Set(own.map(({group}) => group))];
  if (topic === "all") return fullHelp(command, program);
  const group = groups.find((name) => topicOf(name) === topic.toLowerCase());
  return group === undefined ? undefined : groupLines(group, own);
}

function fullHelp(command: Command, program: string): string[] {
  const {flags, positionals} = declaredBy((cli) => command.builder(cli));
  const own = [...flags, ...COMMON];
  const groups = [...new Set(own.map(({group}) => group))];
  const spec = [command.command].flat().at(-1) as string; // "$0" and the name, or the name alone
  return [
    `epochscope ${command.help?.usage ?? `${spec} [flags]`}`,
    ...wrapped(sentence(command.describe), WIDTH),
    ...(positionals.length > 0 ? [""] : []),
    ...positionals.flatMap(({name, help}) => row(name.toUpperCase(), help)),
    ...groups.flatMap((group) => ["", ...groupLines(group, own)]),
    ...typedAs(program),
  ];
}

function groupLines(group: string, flags: readonly Flag[]): string[] {
  const rows = flags
    .filter((flag) => flag.group === group)
    .flatMap(({name, help, initial, isBoolean}) =>
      row(`--${name}`, `${help}${initial === "" || isBoolean ? "" : ` [${initial}]`}`),
    );
  return group === ""
    ? rows
    : [...wrapped(`${group.replace(/^Probe /, "")}${group.includes(":") ? "" : ":"}`, WIDTH), ...rows];
}

/** The defaults of the flags in `typed`, in their order, such as "[5, 0]"; a flag without a default is left out. */
function defaultsOf(typed: string, flags: readonly Flag[]): string {
  const names = [...typed.matchAll(/--([\w.-]+)/g)].map(([, name]) => name);
  const known = names.map((name) => flags.find((flag) => flag.name === name));
  const defaults = known.map((flag) => (flag === undefined || flag.isBoolean ? "" : flag.initial));
  const shown = defaults.filter((text) => text !== "").join(`,${FIXED}`);
  return shown === "" ? "" : ` [${shown}]`;
}

function row(typed: string, words: string, left = LEFT): string[] {
  const lines = wrapped(words, WIDTH - left).map((line) => line.replaceAll(FIXED, " "));
  const fits = typed.length + 3 <= left;
  const first = `  ${typed}`.padEnd(left);
  const indented = lines.map((line) => " ".repeat(left) + line);
  return fits ? [`${first}${lines[0]}`.trimEnd(), ...indented.slice(1)] : [first, ...indented];
}

function hanging(label: string, text: string): string[] {
  return wrapped(text, WIDTH - label.length).map((line, i) => (i === 0 ? label : " ".repeat(label.length)) + line);
}

function sentence(words: string): string {
  return `${words[0].toUpperCase()}${words.slice(1)}.`;
}

function typedAs(program: string): string[] {
  if (program === "npx epochscope") return [];
  const label = "Here you start epochscope with:";
  return ["", ...(label.length + 1 + program.length <= WIDTH ? [`${label} ${program}`] : [label, program])];
}
