import {UserError} from "../nouns/options";

/** One run of a sweep: its seed, and the values that it tries. */
export interface SweepRun {
  readonly name: string;
  readonly seed: number;
  /** The flags that the sweep varies, with this run's values as one would type them: {"learning-rate": "0.002"}. */
  readonly values: {readonly [flag: string]: string};
}

/**
 * Reads seeds as the user types them: "5" for the seeds 0 to 4, "3,7" for those two.
 *
 * @throws UserError if the text is neither.
 */
export function seedsOf(text: string): number[] {
  const numbers = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  const isList = numbers.length > 1;
  const isGood = numbers.every((n) => Number.isSafeInteger(n) && n >= (isList ? 0 : 1));
  if (!isGood || (!isList && numbers[0] > MOST_RUNS) || new Set(numbers).size < numbers.length) {
    throw new UserError(`--seeds: expected how many (5) or which (0,3,7), got "${text}"`);
  }
  return isList ? numbers : Array.from({length: numbers[0]}, (_, i) => i);
}

/** A sweep of more runs than this is refused as a mistake. */
const MOST_RUNS = 1000;

/**
 * Every combination of the given values, each with every seed. Settings come in the order typed; the seeds of one
 * setting stand together.
 *
 * @param over "learning-rate=0.001,0.004", one text for each flag.
 * @throws UserError if one is not of that form, or there are too many runs.
 */
export function sweepGrid(name: string, over: readonly string[], seeds: readonly number[]): SweepRun[] {
  const flags = over.map((text) => {
    const [, flag, list] = /^-{0,2}([a-z][a-z0-9.-]*)=(.+)$/.exec(text) ?? [];
    const values = list?.split(",").map((value) => value.trim());
    if (!flag || values === undefined || values.includes("")) {
      throw new UserError(`--over: expected a flag and its values (learning-rate=0.001,0.004), got "${text}"`);
    }
    if (new Set(values).size < values.length)
      throw new UserError(`--over ${flag}: expected each value once, got "${list}"`);
    if (flag === "seed" || flag === "name" || flag === "save") {
      throw new UserError(
        `--over: expected a flag of \`run\` that changes what is learnt, got "${flag}"; --seeds gives seeds`,
      );
    }
    return {flag, values};
  });
  const twice = flags.find(({flag}, i) => flags.findIndex((other) => other.flag === flag) !== i);
  if (twice) throw new UserError(`--over ${twice.flag}: expected it once, got it twice`);
  const settings = flags.reduce<{readonly [flag: string]: string}[]>(
    (grid, {flag, values}) => grid.flatMap((setting) => values.map((value) => ({...setting, [flag]: value}))),
    [{}],
  );
  if (settings.length * seeds.length > MOST_RUNS) {
    throw new UserError(`sweep: expected at most ${MOST_RUNS} runs, got ${settings.length * seeds.length}`);
  }
  return settings.flatMap((values) => seeds.map((seed) => ({name: nameOf(name, values, seed), seed, values})));
}

function nameOf(name: string, values: {readonly [flag: string]: string}, seed: number): string {
  const parts = Object.entries(values).map(
    ([flag, value]) => `${flag}-${value.replaceAll(/[^\p{L}\p{N}._-]+/gu, "_")}`,
  );
  return [name, ...parts, `seed-${seed}`].join("-");
}
