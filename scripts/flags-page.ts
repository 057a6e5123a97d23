/** @file The text of docs/flags.md: every command's flags, as the program declares them. */
import type {Argv} from "yargs";

import {commands} from "../src/cli/index";

interface Flag {
  readonly name: string;
  readonly help: string;
  readonly initial: string;
  readonly group: string;
}

/** What a command declares, without yargs: a recorder takes its place. */
function declared(builder: (cli: Argv) => void): Flag[] {
  const flags: Flag[] = [];
  const recorder: unknown = new Proxy(
    {},
    {
      get:
        (_, method) =>
        (
          name: string,
          options: {describe?: string; group?: string; defaultDescription?: string; default?: unknown},
        ) => {
          if (method === "option") {
            const {describe = "", group = "", defaultDescription, default: value} = options;
            flags.push({
              name,
              help: describe,
              group: group.replace(/:$/, ""),
              initial: defaultDescription ?? `${value ?? ""}`,
            });
          }
          return recorder;
        },
    },
  );
  builder(recorder as Argv);
  return flags;
}

/** A cell of a Markdown table. */
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The text of docs/flags.md. */
export function flagsPage(): string {
  const parts = commands.map(({command, describe, builder}) => {
    const name = [command].flat().at(-1) as string;
    const all = declared(builder);
    const tables = [...new Set(all.map(({group}) => group))].map((group) => {
      const flags = all.filter((flag) => flag.group === group);
      const rows = flags.map(
        (flag) =>
          `| \`--${flag.name}\` | ${flag.initial === "" ? "" : `\`${cell(flag.initial)}\``} | ${cell(flag.help)} |`,
      );
      return `${group ? `**${group}**\n\n` : ""}| flag | default | |\n|---|---|---|\n${rows.join("\n")}`;
    });
    return `## ${name}\n\n${describe[0].toUpperCase()}${describe.slice(1)}.\n\n${tables.join("\n\n")}`;
  });
  return `# Every flag

Written by \`npm run flags\` from the tables that the program itself reads; \`--help\` after a command shows the same. A flag without
a default is off, or decides by itself. \`--quiet\`, \`--verbose\` (where in the code an error arose) and \`--no-color\` work everywhere.

${parts.join("\n\n")}
`;
}
