/** The value of an input other than the images, the same for every image: one number everywhere, or an array. */
export type Feed = number | {readonly shape: readonly number[]; readonly values: readonly number[]};

/** Feeds by the inputs' names. */
export interface NamedFeeds {
  readonly [input: string]: Feed;
}
