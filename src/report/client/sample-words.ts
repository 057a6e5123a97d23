import type {Data} from "./data";
import {int} from "./format";

/** "a sample of 28,571", if the run shows only some of its test images; "" if it shows all of them. */
export function sampleWords({count, file}: Pick<Data, "count"> & {readonly file: Pick<Data["file"], "run">}): string {
  const {moreTest = 0} = file.run.data;
  return moreTest > 0 ? `a sample of ${int(count + moreTest)}` : "";
}
