import fc from "fast-check";
import {expect, test} from "vitest";

import {laidOver} from "../../src/numbers/procrustes";

const number = fc.double({min: -5, max: 5, noNaN: true, noDefaultInfinity: true});
const points = fc
  .array(number, {minLength: 8, maxLength: 40})
  .map((list) => list.slice(0, 2 * Math.floor(list.length / 2)));
const off = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);

test("points that were turned, scaled, moved and perhaps mirrored lie over one another again", () => {
  fc.assert(
    fc.property(
      points,
      number,
      fc.double({min: 0.2, max: 5, noNaN: true}),
      fc.boolean(),
      (fixed, angle, scale, isMirrored) => {
        const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
        const moving = fixed.flatMap((x, i) => {
          if (i % 2) return [];
          const y = isMirrored ? -fixed[i + 1] : fixed[i + 1];
          return [x * cos - y * sin + 3, x * sin + y * cos - 2];
        });
        expect(Math.sqrt(off(laidOver(moving, fixed), fixed) / fixed.length)).toBeLessThan(1e-6);
      },
    ),
  );
});

test("no other turn, scale or move is nearer", () => {
  fc.assert(
    fc.property(points, points, number, number, (a, b, turn, move) => {
      const count = 2 * Math.floor(Math.min(a.length, b.length) / 2);
      const [moving, fixed] = [a.slice(0, count), b.slice(0, count)];
      const best = laidOver(moving, fixed);
      const [cos, sin] = [(1 + turn / 50) * Math.cos(turn / 10), (1 + turn / 50) * Math.sin(turn / 10)];
      const other = Array.from(best, (_, i) =>
        i % 2 ? best[i - 1] * sin + best[i] * cos : best[i] * cos - best[i + 1] * sin + move / 10,
      );
      expect(off(best, fixed)).toBeLessThanOrEqual(off(other, fixed) + 1e-9);
    }),
  );
});

test("points that are all equal are moved alone", () => {
  expect([...laidOver([1, 1, 1, 1], [0, 0, 2, 4])]).toEqual([1, 2, 1, 2]);
});
