import {EpochscopeError} from "./errors";

/** One option. Its default gives its type; the command line shows its help and runs its check. */
export interface Option<T> {
  readonly default: T;
  readonly help: string;
  /** Its flag, if the flag has another name than the option: the name in run.json must never change. */
  readonly flag?: string;
  /**
   * Words that stand for a value: for example `auto` for the value that means "you choose". Help shows the first word
   * that stands for the default.
   */
  readonly words?: {readonly [word: string]: T};
  /** @returns What was expected, if `value` is not it. */
  check?(value: T): string | undefined;
}

/** The single list of a part's options. The flags, `--help`, the checks and run.json are all made from it. */
export type OptionTable<O> = {readonly [K in keyof O]: Option<O[K]>};

/** The older name of the same error, by which this program throws it. */
export {EpochscopeError as UserError};

export function positiveInteger(value: number): string | undefined {
  return Number.isInteger(value) && value > 0 ? undefined : "a positive integer";
}

export function wholeNumber(value: number): string | undefined {
  return Number.isInteger(value) && value >= 0 ? undefined : "a whole number, 0 or more";
}

/** A seed may be any whole number that a double holds exactly, so that two seeds are never mixed up. */
export function seedNumber(value: number): string | undefined {
  return Number.isSafeInteger(value) && value >= 0 ? undefined : `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`;
}

export function positiveNumber(value: number): string | undefined {
  return Number.isFinite(value) && value > 0 ? undefined : "a number above 0";
}

export function between(low: number, high: number): (value: number) => string | undefined {
  return (value) => (value >= low && value <= high ? undefined : `a number from ${low} to ${high}`);
}

/** The same, without fractions. */
export function wholeBetween(low: number, high: number): (value: number) => string | undefined {
  return (value) =>
    Number.isInteger(value) && value >= low && value <= high ? undefined : `a whole number from ${low} to ${high}`;
}

export function oneOf<T extends string>(...words: readonly T[]): (value: T) => string | undefined {
  return (value) => (words.includes(value) ? undefined : `one of ${words.join(", ")}`);
}

/**
 * The defaults, replaced by the given values if there are any.
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
      // what a file contains is no wrong command line
      const code = /\b(run|qa)\.json/.test(prefix) ? "BAD_FORMAT" : "BAD_OPTION";
      throw new EpochscopeError(`${prefix}${option.flag ?? kebab(name)}: expected ${expected}, got ${got}`, {code});
    }
    resolved[name] = value;
  }
  return resolved;
}

/** Turns an option's name into its flag: `batchSize` becomes `batch-size`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
