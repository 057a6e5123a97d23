import {expect, test} from "vitest";

import {edgeStrength} from "../../src/lime/deletion-insertion";

const whole = (size: number) => ({count: 1, labels: new Uint16Array(size)});

test("a step of 1 between columns, or between rows, is 4 strong on both of its sides", () => {
  const labels = Uint16Array.from({length: 16}, (_, p) => p % 4);
  const steps = Float32Array.from({length: 16}, (_, p) => Number(p % 4 > 1));
  const shape = [4, 4, 1] as const;
  expect([...edgeStrength({pixels: steps, shape, count: 1}, {count: 4, labels})]).toEqual([0, 4, 4, 0]);
  const turned = steps.map((_, p) => steps[(p % 4) * 4 + Math.floor(p / 4)]);
  const rows = labels.map((_, p) => Math.floor(p / 4));
  expect([...edgeStrength({pixels: turned, shape, count: 1}, {count: 4, labels: rows})]).toEqual([0, 4, 4, 0]);
});

test("it is Sobel's: differences, smoothed across by 1, 2, 1; edges repeat, and channels are added up", () => {
  const [height, width, channels] = [5, 6, 3];
  const pixels = Float32Array.from({length: height * width * channels}, (_, i) => ((i * i * 7 + i * 3) % 31) / 8);
  const at = (y: number, x: number, c: number) => {
    const [row, column] = [Math.max(0, Math.min(4, y)), Math.max(0, Math.min(5, x))];
    return pixels[(row * width + column) * channels + c];
  };
  const kernel = [1, 2, 1].map((across) => [-1, 0, 1].map((along) => across * along));
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        let [dx, dy] = [0, 0];
        for (let i = 0; i < 3; i++)
          for (let j = 0; j < 3; j++) {
            dx += kernel[i][j] * at(y + i - 1, x + j - 1, c);
            dy += kernel[j][i] * at(y + i - 1, x + j - 1, c);
          }
        sum += Math.sqrt(dx * dx + dy * dy);
      }
  const [mean] = edgeStrength({pixels, shape: [height, width, channels], count: 1}, whole(height * width));
  expect(mean).toBeCloseTo(sum / (height * width), 9);
});
