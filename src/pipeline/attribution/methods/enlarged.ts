/**
 * Enlarges a map bilinearly. The centres of its cells lie half a cell from its edges (PyTorch's
 * `interpolate(mode="bilinear", align_corners=False)`). If both sizes are equal, the map is unchanged.
 */
export function enlarged(
  values: Float32Array,
  height: number,
  width: number,
  toHeight: number,
  toWidth: number,
): Float32Array {
  const rows = places(height, toHeight);
  const columns = places(width, toWidth);
  const out = new Float32Array(toHeight * toWidth);
  rows.forEach(({low, high, share}, y) => {
    columns.forEach((column, x) => {
      const at = (row: number) =>
        values[row * width + column.low] * (1 - column.share) + values[row * width + column.high] * column.share;
      out[y * toWidth + x] = at(low) * (1 - share) + at(high) * share;
    });
  });
  return out;
}

/** For each new cell: the two old cells between which it lies, and how near it is to the second, 0 to 1. */
function places(from: number, to: number) {
  return Array.from({length: to}, (_, i) => {
    const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(from - 1, Math.floor(at));
    return {low, high: Math.min(from - 1, low + 1), share: Math.min(1, at - low)};
  });
}
