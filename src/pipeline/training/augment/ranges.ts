import type {Dataset} from "../../../nouns/samples";

/** How far images may be changed; each change is drawn evenly within these ranges. */
export interface Ranges {
  /** A share of the side, in both directions. */
  readonly shift: number;
  /** In degrees, in both directions. */
  readonly turn: number;
  /** 0.2 means from 1 / 1.2 to 1.2 times as large. */
  readonly zoom: number;
  /** Which sides are exchanged, in half of the images. */
  readonly flip: Flip;
  /**
   * The change of intensity, in both directions; and of contrast: 0.2 means that distances from mid-grey become 1 / 1.2
   * to 1.2 times as large.
   */
  readonly brightness: number;
  readonly contrast: number;
}

export type Flip = "none" | "horizontal" | "vertical" | "both";
export type Augmentation = "none" | "digits" | "photos";

/** Digits and letters are not mirrored, because a mirrored one is a different sign. */
const RANGES: {readonly [name in Augmentation]: Ranges} = {
  none: {shift: 0, turn: 0, zoom: 0, flip: "none", brightness: 0, contrast: 0},
  digits: {shift: 0.08, turn: 10, zoom: 0.1, flip: "none", brightness: 0, contrast: 0},
  photos: {shift: 0.1, turn: 15, zoom: 0.2, flip: "horizontal", brightness: 0.1, contrast: 0.2},
};

/** The options from the user: "auto", or a value. */
export interface AugmentOptions {
  readonly augment: "auto" | Augmentation;
  readonly augmentShift: string;
  readonly augmentTurn: string;
  readonly augmentZoom: string;
  readonly augmentFlip: "auto" | Flip;
  readonly augmentBrightness: string;
  readonly augmentContrast: string;
}

export interface ChosenRanges extends Ranges {
  readonly name: Augmentation;
  /** The reason for this choice, if the user did not make it. */
  readonly why: string;
}

/**
 * The ranges of the kind that the user named, or of the kind that fits the data: none for MNIST and other idx files,
 * whose figures are compared with published ones; photos for pictures in colour; digits for grey ones. Values that the
 * user gives replace them.
 */
export function rangesOf(options: AugmentOptions, data: Pick<Dataset, "folder" | "imageShape">): ChosenRanges {
  const {augment, augmentFlip: flip} = options;
  const [name, why] = augment === "auto" ? fitting(data) : [augment, "asked for"];
  const own = RANGES[name];
  const value = (word: string, otherwise: number) => (word === "auto" ? otherwise : Number(word));
  return {
    name,
    why,
    shift: value(options.augmentShift, own.shift),
    turn: value(options.augmentTurn, own.turn),
    zoom: value(options.augmentZoom, own.zoom),
    flip: flip === "auto" ? own.flip : flip,
    brightness: value(options.augmentBrightness, own.brightness),
    contrast: value(options.augmentContrast, own.contrast),
  };
}

function fitting({folder, imageShape}: Pick<Dataset, "folder" | "imageShape">): [Augmentation, string] {
  if (folder === undefined) return ["none", "the data are idx files"];
  return imageShape[2] === 3 ? ["photos", "the pictures are in colour"] : ["digits", "the pictures are grey"];
}

/** Whether anything is changed at all. */
export function changes({shift, turn, zoom, flip, brightness, contrast}: Ranges): boolean {
  return [shift, turn, zoom, brightness, contrast].some((value) => value > 0) || flip !== "none";
}

/** Says in words how training images are changed. */
export function rangesInWords({shift, turn, zoom, flip, brightness, contrast}: Ranges): string {
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const sides = {none: "", horizontal: "left to right", vertical: "upside down", both: "both ways"}[flip];
  const parts = [
    shift > 0 && `shifted by up to ${percent(shift)}`,
    turn > 0 && `turned by up to ${turn}°`,
    zoom > 0 && `zoomed by up to ${percent(zoom)}`,
    sides && `half of them flipped ${sides}`,
    brightness > 0 && `brightness changed by up to ${percent(brightness)}`,
    contrast > 0 && `contrast by up to ${percent(contrast)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** The note for the user about these changes. */
export function augmentationNote(ranges: ChosenRanges): string {
  const {name, why} = ranges;
  const reason = why === "asked for" ? why : `${why}; --augment none trains on them as they are`;
  return `augmentation ${name}: training images are ${rangesInWords(ranges)} (${reason})`;
}
