/** @file The part of a report with the user's own columns about the test images (`--columns`). Types only. */

import type {Packed} from "./packed";

/** A column, which says for each image which of `values` it has. */
export interface ColumnShown {
  readonly name: string;
  readonly values: readonly string[];
  /** u16 `[images]`: a place in `values`. */
  readonly of: Packed;
}
