/**
 * Characters that change how the text around them is shown, and show nothing themselves: controls (U+0000 to U+001F, U+007F
 * to U+009F: terminals take orders by them), line and paragraph separators, marks, embeddings, overrides and isolates of
 * direction (Unicode Standard Annex 9, section 2), zero-width and invisible ones, interlinear annotations and tags, and
 * halves of surrogate pairs. The zero-width joiner and non-joiner stay: Persian, Hindi and emoji are written with them.
 */
const UNSEEN =
  /[\p{Cc}\p{Cs}\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Characters with an escape of their own in JavaScript; other ones are written by their number. */
const NAMED: {readonly [character: string]: string} = {"\n": "\\n", "\r": "\\r", "\t": "\\t"};

/**
 * Text that came with data, for people to read: every character that would be unseen, or would move what is around it, is
 * written as in JavaScript ("\x1b", "\u202e"). Of a text without such characters nothing changes.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = (character.codePointAt(0) as number).toString(16); // a match is never empty
    if (character in NAMED) return NAMED[character];
    if (code.length <= 2) return `\\x${code.padStart(2, "0")}`;
    return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`;
  });
}

/** JSON with the same value, in which no character is unseen but the line ends between its parts. */
export function visibleJson(json: string): string {
  const unit = (code: number) => `\\u${code.toString(16).padStart(4, "0")}`;
  return json.replace(UNSEEN, (character) =>
    character === "\n"
      ? character
      : character
          .split("")
          .map((half) => unit(half.charCodeAt(0)))
          .join(""),
  );
}

/** A plain value with `visible` texts in place of all of its own, keys too. Arrays of numbers are handed on as they are. */
export function visibleValue<T>(value: T): T {
  return copied(value) as T; // the same shape
}

function copied(value: unknown): unknown {
  if (typeof value === "string") return visible(value);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.some((v) => typeof v !== "number") ? value.map(copied) : value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [visible(key), copied(inner)]));
}
