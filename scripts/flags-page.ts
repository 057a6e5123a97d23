/** @file The text of docs/flags.md: every command's flags, as the program declares them. */
import {declaredBy} from "../src/cli/declared";
import {allCommands} from "../src/cli/index";

/** A cell of a Markdown table. */
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The text of docs/flags.md. */
export async function flagsPage(): Promise<string> {
  const parts = (await allCommands()).map(({command, describe, builder, renamed = {}}) => {
    const name = ([command].flat().at(-1) as string).split(" ")[0];
    const all = declaredBy(builder).flags;
    const tables = [...new Set(all.map(({group}) => group))].map((group) => {
      const flags = all.filter((flag) => flag.group === group);
      const rows = flags.map(
        (flag) =>
          `| \`--${flag.name}\` | ${flag.initial === "" ? "" : `\`${cell(flag.initial)}\``} | ${cell(flag.help)} |`,
      );
      return `${group ? `**${group}**\n\n` : ""}| flag | default | |\n|---|---|---|\n${rows.join("\n")}`;
    });
    const old = Object.entries(renamed).map(([before, now]) => `\`--${before}\` is \`--${now}\``);
    const before = old.length > 0 ? `\n\nUntil 1.0, the names of before work too: ${old.join(", ")}.` : "";
    return `## ${name}\n\n${describe[0].toUpperCase()}${describe.slice(1)}.\n\n${tables.join("\n\n")}${before}`;
  });
  return `# Every flag

Written by \`npm run flags\` from the tables that the program itself reads; \`--help\` after a command shows the same. A flag without
a default is off, or decides by itself. Everywhere work \`--json\` (JSON for other programs, [json.md](json.md)), \`--quiet\` or \`-q\` (nothing
but errors), \`--verbose\` (where in the code an error arose), and \`--color auto\`, \`always\` or \`never\` (\`--no-color\` is the last), \`--config FILE\` and
\`--no-config\` ([config.md](config.md)).

${parts.join("\n\n")}
`;
}
