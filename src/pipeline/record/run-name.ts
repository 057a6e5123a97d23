import {UserError} from "../../nouns/options";
import {writerOf} from "./partial-file";

/** Names in `save` that mean something else. */
const RESERVED = ["latest", "data", "logs", "explain", "qa", "results", "sweeps"];

/** The most bytes of a name in UTF-8, which leaves room for a number and for the parts that a temporary name adds. */
const LONGEST = 160;
const LONGEST_DATA = 60;

/**
 * The default name of a run: "2026-11-21T18-40-00-mnist-cnn", from the time (UTC), the data and the model. Any name of
 * data gives a name that a run may have.
 */
export function runName(startedAt: Date, data: string, model: string): string {
  const plain = data.normalize("NFC").replace(/[^\p{L}\p{N}._-]+/gu, "-");
  const short = atMost(plain, LONGEST_DATA).replace(/^[-.]+|[-.]+$/g, "") || "data";
  return `${startedAt.toISOString().slice(0, 19).replaceAll(":", "-")}-${short}-${model}`;
}

/** @throws UserError if a run may not have this name. */
export function checkRunName(name: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(name) || RESERVED.includes(name)) {
    throw new UserError(
      `--name: expected letters, digits, ".", "_" and "-" (not ${RESERVED.join(", ")}), got ${JSON.stringify(name)}`,
    );
  }
  // incomplete files have such names, so another run would think that a dead process left it
  if (writerOf(name) !== undefined)
    throw new UserError(`--name: expected one that does not end in .partial, got "${name}"`);
  const bytes = Buffer.byteLength(name);
  if (bytes > LONGEST) throw new UserError(`--name: expected at most ${LONGEST} bytes, got ${bytes}`);
}

/** The beginning of a text, without cutting a character. */
function atMost(text: string, bytes: number): string {
  const characters = [...text];
  while (Buffer.byteLength(characters.join("")) > bytes) characters.pop();
  return characters.join("");
}
