/** What goes into an input besides the images, the same for every image: one number everywhere, or an array of them. */
export type Feed = number | {readonly shape: readonly number[]; readonly values: readonly number[]};

/** Feeds by the inputs' names. */
export interface NamedFeeds {
  readonly [input: string]: Feed;
}
