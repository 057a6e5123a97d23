/** @file Commands that are printed for the user to run: they work as they stand, from the folder they are printed in. */
import {existsSync} from "node:fs";
import {dirname, join, resolve} from "node:path";

const ROOT = join(__dirname, "..", "..");

/** A word as a shell takes it: quoted where it must be, for a POSIX shell, or for Windows' two. */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (platform === "win32") return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`; // no path there holds a quote
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
 * How this program is started from the folder that the user is in. In its own folder by npx, which finds ts-node there;
 * elsewhere by whole paths.
 *
 * @param from npm starts a script in the package's folder, and keeps in INIT_CWD where the user is.
 */
export function programCommand(from: string = process.env.INIT_CWD ?? process.cwd()): string {
  if (!existsSync(join(ROOT, "runner.ts"))) return "npx epochscope"; // installed as a package
  if (resolve(from) === ROOT && process.cwd() === ROOT) return "npx ts-node runner.ts";
  return ["node", require.resolve("ts-node/dist/bin"), join(ROOT, "runner.ts")]
    .map((word) => shellWord(word))
    .join(" ");
}

/** The command that goes on with a run: by its name where runs are kept by default, else by its whole path. */
export function resumeCommandLine(runPath: string, program: string = programCommand()): string {
  const isShort = program.startsWith("npx ") && dirname(runPath) === resolve("save");
  return `${program} resume ${shellWord(isShort ? runPath.slice(dirname(runPath).length + 1) : runPath)}`;
}
