const letters: Intl.Segmenter | undefined = Intl.Segmenter && new Intl.Segmenter(undefined, {granularity: "grapheme"});

/** A text's letters as people count them: a flag, or an astronaut of three code points, is one letter. */
export function lettersOf(text: string): string[] {
  return letters ? Array.from(letters.segment(text), ({segment}) => segment) : Array.from(text);
}

/**
 * The text, or as much of its beginning and its end as fits, with an ellipsis in place of the middle. The end is kept
 * because it distinguishes names that begin alike, and because there may be a figure after the name.
 *
 * @param most The greatest width.
 * @param width Gives the width of a text in the unit of `most`; by default, its letters are counted.
 */
export function fitted(text: string, most: number, width: (text: string) => number = letterCount): string {
  if (width(text) <= most) return text;
  const all = lettersOf(text);
  let [fits, fails] = [0, all.length];
  while (fails - fits > 1) {
    const kept = (fits + fails) >> 1;
    if (width(without(all, kept)) <= most) fits = kept;
    else fails = kept;
  }
  return without(all, fits);
}

const letterCount = (text: string) => lettersOf(text).length;

/** The text with `kept` letters, from its beginning and its end. If their number is odd, the beginning has one more. */
function without(all: readonly string[], kept: number): string {
  const end = kept >> 1;
  return `${all.slice(0, kept - end).join("")}…${end ? all.slice(-end).join("") : ""}`;
}
