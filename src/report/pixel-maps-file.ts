/** @file The maps of many images in a report. Types only. */
import type {Packed} from "./packed";

/** Maps of pixels, by the methods that `explain test:all --method` was asked for. */
export interface PixelMapsShown {
  readonly maps: readonly PixelMethodShown[];
}

/** The maps of one method. */
export interface PixelMethodShown {
  readonly name: string;
  /** Signed maps are i8, from -127 to 127; others u8, from 0 to 255; each map has its own scale. */
  readonly signed: boolean;
  /** The size of a map; an image may have more pixels. */
  readonly height: number;
  readonly width: number;
  /** Images that have a map; a page carries as many as fit, evenly chosen. */
  readonly of: number;
  /** u32 `[images]`: their places in the test split, ascending. */
  readonly indices: Packed;
  /** One for each stop; null if the method was not asked for there. */
  readonly stops: readonly (PixelStop | null)[];
}

/** The maps of one method at one stop. */
export interface PixelStop {
  /** u16 `[images]`: the class explained; 65,535 if the image has no map at this stop. */
  readonly targets: Packed;
  /** f32 `[images]`: the faithfulness of each map; NaN if it cannot be measured. */
  readonly trust: Packed;
  /** f32 `[images]`: the completeness gap; null of methods that have none. */
  readonly gap: Packed | null;
  /** `[images, height, width]`. */
  readonly values: Packed;
}
