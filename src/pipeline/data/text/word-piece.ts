import {UserError} from "../../../nouns/options";

/** A piece of a word, and its place in the original text, in UTF-16 units; `to` is exclusive. */
export interface Token {
  readonly text: string;
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** Characters, and the place in the text from which each comes. */
interface Word {
  readonly characters: string[];
  readonly places: [from: number, to: number][];
}

/** Longer words are one unknown token, as in BERT. */
const LONGEST_WORD = 100;

/**
 * BERT's tokenizer (Devlin et al. 2019, "BERT"): text is cleaned, made lower case and freed of accents, split at white space,
 * punctuation and Chinese characters, and each word is cut into the longest pieces of a vocabulary, from the left.
 */
export class WordPiece {
  private readonly ids: ReadonlyMap<string, number>;

  /** @param lowerCase Whether case and accents are dropped; "uncased" models need this. */
  constructor(
    readonly vocabulary: readonly string[],
    private readonly lowerCase = true,
  ) {
    this.ids = new Map(vocabulary.map((word, id) => [word, id]));
  }

  /** @throws UserError if the vocabulary lacks it. */
  idOf(piece: string): number {
    const id = this.ids.get(piece);
    if (id === undefined) throw new UserError(`vocabulary: expected the piece ${piece}, got none`);
    return id;
  }

  /** A word that cannot be made of pieces is [UNK] as a whole. */
  tokenize(text: string): Token[] {
    return wordsOf(text, this.lowerCase).flatMap((word) => this.piecesOf(word));
  }

  private piecesOf({characters, places}: Word): Token[] {
    const unknown = (): Token => ({
      text: "[UNK]",
      id: this.idOf("[UNK]"),
      from: places[0][0],
      to: places[places.length - 1][1],
    });
    if (characters.length > LONGEST_WORD) return [unknown()];
    const found: Token[] = [];
    for (let start = 0; start < characters.length; ) {
      let end = characters.length;
      let piece = "";
      for (; end > start; end--) {
        piece = (start > 0 ? "##" : "") + characters.slice(start, end).join("");
        if (this.ids.has(piece)) break;
      }
      if (end === start) return [unknown()];
      found.push({text: piece, id: this.idOf(piece), from: places[start][0], to: places[end - 1][1]});
      start = end;
    }
    return found;
  }
}

/** Words of a text, cleaned as BERT does; punctuation and Chinese characters are words of their own. */
function wordsOf(text: string, lowerCase: boolean): Word[] {
  const words: Word[] = [];
  let word: Word | undefined;
  let place = 0;
  for (const given of text) {
    const from = place;
    place += given.length;
    if (isControl(given)) continue;
    if (/^[\s\p{Zs}]$/u.test(given)) {
      word = undefined;
      continue;
    }
    const alone = isPunctuation(given) || isChinese(given.codePointAt(0) as number);
    if (alone || !word) {
      word = {characters: [], places: []};
      words.push(word);
    }
    for (const character of lowerCase ? given.normalize("NFD").toLowerCase().normalize("NFD") : given) {
      if (lowerCase && /^\p{Mn}$/u.test(character)) continue; // an accent
      word.characters.push(character);
      word.places.push([from, place]);
    }
    if (alone) word = undefined;
  }
  return words.filter(({characters}) => characters.length > 0);
}

function isControl(character: string): boolean {
  return character === "\0" || character === "\uFFFD" || (/^\p{C}$/u.test(character) && !/^[\t\n\r]$/.test(character));
}

function isPunctuation(character: string): boolean {
  return /^[!-/:-@[-`{-~]$/.test(character) || /^\p{P}$/u.test(character);
}

/** The blocks of Chinese characters that BERT sets apart. */
const CHINESE = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b820, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
] as const;

function isChinese(code: number): boolean {
  return CHINESE.some(([first, last]) => code >= first && code <= last);
}

export const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] as const;

/**
 * A vocabulary made from the words of some texts and their characters, so that a word which is not among them can be
 * spelt.
 */
export function vocabularyOf(texts: readonly string[], mostWords = 30_000): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const {characters} of wordsOf(text, true)) {
      const word = characters.join("");
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const words = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word);
  const characters = [...new Set(words.flatMap((word) => [...word]))].sort();
  const whole = new Set(words.slice(0, mostWords));
  return [
    ...SPECIAL,
    ...whole,
    ...characters.filter((character) => !whole.has(character)),
    ...characters.map((character) => `##${character}`),
  ];
}
