import {spawnSync} from "node:child_process";
import {delimiter, join} from "node:path";

/** Runs command lines one after another in the project's folder, and ends the process at the first one that fails. */
export function steps(...lines: readonly (readonly string[])[]): void {
  const root = join(__dirname, "..");
  const env = {...process.env, PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter)};
  for (const [command, ...args] of lines) {
    const {status, error} = spawnSync(command, args, {
      cwd: root,
      env,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    if (error) console.error(`${command}: expected to run it, got ${error.message}`);
    if (status !== 0) process.exit(status ?? 1);
  }
}
