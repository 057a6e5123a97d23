import {randomBytes} from "node:crypto";
import {format} from "node:util";
import pc from "picocolors";

import {visible, visibleJson} from "../escape/visible";
import {EpochscopeError} from "../nouns/errors";
import {inOneLine, systemWords} from "../nouns/system-errors";
import {removeUnfinished} from "../pipeline/record/partial-file";
import {isColoured} from "./colour";
import {NO_READER} from "./exit-codes";

/**
 * @file All output to the terminal goes through here: our own colours pass, and control characters that came with data
 * do not.
 */

/**
 * Stands for the escape character in colours until a line is printed. It is drawn anew in each process, so no file can
 * contain it.
 */
const OURS = `\0${randomBytes(12).toString("hex")}`;

function painter(paint: (text: string) => string): (text: string) => string {
  const [open, close] = paint("\n").split("\n"); // both empty if there are no colours
  return (text) => `${open.replace("\x1b", OURS)}${text}${close.replace("\x1b", OURS)}`;
}

const isColouredOn = (stream: NodeJS.WriteStream) => isColoured(process.argv, process.env, stream.isTTY === true);
const onAnswers = isColouredOn(process.stdout);
const onTalk = isColouredOn(process.stderr);
const colours = pc.createColors(onAnswers || onTalk);

/** Colours for what `say`, `complain` and `forTerminal` print. */
export const paint = {
  bold: painter(colours.bold),
  dim: painter(colours.dim),
  red: painter(colours.red),
  green: painter(colours.green),
  yellow: painter(colours.yellow),
  magenta: painter(colours.magenta),
};

/** Removes the colours of `paint` from a line. */
function plain(line: string): string {
  return line.split(new RegExp(`${OURS}\\[\\d+m`)).join("");
}

/** A text that is a link, if the terminal knows links (OSC 8). Like the texts of `paint`, it is for `say`. */
export function link(url: string, text: string): string {
  const open = (address: string) => `${OURS}]8;;${address}${OURS}\\`;
  return `${open(url)}${text}${open("")}`;
}

/** The columns of the terminal, without the last one, which is left free. A file or a pipe has no limit. */
export function columns(): number {
  const {isTTY, columns: all} = process.stdout;
  return isTTY ? Math.max(20, (all || 80) - 1) : Infinity;
}

/**
 * Makes a line safe for the terminal: the colours of `paint` become real colours, all other control characters are
 * escaped.
 */
export function forTerminal(line: string): string {
  return line.split(OURS).map(visible).join("\x1b");
}

/** The functions as they were before `guardConsole`. */
const {log, error} = console;

/** Prints one line. */
export function say(line: string): void {
  log("%s", forTerminal(onAnswers ? line : plain(line)));
}

/** Prints JSON for another program to read: the same value, with control characters escaped. */
export function sayJson(json: string): void {
  log("%s", visibleJson(json.trimEnd()));
}

/** Prints one JSON document for another program to read, in one line if `isShort`. */
export function sayDocument(document: object, isShort = false): void {
  sayJson(JSON.stringify(document, undefined, isShort ? undefined : 2));
}

/** Prints one line to standard error. */
export function complain(line: string): void {
  error("%s", forTerminal(onTalk ? line : plain(line)));
}

/**
 * Prints an error to standard error: in one line; as JSON (schema epochscope/error/1) if the answer would have been
 * JSON; with the place in the code if the user asks for it.
 */
export function complainError(
  failure: Error,
  {isVerbose, isJson}: {readonly isVerbose: boolean; readonly isJson: boolean},
) {
  const message = inOneLine(failure);
  if (isJson) {
    const known = failure instanceof EpochscopeError ? failure : undefined;
    const {code = "FAILED", option, expected, got, hint} = known ?? {};
    const document = {schema: "epochscope/error/1", code, message, option, expected, got, hint};
    error("%s", visibleJson(JSON.stringify(isVerbose ? {...document, stack: failure.stack} : document)));
    return;
  }
  complain(`${paint.red("error:")} ${message}`);
  if (isVerbose) for (const line of `${failure.stack}`.split("\n")) complain(line);
}

/**
 * Makes the output of other code (such as a library's warning that names a layer) pass through here, too. Its lines
 * stay lines; everything else is escaped, including colours.
 */
export function guardConsole(): void {
  for (const method of ["debug", "error", "info", "log", "trace", "warn"] as const) {
    const print = console[method];
    console[method] = (...given: unknown[]) =>
      print(
        "%s",
        format(...given)
          .split("\n")
          .map(visible)
          .join("\n"),
      );
  }
}

/**
 * Silences the output of other code: lines of a runtime, or of a graph that has a print operation. Errors still pass.
 *
 * @returns A function that ends the silence.
 */
export function muteOthers(...methods: readonly ("debug" | "info" | "log" | "trace" | "warn")[]): () => void {
  const before = methods.map((method) => [method, console[method]] as const);
  for (const method of methods) console[method] = () => {};
  return () => {
    for (const [method, print] of before) console[method] = print;
  };
}

/**
 * Ends the process when its output can no longer be written: silently if the reader has ended (`runner.ts | head`),
 * else with one line. A run is kept and can be resumed. If standard error cannot be written either, nothing is printed.
 */
export function endWithOutput(): void {
  process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
    removeUnfinished();
    if (failure.code === "EPIPE") process.exit(NO_READER);
    complain(`${paint.red("error:")} ${systemWords(failure, "standard output", "write") ?? failure.message}`);
    process.exit(1);
  });
  process.stderr.on("error", () => {
    process.exitCode ||= 1;
  });
}
