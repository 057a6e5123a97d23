import {keptEpochs, probedEpochs} from "../record/kept-epochs";
import type {RunOptions} from "./options";

/** Which epochs get pictures and more than scalars in TensorBoard; and a note for the user, if not all do. */
export function shownInFull({epochs, every, keepEpochs}: RunOptions): {isKept(epoch: number): boolean; note?: string} {
  if (keepEpochs === 0 || epochs <= keepEpochs) return {isKept: () => true};
  const planned = probedEpochs(epochs, every);
  const kept = new Set(keptEpochs(planned, keepEpochs));
  const isKept = (epoch: number) => kept.has(epoch);
  if (kept.size === planned.length) return {isKept};
  const [few, all] = [kept.size, planned.length].map((count) => count.toLocaleString("en"));
  return {
    isKept,
    note: `${few} of ${all} epochs, and the best, have pictures and are in the page and TensorBoard (--keep-epochs); the numbers of all are kept`,
  };
}
