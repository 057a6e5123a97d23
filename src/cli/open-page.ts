import {spawn} from "node:child_process";

/** The program that opens an address on a system, and its arguments before the address. */
export function openerOf(platform: NodeJS.Platform): readonly [program: string, ...before: string[]] {
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["cmd", "/c", "start", '""'];
  return ["xdg-open"];
}

/**
 * A browser in the foreground ends its opener late. If the opener has not failed after this many milliseconds, the page
 * counts as open.
 */
const PATIENCE = 3000;

/**
 * Opens an address in the user's browser.
 *
 * @returns The reason in one line, if it could not be opened; else undefined.
 */
export function openPage(url: string, platform: NodeJS.Platform = process.platform): Promise<string | undefined> {
  const [program, ...before] = openerOf(platform);
  const address = platform === "win32" ? url.replaceAll("&", "^&") : url;
  const child = spawn(program, [...before, address], {
    stdio: "ignore",
    detached: true,
    windowsVerbatimArguments: platform === "win32",
  });
  return new Promise((done) => {
    const timer = setTimeout(() => done(undefined), PATIENCE);
    const end = (why: string | undefined) => {
      clearTimeout(timer);
      done(why);
    };
    child.once("error", ({code, message}: NodeJS.ErrnoException) =>
      end(`--open: expected a program ${program}, got ${code === "ENOENT" ? "none here" : message}`),
    );
    child.once("exit", (code) =>
      end(code === 0 ? undefined : `--open: expected ${program} to open the page, got its exit code ${code}`),
    );
    child.unref();
  });
}
