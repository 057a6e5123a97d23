import {UserError} from "../../nouns/options";
import {writerOf} from "./partial-file";

/** Names in `save` that mean something else. */
const RESERVED = ["latest", "data", "logs", "explain", "qa", "results", "sweeps"];

/** Bytes of UTF-8: room for a number, and for what a temporary name adds. */
const LONGEST = 160;
const LONGEST_DATA = 60;

/** "2026-11-21T18-40-00-mnist-cnn": when (UTC), on what, with what. Any name of data gives a name that a run may have. */
export function runName(startedAt: Date, data: string, model: string): string {
  const plain = data.normalize("NFC").replace(/[^\p{L}\p{N}._-]+/gu, "-");
  const short = atMost(plain, LONGEST_DATA).replace(/^[-.]+|[-.]+$/g, "") || "data";
  return `${startedAt.toISOString().slice(0, 19).replaceAll(":", "-")}-${short}-${model}`;
}

/** @throws UserError if no run may be named so. */
export function checkRunName(name: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(name) || RESERVED.includes(name)) {
    throw new UserError(
      `--name: expected letters, digits, ".", "_" and "-" (not ${RESERVED.join(", ")}), got ${JSON.stringify(name)}`,
    );
  }
  // what is not whole yet bears such a name: another run would take it for a dead process' leavings
  if (writerOf(name) !== undefined)
    throw new UserError(`--name: expected one that does not end in .partial, got "${name}"`);
  const bytes = Buffer.byteLength(name);
  if (bytes > LONGEST) throw new UserError(`--name: expected at most ${LONGEST} bytes, got ${bytes}`);
}

/** The beginning of a text, in whole characters. */
function atMost(text: string, bytes: number): string {
  const characters = [...text];
  while (Buffer.byteLength(characters.join("")) > bytes) characters.pop();
  return characters.join("");
}
