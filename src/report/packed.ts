/** An array in the page's bytes, little-endian and row-major. Its numbers are `stored * scale`. */
export interface Packed {
  readonly dtype: "u8" | "i8" | "u16" | "u32" | "f32";
  readonly shape: readonly number[];
  /** Where it starts, in bytes; a multiple of 4. */
  readonly offset: number;
  readonly scale?: number;
}
