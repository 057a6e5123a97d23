/**
 * @file Notes that are shown after a command has done its work: the user has written something in the way of an earlier
 * version.
 */

const notes = new Set<string>();

/** Remembers that the user wrote a word of an earlier version, and what to write now. */
export function noteOldWay(old: string, now: string): void {
  notes.add(`${old} is written ${now} now; the old way works until 1.0`);
}

/** Returns the notes so far, and forgets them. */
export function takeNotes(): string[] {
  const taken = [...notes];
  notes.clear();
  return taken;
}
