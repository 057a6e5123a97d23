import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import {decodeText} from "./text";

/** The classes' names by their index, all different. */
export interface ClassNames {
  readonly names: readonly string[];
  /** Notes for the user, one line each. */
  readonly notes: readonly string[];
}

/**
 * Class names from a file, in whichever of the usual forms: one a line; a JSON list; or a JSON object either way round,
 * `{"0": "cat"}` or `{"cat": 0}`, also under `id2label` (the config.json of Hugging Face's models). If an entry is a
 * JSON list, its last item is the name (`["n02123045", "tabby"]`, ImageNet's usual file). Names that two classes share
 * (ImageNet has two cranes) get their index: `crane (134)`.
 *
 * @param what Names the file in errors and notes. The file's ending says whether it must be JSON.
 * @throws UserError if a name is missing, or if an index has no name or two names.
 */
export function parseClassNames(bytes: Uint8Array, what: string): ClassNames {
  const text = decodeText(bytes, what);
  const value = /\.json$/i.test(what) || looksLikeJson(text) ? parseJson(text, what) : linesOf(text);
  const names = Array.isArray(value)
    ? value.map((name, i) => nameOf(name, `${what}: class ${i}`))
    : byIndex(value, text, what);
  if (names.length === 0) throw new UserError(`${what}: expected class names, got none`);
  return distinct(names, what);
}

/**
 * Finds lists and objects in a file with another ending. A plain line may also begin with a bracket, such as
 * "[unknown]".
 */
function looksLikeJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function linesOf(text: string): string[] {
  return text.trimEnd() === "" ? [] : text.trimEnd().split(/\r\n|\n|\r/);
}

function nameOf(value: unknown, what: string): string {
  const name = Array.isArray(value) ? value.at(-1) : value;
  const word = typeof name === "string" || typeof name === "number" ? `${name}`.trim() : undefined;
  if (word === "") throw new UserError(`${what}: expected a name, got an empty one`);
  if (word === undefined) throw new UserError(`${what}: expected a name, got ${JSON.stringify(value).slice(0, 40)}`);
  return word;
}

const isIndex = (value: unknown) => /^(0|[1-9]\d{0,8})$/.test(`${value}`);

function byIndex(value: unknown, text: string, what: string): string[] {
  if (typeof value !== "object" || value === null) {
    throw new UserError(
      `${what}: expected a list of names, or an object of indices and names, got ${value === null ? "null" : `a ${typeof value}`}`,
    );
  }
  const inner = (value as {readonly id2label?: unknown}).id2label;
  if (typeof inner === "object" && inner !== null) return byIndex(inner, text, `${what}: id2label`);
  const entries = Object.entries(value);
  const keysCount = entries.every(([key]) => isIndex(key));
  const valuesCount = entries.every(([, index]) => isIndex(index));
  // if both are numbers, the one in quotes is the name: {"7": 0} names class 0 "7"
  const isNamed = valuesCount && (!keysCount || entries.every(([, index]) => typeof index === "number"));
  if (!isNamed && !keysCount) {
    const odd = entries.find(([key, index]) => !isIndex(key) && !isIndex(index)) ?? entries[0];
    const got = `{${JSON.stringify(odd[0])}: ${JSON.stringify(odd[1])}}`.slice(0, 60);
    throw new UserError(`${what}: expected {"0": "cat"} or {"cat": 0}, an index and a name in each pair, got ${got}`);
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new UserError(`${what}: expected each key once, got ${JSON.stringify(twice)} twice`);
  const names: string[] = [];
  for (const [key, other] of entries) {
    const index = Number(isNamed ? other : key);
    const name = nameOf(isNamed ? key : other, `${what}: class ${index}`);
    if (names[index] !== undefined) {
      throw new UserError(`${what}: expected one name for class ${index}, got ${names[index]} and ${name}`);
    }
    names[index] = name;
  }
  const count = entries.length;
  const gap = Array.from({length: count}, (_, i) => i).find((i) => names[i] === undefined);
  if (gap !== undefined) {
    throw new UserError(`${what}: expected the indices 0 to ${count - 1} for ${count} names, got none for ${gap}`);
  }
  return names;
}

/** Finds a key that an object has twice. JSON.parse would keep the last one and say nothing. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let word = "";
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":") word = token;
    else {
      const key = JSON.parse(word) as string; // a string token
      const seen = open[open.length - 1];
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

function distinct(names: readonly string[], what: string): ClassNames {
  const places = new Map<string, number[]>();
  names.forEach((name, i) => {
    const known = places.get(name);
    if (known) known.push(i);
    else places.set(name, [i]);
  });
  const shared = [...places].filter(([, own]) => own.length > 1);
  if (shared.length === 0) return {names, notes: []};
  const [name, own] = shared[0];
  const others = shared.length > 1 ? `, and ${shared.length - 1} more names likewise` : "";
  const note = `${what}: classes ${own.slice(0, 4).join(", ")} are all named ${name}${others}: they are shown with their index`;
  return {names: names.map((n, i) => ((places.get(n)?.length ?? 0) > 1 ? `${n} (${i})` : n)), notes: [note]};
}
