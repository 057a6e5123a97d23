import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";

import {runsIn} from "../pipeline/record/runs-in";
import type {Command, Listed} from "./command";
import {COMMON, declaredBy, topicsOf} from "./declared";
import {say} from "./terminal";

const SHELLS = ["bash", "zsh", "fish"] as const;

/**
 * Each shell runs `epochscope completion words -- …` to get the possible next words; if there are none, it offers
 * files.
 */
const SCRIPTS: {readonly [shell in (typeof SHELLS)[number]]: string} = {
  bash: `# in ~/.bashrc: source <(epochscope completion bash)
_epochscope() {
  local words line
  COMPREPLY=()
  words=$(epochscope completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("$line")
  done <<< "$words"
}
complete -o default -F _epochscope epochscope`,
  zsh: `#compdef epochscope
# in ~/.zshrc, after compinit: source <(epochscope completion zsh)
_epochscope() {
  local -a found
  found=("\${(@f)$(epochscope completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  if (( \${#found} )); then compadd -a found; else _files; fi
}
compdef _epochscope epochscope`,
  fish: `# in ~/.config/fish/config.fish: epochscope completion fish | source
function __epochscope_words
  set -l words (commandline -opc)
  epochscope completion words -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c epochscope -a '(__epochscope_words)'`,
};

/** Prints a script by which a shell completes this program's commands, flags, runs, classes and probes. */
export const completionOf = (commands: readonly Listed[]): Command => ({
  command: "completion <shell> [words..]",
  describe: "print a script by which bash, zsh or fish completes commands, flags and runs",
  help: {
    usage: "completion bash|zsh|fish",
    rows: [["bash, zsh, fish", "the shell; its script says where it goes"]],
    examples: ["source <(epochscope completion bash)"],
    note: "It completes the command `epochscope`: npm install --global epochscope.",
  },
  builder(cli) {
    cli.positional("shell", {type: "string", choices: [...SHELLS, "words"], describe: "bash, zsh or fish"});
    cli.positional("words", {type: "string", array: true, default: [], describe: "words so far: what a script asks"});
  },
  async handler(given) {
    const shell = `${given.shell}`;
    if (shell === "words") {
      const after = given._ as readonly unknown[]; // yargs puts there what stands behind "--"
      for (const word of await nextWords(after.map(String), "save", commands)) say(word);
    } else for (const line of SCRIPTS[shell as keyof typeof SCRIPTS].split("\n")) say(line); // one of the choices
    return 0;
  },
});

/**
 * The possible next words of a command line.
 *
 * @param words The words so far, without the program. The last one is the word that is being typed, or "" for a new
 * word.
 * @param save The folder in which runs are kept.
 * @returns Words that begin as the last one does; none if a file may stand there.
 */
export async function nextWords(
  words: readonly string[],
  save: string,
  commands: readonly Listed[],
): Promise<string[]> {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? "";
  const name = before.find((word) => commands.some((one) => one.name === word || one.before?.includes(word)));
  const all = await candidates(name, before, typed, save, commands);
  return [...new Set(all)].filter((word) => word.startsWith(typed));
}

async function candidates(
  name: string | undefined,
  before: readonly string[],
  typed: string,
  save: string,
  commands: readonly Listed[],
) {
  const command = await (
    commands.find((one) => one.name === name || one.before?.includes(name ?? "")) ?? commands[0]
  ).load();
  const {flags, positionals} = declaredBy((cli) => command.builder(cli));
  const last = before.at(-1) ?? "";
  if (last === "--help" || last === "-h") return topicsOf(command);
  if (typed.startsWith("-")) {
    return [...[...flags, ...COMMON].map((flag) => `--${flag.name}`), "--help", "--version"];
  }
  const flag = [...flags, ...COMMON].find((one) => `--${one.name}` === last && !one.isBoolean);
  if (flag) return valuesOf(flag.name, flag.help, save, name ?? "run");
  if (name === undefined) return commands.map((one) => one.name);
  const place = before.slice(before.indexOf(name) + 1).filter((word) => !word.startsWith("-")).length;
  const positional = positionals[Math.min(place, positionals.length - 1)];
  if (positional === undefined) return [];
  if (positional.choices.length > 0) return positional.choices.filter((choice) => choice !== "words");
  return /^runs?$/.test(positional.name) ? runNames(save) : [];
}

/** The possible values of a flag: the words that its help lists, or names that exist. */
async function valuesOf(name: string, help: string, save: string, command: string): Promise<string[]> {
  if (name === "from") return runNames(save);
  if (name === "model" && ["explain", "predict"].includes(command)) return runNames(save);
  if (name === "target") return ["predicted", "label", ...(await classNames(save))];
  if (name === "color") return ["auto", "always", "never"];
  if (name === "probes") {
    const {probes}: typeof import("../pipeline/probes/index") = require("../pipeline/probes/index");
    return ["all", "none", ...probes.map((probe) => probe.name)];
  }
  if (name === "data") return ["mnist"];
  const list = /(?:^|: )((?:[a-z][\w-]*(?: \([^)]*\))?, (?:or )?)+(?:or )?[a-z][\w-]*)/.exec(help)?.[1];
  return list === undefined ? [] : list.split(/, (?:or )?/).map((word) => word.replace(/ .*/, ""));
}

async function runNames(save: string): Promise<string[]> {
  return ["latest", ...(await runsIn(save)).map(({name}) => name)];
}

/** Class names of the latest run. */
async function classNames(save: string): Promise<string[]> {
  const [newest] = await runsIn(save);
  const file = newest && join(newest.path, "run.json");
  if (!file || !existsSync(file)) return [];
  const {data} = JSON.parse(readFileSync(file, "utf8")) as {data?: {classNames?: string[]}};
  return data?.classNames ?? [];
}
