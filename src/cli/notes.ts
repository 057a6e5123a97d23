/** @file What is told once a command has done its work: that something was written in an earlier version's way. */

const notes = new Set<string>();

/** Notes that a word of an earlier version was used, and what to write now. */
export function noteOldWay(old: string, now: string): void {
  notes.add(`${old} is written ${now} now; the old way works until 1.0`);
}

/** The notes so far, which are forgotten. */
export function takeNotes(): string[] {
  const taken = [...notes];
  notes.clear();
  return taken;
}
