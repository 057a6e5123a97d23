import {EpochscopeError} from "../nouns/errors";

/** The command failed: a bug, a full disk, a damaged file, a page or a probe that could not be made. */
export const FAILED = 1;
/** The command line is wrong, or names something that does not exist; nothing was begun. */
export const WRONG_COMMAND_LINE = 2;
/** Everything worked, but the verdict is no: `--fail-under`, `--fail-over`, `doctor`. */
export const VERDICT_NO = 3;
/** The program that read the output has ended (128 + SIGPIPE). */
export const NO_READER = 141;

/** 128 + the signal's number. */
export const BY_SIGNAL = {SIGINT: 130, SIGTERM: 143} as const;

/** The exit code of a command that ended with an error. */
export function exitCodeOf(error: unknown): number {
  const isCommandLine = error instanceof EpochscopeError && (error.code === "BAD_OPTION" || error.code === "NOT_FOUND");
  return isCommandLine ? WRONG_COMMAND_LINE : FAILED;
}
