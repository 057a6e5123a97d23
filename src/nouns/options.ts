import {EpochscopeError} from "./errors";

/** One tunable: its default gives its type; its help and its check are what the command line shows and does. */
export interface Option<T> {
  readonly default: T;
  readonly help: string;
  /** Its flag, where that is not its name: what run.json says stays as it was. */
  readonly flag?: string;
  /** Words that stand for a value: `auto` for one that says "you choose". The first that stands for the default is shown. */
  readonly words?: {readonly [word: string]: T};
  /** @returns What was expected, if `value` is not it. */
  check?(value: T): string | undefined;
}

/** The one list of a part's options: flags, `--help`, checks and run.json are made from it. */
export type OptionTable<O> = {readonly [K in keyof O]: Option<O[K]>};

/** The one error of ours, by the name that this program throws it by. */
export {EpochscopeError as UserError};

export function positiveInteger(value: number): string | undefined {
  return Number.isInteger(value) && value > 0 ? undefined : "a positive integer";
}

export function wholeNumber(value: number): string | undefined {
  return Number.isInteger(value) && value >= 0 ? undefined : "a whole number, 0 or more";
}

/** A seed: every whole number that a double holds exactly, so that none is taken for its neighbour. */
export function seedNumber(value: number): string | undefined {
  return Number.isSafeInteger(value) && value >= 0 ? undefined : `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`;
}

export function positiveNumber(value: number): string | undefined {
  return Number.isFinite(value) && value > 0 ? undefined : "a number above 0";
}

export function between(low: number, high: number): (value: number) => string | undefined {
  return (value) => (value >= low && value <= high ? undefined : `a number from ${low} to ${high}`);
}

export function oneOf<T extends string>(...words: readonly T[]): (value: T) => string | undefined {
  return (value) => (words.includes(value) ? undefined : `one of ${words.join(", ")}`);
}

/**
 * The given values over the defaults.
 *
 * @param prefix Put before each name in errors: "--" or "--saliency.".
 * @throws UserError that names the option, what was expected and what was given.
 */
export function resolveOptions<O extends object>(
  table: OptionTable<O>,
  given: {readonly [name: string]: unknown},
  prefix: string,
): O {
  for (const name of Object.keys(given)) {
    if (!(name in table)) {
      throw new EpochscopeError(
        `${prefix}${name}: expected one of ${Object.keys(table).join(", ")}, got an unknown option`,
        {
          code: "BAD_OPTION",
        },
      );
    }
  }
  const resolved = {} as O;
  for (const name of Object.keys(table) as (keyof O & string)[]) {
    const option = table[name];
    const asGiven = given[name] ?? option.default;
    const isWord = typeof asGiven === "string" && Object.hasOwn(option.words ?? {}, asGiven);
    const value = (isWord ? option.words?.[asGiven] : asGiven) as O[typeof name];
    const expected = typeof value === typeof option.default ? option.check?.(value) : `a ${typeof option.default}`;
    if (expected) {
      const got = typeof value === "string" ? `"${value}"` : value;
      const code = prefix.includes("run.json") ? "BAD_FORMAT" : "BAD_OPTION"; // what a file contains is no wrong command line
      throw new EpochscopeError(`${prefix}${option.flag ?? kebab(name)}: expected ${expected}, got ${got}`, {code});
    }
    resolved[name] = value;
  }
  return resolved;
}

/** `batchSize` as the flag it is on the command line: `batch-size`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
