import {relative} from "node:path";

/**
 * The reasons why something in a folder of pictures is not part of the data, or is part of it in a way that may
 * surprise the user.
 */
const REASONS = {
  system: "hidden, or left there by the system",
  other: "no pictures",
  loose: "pictures outside the classes' folders",
  circle: "links to a folder that holds them",
  part: "no part of the data, as far as their names tell",
  unlabelled: "pictures without classes",
} as const;

/** How many paths are named for each reason; the others are counted. */
const NAMED = 3;

/**
 * The files in a folder of pictures that are not read. The user is told of them, so that nothing is left out silently.
 */
export interface Leftovers {
  /** @param reason "inside" means that its pictures are read as pictures of the class in whose folder it is. */
  add(reason: keyof typeof REASONS | "inside", path: string): void;
  /** One sentence for each reason. */
  notes(): string[];
}

/** @param root The data's folder; notes give paths from there. */
export function leftoversOf(root: string): Leftovers {
  const paths = new Map<keyof typeof REASONS | "inside", string[]>();
  const words = (found: readonly string[]) => {
    const named = found.slice(0, NAMED).join(", ");
    return found.length > NAMED ? `${named} and ${found.length - NAMED} more` : named;
  };
  return {
    add(reason, path) {
      const found = paths.get(reason) ?? [];
      found.push(relative(root, path) || ".");
      paths.set(reason, found);
    },
    notes() {
      return Array.from(paths, ([reason, found]) =>
        reason === "inside"
          ? `${root}: pictures in folders inside a class's folder count as that class's: ${words(found)}`
          : `${root}: left out ${words(found)} (${REASONS[reason]})`,
      );
    },
  };
}
