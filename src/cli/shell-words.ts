/**
 * @file Commands that are printed for the user to run. They work as they are, in the folder in which they are printed.
 */
import {existsSync} from "node:fs";
import {dirname, join, resolve} from "node:path";

const ROOT = join(__dirname, "..", "..");

/** A word as a shell needs it: quoted if necessary, for a POSIX shell or for the two shells of Windows. */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // no path on Windows contains a quotation mark
  if (platform === "win32") return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a path may hold what would break the line
  if (!/[\x00-\x1f\x7f]/.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = [...word].map((character) => {
    const code = character.charCodeAt(0);
    if (code < 32 || code === 127) return `\\x${code.toString(16).padStart(2, "0")}`;
    return character === "'" || character === "\\" ? `\\${character}` : character;
  });
  return `$'${escaped.join("")}'`;
}

/**
 * The command that starts this program in the user's folder: through npx in the program's own folder, because npx finds
 * ts-node there; elsewhere with absolute paths.
 *
 * @param from npm starts a script in the package's folder, and keeps the user's folder in INIT_CWD.
 */
export function programCommand(from: string = process.env.INIT_CWD ?? process.cwd()): string {
  if (!existsSync(join(ROOT, "runner.ts"))) return "npx epochscope"; // installed as a package
  if (resolve(from) === ROOT && process.cwd() === ROOT) return "npx ts-node runner.ts";
  return ["node", require.resolve("ts-node/dist/bin"), join(ROOT, "runner.ts")]
    .map((word) => shellWord(word))
    .join(" ");
}

/**
 * The command that continues a run: with its name if runs are kept in the default folder, else with its absolute path.
 */
export function resumeCommandLine(runPath: string, program: string = programCommand()): string {
  const isShort = program.startsWith("npx ") && dirname(runPath) === resolve("save");
  return `${program} resume ${shellWord(isShort ? runPath.slice(dirname(runPath).length + 1) : runPath)}`;
}
