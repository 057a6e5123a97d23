/**
 * Characters that change how the text around them is shown, and show nothing themselves: controls (U+0000 to U+001F,
 * U+007F to U+009F, which give orders to a terminal), line and paragraph separators, marks, embeddings, overrides and
 * isolates of direction (Unicode Standard Annex 9, section 2), zero-width and invisible ones, interlinear annotations
 * and tags, and halves of surrogate pairs. The zero-width joiner and non-joiner stay: Persian, Hindi and emoji are
 * written with them.
 */
const UNSEEN =
  /[\p{Cc}\p{Cs}\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Characters that have a short escape in JavaScript; all others are written by their number. */
const NAMED: {readonly [character: string]: string} = {"\n": "\\n", "\r": "\\r", "\t": "\\t"};

/**
 * Text that came with data, for people to read: every character that would be invisible, or would move what is around
 * it, is written as in JavaScript ("\x1b", "\u202e"). A text without such characters stays as it is.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = (character.codePointAt(0) as number).toString(16); // a match has at least one character
    if (character in NAMED) return NAMED[character];
    if (code.length <= 2) return `\\x${code.padStart(2, "0")}`;
    return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`;
  });
}

/** JSON with the same value. The only invisible characters in it are the line ends between its parts. */
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

/**
 * A copy of a plain value in which every text, keys too, has gone through `visible`. Arrays of numbers are passed on as
 * they are.
 */
export function visibleValue<T>(value: T): T {
  return copied(value) as T; // the same shape
}

function copied(value: unknown): unknown {
  if (typeof value === "string") return visible(value);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.some((v) => typeof v !== "number") ? value.map(copied) : value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [visible(key), copied(inner)]));
}
