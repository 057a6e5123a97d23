/**
 * @file Notes that are shown after a command has done its work, if the user wrote something as an earlier version
 * wanted it.
 */

const notes = new Set<string>();

/** Remembers that the user wrote a word that an earlier version used, and what to write now. */
export function noteOldWay(old: string, now: string): void {
  notes.add(`${old} is written ${now} now; the old way works until 1.0`);
}

/** Returns the notes so far, and forgets them. */
export function takeNotes(): string[] {
  const taken = [...notes];
  notes.clear();
  return taken;
}
