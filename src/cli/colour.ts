/**
 * Whether text may be coloured: `--color always` or `never`, `--no-color`, then NO_COLOR, FORCE_COLOR, and whether a
 * terminal shows it (no-color.org, force-color.org).
 */
export function isColoured(argv: readonly string[], env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const at = argv.findLastIndex((word) => word === "--color" || word.startsWith("--color="));
  const asked = argv[at]?.startsWith("--color=") ? argv[at].slice("--color=".length) : argv[at + 1];
  if (argv.includes("--no-color") || (at >= 0 && asked === "never")) return false;
  if (at >= 0 && asked === "always") return true;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0";
  return isTerminal && env.TERM !== "dumb";
}
