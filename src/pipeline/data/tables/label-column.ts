import {UserError} from "../../../nouns/options";

/**
 * The place of the column that `--label` means, from 0: the column with that name, or else the one at that place (1 is
 * the first, -1 the last).
 *
 * @param given The names in the file; empty if it has no line of names.
 * @param names The names of all columns, which are all different.
 * @returns -1 if the user wants no label.
 * @throws UserError if there is no such column, or more than one.
 */
export function chosenColumn(given: readonly string[], names: readonly string[], label: string): number {
  const wanted = label.trim();
  if (!wanted) return -1;
  const places = given.flatMap((name, c) => (name === wanted ? [c] : []));
  if (places.length > 1) {
    const list = places.map((c) => c + 1).join(" and ");
    throw new UserError(
      `--label: expected one column, got "${wanted}", the name of columns ${list}: give the place of one`,
    );
  }
  if (places.length === 1) return places[0];
  const own = names.indexOf(wanted);
  if (own >= 0) return own;
  const place = /^-?\d+$/.test(wanted) ? Number(wanted) : 0;
  if (Math.abs(place) >= 1 && Math.abs(place) <= names.length) return place > 0 ? place - 1 : names.length + place;
  const shown = names.slice(0, MOST_SHOWN).join(", ") + (names.length > MOST_SHOWN ? ", …" : "");
  throw new UserError(
    `--label: expected a column, by name (${shown}) or place (1 to ${names.length}), got "${wanted}"`,
  );
}

const MOST_SHOWN = 20;
