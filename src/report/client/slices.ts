import {imageTraits} from "../../numbers/image-traits";
import {quartersOf, type Slice, slicesOf} from "../../numbers/slices";
import type {Data} from "./data";
import {members} from "./selection";
import type {Store} from "./state";

/** A slice in the form in which an address names it. */
export type SliceName = Pick<Slice, "field" | "value">;

/** The most slices of different fields that can be chosen at once; more would leave too few images to say anything. */
const MOST_FIELDS = 2;

const found = new WeakMap<Data, readonly Slice[]>();

/** Every slice of a run's test images: by visible properties, then by the user's columns. */
export function slicesIn(data: Data): readonly Slice[] {
  const known = found.get(data);
  if (known) return known;
  const {height, width, channels} = data.image;
  const traits = Array.from({length: data.count}, (_, i) => imageTraits(data.pixels(i), height, width, channels));
  const isGiven = (name: string) => data.columns.some((column) => column.name === name);
  // one of the user's columns may have the name of a property
  const seen = (name: string) => (isGiven(name) ? `${name} (of the pixels)` : name);
  const slices = [
    ...quartersOf(seen("brightness"), traits.map(({brightness}) => brightness)), // biome-ignore format: a field a line
    ...quartersOf(seen("size"), traits.map(({size}) => size)), // biome-ignore format: as above
    ...quartersOf(seen("stroke width"), traits.map(({stroke}) => stroke)), // biome-ignore format: as above
    ...data.columns.flatMap(({name, values}) => slicesOf(name, values)),
  ];
  found.set(data, slices);
  return slices;
}

const isSame = (a: SliceName, b: SliceName) => a.field === b.field && a.value === b.value;

/** The slices that an address names; those that this run does not have are left out. */
export function slicesNamed(data: Data, names: readonly SliceName[]): readonly Slice[] {
  if (names.length === 0) return [];
  return names.slice(0, MOST_FIELDS).flatMap((name) => slicesIn(data).filter((slice) => isSame(slice, name)));
}

/**
 * The chosen slices after a click on a slice. If it was chosen, it is removed; else it replaces the slice of the same
 * field, or the oldest one.
 */
export function withSlice(chosen: readonly Slice[], slice: Slice): readonly Slice[] {
  if (isChosen(chosen, slice)) return chosen.filter((other) => !isSame(other, slice));
  return [...besides(chosen, slice), slice];
}

const alone = new WeakMap<Slice, readonly Slice[]>();

/** The chosen slices that would stay beside a slice if it were chosen, or stay beside it if it is: the same array each time. */
export function besides(chosen: readonly Slice[], slice: Slice): readonly Slice[] {
  const other = chosen.findLast(({field}) => field !== slice.field);
  if (!other) return NONE;
  const only = alone.get(other) ?? [other];
  alone.set(other, only);
  return only;
}

const NONE: readonly Slice[] = [];

export function isChosen(chosen: readonly SliceName[], slice: SliceName): boolean {
  return chosen.some((other) => isSame(other, slice));
}

/**
 * Limits the Answers view to slices. The current image becomes one of the remaining images, preferably an explained
 * one.
 */
export function chooseSlices(data: Data, store: Store, slices: readonly Slice[]): void {
  const list = members(data, {...store.state, slices});
  const {image, stop} = store.state;
  const stays = slices.every(({images}) => images.includes(image));
  const next = list.find((i) => data.isExplained(i, stop)) ?? list[0] ?? image;
  store.set({slices, image: stays ? image : next});
}

/** The words for a slice: "camera: 2", and ", stroke width: lowest quarter, 1 to 2" for a second one. */
export function sliceWords(slices: readonly SliceName[]): string {
  return slices.map(({field, value}) => `${field}: ${value}`).join("; ");
}
