import {UserError} from "./options";

/**
 * Reads JSON. An error says in our own words what is wrong, and where, if the parser names the place.
 *
 * @param what Names the file in errors.
 * @throws UserError if the text is no JSON.
 */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${what}: expected JSON, got ${problemOf(text, (error as Error).message)}`);
  }
}

/** V8's message names the position, or only the character, or says that the text ended too early. */
function problemOf(text: string, message: string): string {
  if (text.trim() === "") return "nothing";
  const place = /at position (\d+)/.exec(message)?.[1];
  if (/end of JSON input/.test(message) || Number(place) >= text.trimEnd().length) return "text that ends too soon";
  if (place === undefined) return `text that begins with ${JSON.stringify(text.trimStart().slice(0, 20))}`;
  const before = text.slice(0, Number(place));
  const line = before.split("\n").length;
  return `text that is none at line ${line}, column ${before.length - before.lastIndexOf("\n")}`;
}
