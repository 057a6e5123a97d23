import type {Lesson} from "./lesson";

/** The settings that a visitor can change. */
export interface Config {
  /** How many pictures to learn from; these are the first ones. */
  readonly train: number;
  /** How many filters the first block has; the second has twice as many. */
  readonly width: number;
  /** The peak of the learning rate. */
  readonly rate: number;
  /** The share of the training labels that are made wrong on purpose. */
  readonly noise: number;
  readonly epochs: number;
  readonly seed: number;
}
export type Choices = {readonly [name in keyof Config]: readonly number[]};

export function defaultsOf({train, epochs}: Lesson): Config {
  return {train, width: 16, rate: 0.004, noise: 0, epochs, seed: 0};
}

/** The possible values of each setting, in rising order. */
export function choicesOf({train, epochs}: Lesson): Choices {
  const rising = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  return {
    train: rising([...[50, 100, 250, 500, 1000, 2000, 5000].filter((count) => count < train), train]),
    width: [4, 8, 16, 32, 64],
    rate: [0.0003, 0.001, 0.002, 0.004, 0.01, 0.03, 0.1, 0.3, 1],
    noise: [0, 0.1, 0.2, 0.4, 0.6, 0.8],
    epochs: rising([1, 2, 3, 4, 6, 8, 12, epochs]),
    seed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  };
}

/** The names of all settings, in the order in which they are shown. */
export const SETTINGS = ["train", "width", "rate", "noise", "epochs", "seed"] as const satisfies (keyof Config)[];

export const isSame = (a: Config, b: Config): boolean => SETTINGS.every((name) => a[name] === b[name]);
