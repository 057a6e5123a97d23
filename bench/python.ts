import {spawnSync} from "node:child_process";

/**
 * Finds a Python that has these packages: the one that PYTHON names, else the first of .venv's, `python3`,
 * /usr/bin/python3 and `python`.
 *
 * @param bench The name of the bench, for the error.
 * @throws Error in one line, with the commands that make one.
 */
export function pythonWith(packages: readonly string[], bench: string): string {
  const named = process.env.PYTHON;
  const candidates = named ? [named] : [".venv/bin/python", "python3", "/usr/bin/python3", "python"];
  const imports = `import ${packages.join(", ")}`;
  const found = candidates.find((path) => spawnSync(path, ["-c", imports], {stdio: "ignore"}).status === 0);
  if (found) return found;
  const make = `python3 -m venv .venv && .venv/bin/pip install ${packages.join(" ")}`;
  throw new Error(
    `bench ${bench}: expected a Python with ${packages.join(", ")}, got none in ${candidates.join(", ")}; ${make}`,
  );
}
