import {removeUnfinished} from "../pipeline/record/partial-file";
import {BY_SIGNAL} from "./exit-codes";

/** Shows the terminal's cursor, which a bar hides while it is drawn. */
const SHOW_CURSOR = "\u001b[?25h";

/**
 * Ends the process at Ctrl-C and SIGTERM, at once: what is half written goes, and the exit code tells the signal. A command that
 * has work to keep heeds the signals itself, and is left to it.
 *
 * @returns Takes it back.
 */
export function endBySignal(): () => void {
  const onSignal = (signal: keyof typeof BY_SIGNAL) => {
    if (process.listenerCount(signal) > 1) return; // the command's own
    removeUnfinished();
    if (process.stderr.isTTY) process.stderr.write(SHOW_CURSOR);
    process.exit(BY_SIGNAL[signal]);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return () => {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  };
}
