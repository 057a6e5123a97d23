/** @file Reads conditions on runs, as people type them: `test_accuracy > 0.99 and model = cnn`. */
import {nearest} from "../../../nouns/nearest";
import {UserError} from "../../../nouns/options";
import {COLUMNS} from "./tables";

/** A condition in SQL. Its values are bound, so it contains no text that the user typed. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const OPERATORS: {readonly [typed: string]: string} = {
  ...{"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="},
  ...{like: "LIKE", is: "IS"},
};

const TOKEN = /\s*(?:([()])|(<=|>=|==|!=|<>|=|<|>)|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^\s()<>=!'"]+))/y;

type Token = {readonly kind: "sign" | "word" | "text"; readonly text: string};

/**
 * Reads a condition: comparisons of a column with a value, joined by `and`, `or`, `not` and brackets. A value is a
 * number, a word, a text in quotes, or null (`is null`, `is not null`). In addition to the columns of runs, there are
 * `tag` and `options.learningRate` for any option.
 *
 * @throws UserError that says at which place it is not understood.
 */
export function parseWhere(text: string): Condition {
  const tokens = tokensOf(text);
  const values: (string | number)[] = [];
  let at = 0;
  const peek = () => tokens[at];
  const isWord = (word: string) => peek()?.kind === "word" && peek().text.toLowerCase() === word;
  const take = (what: string): Token => {
    const token = tokens[at++];
    if (!token) throw wrong(text, what, "its end");
    return token;
  };
  const either = (): string => {
    let sql = both();
    for (; isWord("or"); sql = `(${sql} OR ${both()})`) at++;
    return sql;
  };
  const both = (): string => {
    let sql = one();
    for (; isWord("and"); sql = `(${sql} AND ${one()})`) at++;
    return sql;
  };
  const one = (): string => {
    if (isWord("not")) {
      at++;
      return `NOT ${one()}`;
    }
    if (peek()?.kind === "sign" && peek().text === "(") {
      at++;
      const sql = either();
      const end = take("a closing bracket");
      if (end.text !== ")") throw wrong(text, "a closing bracket", end.text);
      return `(${sql})`;
    }
    return comparison();
  };
  const comparison = (): string => {
    const name = take("a column");
    if (name.kind === "sign") throw wrong(text, "a column", name.text);
    const sign = take("an operator");
    const operator = OPERATORS[sign.text.toLowerCase()];
    if (!operator || sign.kind === "text") throw wrong(text, `one of ${Object.keys(OPERATORS).join(" ")}`, sign.text);
    if (operator === "IS") {
      const isNot = isWord("not");
      if (isNot) at++;
      const value = take("null");
      if (value.text.toLowerCase() !== "null") throw wrong(text, "null after is", value.text);
      return compared(name.text, (subject) => `${subject} IS ${isNot ? "NOT " : ""}NULL`);
    }
    const value = take("a value");
    if (value.kind === "sign") throw wrong(text, "a value", value.text);
    const isNumber = value.kind === "word" && value.text !== "" && Number.isFinite(Number(value.text));
    return compared(name.text, (subject) => {
      values.push(isNumber ? Number(value.text) : value.text);
      return `${subject} ${operator} ?`;
    });
  };
  /** @param make Gives the comparison. It is called late, so that earlier parts bind their values first. */
  const compared = (name: string, make: (subject: string) => string): string => {
    if (name === "tag") return `EXISTS (SELECT 1 FROM tags WHERE tags.run = runs.name AND ${make("tags.tag")})`;
    const [, option] = /^options?\.(.+)$/.exec(name) ?? [];
    if (option !== undefined) {
      values.push(option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
      return make("(SELECT value FROM options WHERE options.run = runs.name AND options.name = ?)");
    }
    return make(`runs.${columnOf(name, "--where")}`);
  };
  const sql = either();
  if (peek()) throw wrong(text, "and, or, or its end", peek().text);
  return {sql, values};
}

/** The column with a name, in a form for SQL. @throws UserError if there is none. */
export function columnOf(name: string, flag: string): string {
  const column = COLUMNS.find((one) => one === name.toLowerCase());
  if (column) return column;
  const near = nearest(name, [...COLUMNS, "tag"]);
  const hint = near ? `; did you mean ${near}?` : `; there are ${COLUMNS.join(", ")}`;
  throw new UserError(`${flag}: expected a column of runs, got "${name}"${hint}`);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw wrong(text, "columns, operators and values", text.slice(from).trim().slice(0, 20));
    const [, bracket, sign, single, double, word] = found;
    if (bracket !== undefined || sign !== undefined) tokens.push({kind: "sign", text: bracket ?? sign});
    else if (word !== undefined) tokens.push({kind: "word", text: word});
    else tokens.push({kind: "text", text: single?.replaceAll("''", "'") ?? double.replaceAll('""', '"')});
  }
  return tokens;
}

function wrong(text: string, expected: string, got: string): UserError {
  return new UserError(`--where: expected ${expected}, got ${got} in "${text}"`);
}
