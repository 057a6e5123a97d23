/**
 * The images, averaged over blocks of `step` × `step` pixels (smaller at the right and lower edge):
 * `[count, h, w, channels]`.
 */
export function reduced(
  pixels: Uint8Array,
  [count, height, width, channels]: readonly [number, number, number, number],
  step: number,
): Uint8Array {
  if (step === 1) return pixels;
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const small = new Uint8Array(count * rows * columns * channels);
  let to = 0;
  for (let n = 0; n < count; n++) {
    for (let r = 0; r < rows; r++) {
      for (let q = 0; q < columns; q++) {
        for (let c = 0; c < channels; c++) {
          let [sum, area] = [0, 0];
          for (let y = r * step; y < Math.min(height, (r + 1) * step); y++) {
            for (let x = q * step; x < Math.min(width, (q + 1) * step); x++) {
              sum += pixels[((n * height + y) * width + x) * channels + c];
              area++;
            }
          }
          small[to++] = Math.round(sum / area);
        }
      }
    }
  }
  return small;
}
