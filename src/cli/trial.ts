import {fork} from "node:child_process";
import {join} from "node:path";
import {UserError} from "../nouns/options";
import {inBytes} from "../pipeline/data/read-file";
import type {TrialAnswer, TrialQuestion} from "./trial-model";

/**
 * Opens a model in a separate process first, and asks it about a few images or a text, while its memory is watched. A file of 300
 * bytes can ask for any amount of memory, and native code that takes it can be stopped in no other way.
 *
 * @param most How many bytes the process may take.
 * @returns How many bytes one more image, or window of a text, takes while it is computed.
 * @throws UserError if it takes more, crashes, or the model is refused.
 */
export function triedModel(question: TrialQuestion, most: number): Promise<number> {
  const {path} = question;
  const isVerbose = question.kind === undefined && question.settings.verbose === true;
  const child = fork(join(__dirname, "trial-start.cjs"), [`${most}`], {
    execArgv: [],
    stdio: ["ignore", "ignore", isVerbose ? "inherit" : "ignore", "ipc"],
  });
  return new Promise((done, refuse) => {
    let answer: TrialAnswer | undefined;
    child.once("error", refuse);
    child.once("message", (message) => {
      answer = message as TrialAnswer; // of answerTrial
    });
    child.once("exit", (code, signal) => {
      if (answer === undefined) refuse(new UserError(endWords(path, most, code, signal)));
      else if ("bytesAnImage" in answer) done(answer.bytesAnImage);
      else
        refuse(
          answer.failure.code
            ? new UserError(answer.failure.message, {code: answer.failure.code})
            : new Error(answer.failure.message),
        );
    });
    child.send(question);
  });
}

/**
 * The reason why the process ended without an answer. V8 aborts if its own heap is full; the watching thread and the
 * system kill it.
 */
function endWords(path: string, most: number, code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === "SIGKILL" || signal === "SIGABRT" || code === 134) {
    return `${path}: expected a model that needs at most ${inBytes(most)} of memory, got one that needs more; --max-memory lifts the limit`;
  }
  return `${path}: expected a model that can be computed, got a crash (${signal ?? `exit code ${code}`})`;
}
