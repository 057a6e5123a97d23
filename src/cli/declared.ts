import type {Argv} from "yargs";

import type {Command} from "./command";

/** A flag as a command declares it. */
export interface Flag {
  readonly name: string;
  readonly help: string;
  /** Its default in words; "" if it has none. */
  readonly initial: string;
  /** Its group, without the colon at the end. */
  readonly group: string;
  /** The words that it accepts, if it accepts no others. */
  readonly choices: readonly string[];
  readonly isBoolean: boolean;
}

/** The flags and positionals of a command. */
export interface Declared {
  readonly flags: readonly Flag[];
  readonly positionals: readonly {readonly name: string; readonly help: string; readonly choices: readonly string[]}[];
}

interface Declaration {
  readonly describe?: string;
  readonly group?: string;
  readonly type?: string;
  readonly defaultDescription?: string;
  readonly default?: unknown;
  readonly choices?: readonly string[];
}

/** Finds the flags that a command's `builder` declares, without yargs: a recorder takes the place of yargs. */
export function declaredBy(builder: (cli: Argv) => void): Declared {
  const flags: Flag[] = [];
  const positionals: Declared["positionals"][number][] = [];
  const recorder: unknown = new Proxy(
    {},
    {
      get: (_, method) => (name: string, options: Declaration) => {
        if (method === "positional") {
          positionals.push({name, help: options.describe ?? "", choices: options.choices ?? []});
        }
        if (method === "option") {
          const {describe = "", group = "", type, defaultDescription, default: value, choices = []} = options;
          const isBoolean = type === "boolean";
          const initial = defaultDescription ?? `${value ?? ""}`;
          flags.push({name, help: describe, group: group.replace(/:$/, ""), initial, choices, isBoolean});
        }
        return recorder;
      },
    },
  );
  builder(recorder as Argv); // the recorder accepts every call that a builder makes
  return {flags, positionals};
}

/** The word with which `--help TOPIC` finds a group: "lime" for "Probe lime: superpixels …". */
export function topicOf(group: string): string {
  return group
    .replace(/^Probe /, "")
    .split(":")[0]
    .toLowerCase();
}

/** Flags that every command takes. */
export const COMMON: readonly Flag[] = [
  ["json", "print JSON for other programs (docs/json.md)", ""],
  ["quiet", "-q: print nothing but errors, and what is asked for: a list, an answer, JSON", ""],
  ["verbose", "show where in the code an error arose", ""],
  ["color", "auto (on a terminal), always or never; NO_COLOR and FORCE_COLOR count too", "auto"],
  ["no-color", "the same as --color never", ""],
  [
    "config",
    "a file of flags; without this flag, epochscope.config.ts (.mts, .js, .mjs, .json) is read if it is there",
    "",
  ],
  ["no-config", "read no file of flags", ""],
].map(([name, help, initial]) => ({
  name,
  help,
  initial,
  group: "Output",
  choices: [],
  isBoolean: name !== "color" && name !== "config",
}));

/** The topics that `--help TOPIC` knows for a command. */
export function topicsOf(command: Command): string[] {
  const {flags} = declaredBy((cli) => command.builder(cli));
  const groups = [...flags, ...COMMON].map(({group}) => group).filter((group) => group !== "");
  return [...new Set(groups.map(topicOf)), "all"];
}
