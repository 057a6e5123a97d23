import fc from "fast-check";
import {expect, test} from "vitest";
import {fork, normal} from "../../src/nouns/random";
import {frameOf, HOME, inside, place, pointBeside, pointNear, unitPixels} from "../../src/report/client/map/map-view";

const square = Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1);
const flat = {...HOME};

function placed(points: Float32Array, camera = flat, dimensions = 2): Float32Array {
  const screen = new Float32Array((3 * points.length) / dimensions);
  place(screen, points, points, 0, frameOf([points], dimensions), camera, 232, 132);
  return screen;
}

test("fits all stops into the canvas with one scale for both axes, the middle in the middle", () => {
  const screen = placed(square);
  const corners = [0, 1, 2, 3].map((i) => [screen[3 * i], screen[3 * i + 1]]);
  expect(corners).toEqual([
    [66, 16],
    [166, 16],
    [166, 116],
    [66, 116],
  ]);
});

test("puts a point between two stops in proportion", () => {
  const screen = new Float32Array(3);
  const [from, to] = [Float32Array.of(0, 0), Float32Array.of(1, 1)];
  place(screen, from, to, 0.25, frameOf([from, to], 2), flat, 132, 132);
  expect([screen[0], screen[1]]).toEqual([41, 41]);
});

test("turning a map in three dimensions keeps the distances from its middle", () => {
  const cube = Float32Array.from({length: 24}, (_, at) => (Math.floor(at / 3) >> (at % 3)) & 1);
  fc.assert(
    fc.property(
      fc.double({min: -4, max: 4, noNaN: true}),
      fc.double({min: -1.5, max: 1.5, noNaN: true}),
      (turn, tilt) => {
        const screen = placed(cube, {...flat, turn, tilt}, 3);
        const corner = (unitPixels(232, 132, frameOf([cube], 3), tilt) * Math.sqrt(3)) / 2;
        for (let i = 0; i < 8; i++) {
          const [x, y, depth] = [screen[3 * i] - 116, screen[3 * i + 1] - 66, screen[3 * i + 2]];
          expect(Math.hypot(x / corner, y / corner, depth)).toBeCloseTo(1, 4);
        }
      },
    ),
  );
});

test("a map in three dimensions fills its panel at any tilt, and stays in it however it is turned", () => {
  const random = fork(2, "cloud");
  const cloud = Float32Array.from({length: 3 * 400}, (_, at) => normal(random) * [1, 2, 0.5][at % 3]);
  for (const tilt of [-1.5, -0.7, 0, 0.35, 0.4, 1.1, 1.5]) {
    const [xs, ys]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 2 * Math.PI; turn += 0.05) {
      const screen = placed(cloud, {...flat, turn, tilt}, 3);
      for (let i = 0; i < 400; i++) {
        xs.push(Math.abs(screen[3 * i] - 116));
        ys.push(Math.abs(screen[3 * i + 1] - 66));
      }
    }
    const [across, down] = [Math.max(...xs) / 100, Math.max(...ys) / 50]; // shares of what the margins leave
    expect(Math.max(across, down)).toBeLessThanOrEqual(1.0001);
    expect(Math.max(across, down)).toBeGreaterThan(0.97);
  }
});

test("finds the nearest point within reach, and none beyond it", () => {
  const screen = Float32Array.of(0, 0, 0, 10, 0, 0, 30, 0, 0);
  expect(pointNear(screen, 12, 0, 14)).toBe(1);
  expect(pointNear(screen, 60, 0, 14)).toBe(-1);
});

test("an arrow key goes to a near point in its direction, or stays", () => {
  const screen = Float32Array.of(0, 0, 0, 40, 1, 0, 10, 5, 0, 0, 30, 0);
  expect([pointBeside(screen, 0, 1, 0), pointBeside(screen, 0, 0, 1), pointBeside(screen, 0, -1, 0)]).toEqual([
    2, 3, 0,
  ]);
});

test("tells inside from outside of a hollow outline", () => {
  const u = [0, 0, 30, 0, 30, 30, 20, 30, 20, 10, 10, 10, 10, 30, 0, 30];
  expect([inside(u, 5, 20), inside(u, 25, 20), inside(u, 15, 20), inside(u, 15, 5), inside(u, 40, 5)]).toEqual([
    true,
    true,
    false,
    true,
    false,
  ]);
});
