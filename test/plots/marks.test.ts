import {createCanvas, Path2D} from "@napi-rs/canvas";
import {expect, test} from "vitest";
import {depthInside, MARK_PATHS, MARKS} from "../../src/plots/marks";

const [SIDE, RADIUS] = [160, 50];
const middle = SIDE / 2;

test.each(MARKS)("%s: its path covers what its depth says is inside", (mark) => {
  const context = createCanvas(SIDE, SIDE).getContext("2d");
  context.translate(middle, middle);
  context.scale(RADIUS, RADIUS);
  context.fill(new Path2D(MARK_PATHS[mark]), "evenodd");
  const {data} = context.getImageData(0, 0, SIDE, SIDE);
  let inside = 0;
  const unlike: number[] = [];
  for (let p = 0; p < SIDE * SIDE; p++) {
    const depth = depthInside(mark, (p % SIDE) + 0.5 - middle, Math.floor(p / SIDE) + 0.5 - middle, RADIUS);
    if (depth > 0) inside++;
    if (Math.abs(depth) < 1) continue; // an edge's pixels are partly covered
    if (data[4 * p + 3] !== (depth > 0 ? 255 : 0)) unlike.push(p);
  }
  expect(unlike).toEqual([]);
  expect(inside).toBeGreaterThan(2000);
});

test("filled marks have about the disc's area", () => {
  const area = (mark: (typeof MARKS)[number]) => {
    let count = 0;
    for (let p = 0; p < SIDE * SIDE; p++) {
      if (depthInside(mark, (p % SIDE) + 0.5 - middle, Math.floor(p / SIDE) + 0.5 - middle, RADIUS) > 0) count++;
    }
    return count / (Math.PI * RADIUS ** 2);
  };
  expect(area("disc")).toBeCloseTo(1, 2);
  for (const mark of ["square", "diamond", "triangle", "wedge"] as const) {
    expect(area(mark)).toBeGreaterThan(0.6);
    expect(area(mark)).toBeLessThan(1.1);
  }
});
