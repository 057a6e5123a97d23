/**
 * Whether the terminal can show links within text (OSC 8, "Hyperlinks in terminal emulators"). One cannot ask a
 * terminal for this, so it is guessed from the names and versions that terminals put into the environment.
 *
 * @param isTerminal Whether the output goes to a terminal.
 */
export function knowsLinks(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const {FORCE_HYPERLINK, TERM, TERM_PROGRAM, TERM_PROGRAM_VERSION = "", TMUX, VTE_VERSION} = env;
  if (FORCE_HYPERLINK !== undefined) return FORCE_HYPERLINK !== "0";
  if (!isTerminal || TERM === "dumb") return false;
  const version = (least: readonly [number, number]) => {
    const [major = 0, minor = 0] = TERM_PROGRAM_VERSION.split(".").map((part) => Number.parseInt(part, 10) || 0);
    return major > least[0] || (major === least[0] && minor >= least[1]);
  };
  // a multiplexer inherits the terminal's variables, but passes on only what it knows itself
  if (TMUX !== undefined) return TERM_PROGRAM === "tmux" && version([3, 4]);
  if (TERM?.startsWith("screen")) return false;
  switch (TERM_PROGRAM) {
    case "iTerm.app":
      return version([3, 1]);
    case "vscode":
      return version([1, 72]);
    case "WezTerm":
    case "ghostty":
    case "Hyper":
    case "Tabby":
    case "rio":
      return true;
  }
  const named = ["WT_SESSION", "KONSOLE_VERSION", "DOMTERM"].some((name) => env[name] !== undefined);
  const byTerm = /^(xterm-kitty|xterm-ghostty|alacritty|foot|contour|wezterm)/.test(TERM ?? "");
  return named || byTerm || Number(VTE_VERSION) >= 5000;
}
