import {removeUnfinished} from "../pipeline/record/partial-file";
import {BY_SIGNAL} from "./exit-codes";

/** Work that Ctrl-C and SIGTERM may break off. */
export interface Interruptible {
  /** Aborted by the first of the two. */
  readonly signal: AbortSignal;
  /** The exit code of the signal that came; 0 if none came. */
  code(): number;
  /** Ends the process at once with that code, as the second signal does. Half-written files are removed. */
  exit(): never;
  /** Heeds the two signals no longer. */
  end(): void;
}

/**
 * The first Ctrl-C or SIGTERM aborts `signal`, so that the work ends where it loses nothing; the second ends the process.
 *
 * @param stopping Told at the first.
 * @param drawn    Gives the terminal back, for instance its cursor, before the process ends.
 */
export function interruptible({stopping, drawn}: {stopping?(): void; drawn?(): void}): Interruptible {
  const interrupt = new AbortController();
  let code = 0;
  const exit = (): never => {
    drawn?.();
    removeUnfinished();
    process.exit(code);
  };
  const onSignal = (name: keyof typeof BY_SIGNAL) => {
    code = BY_SIGNAL[name];
    if (interrupt.signal.aborted) exit();
    interrupt.abort();
    stopping?.();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    signal: interrupt.signal,
    code: () => code,
    exit,
    end: () => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}
