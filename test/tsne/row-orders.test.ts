import {expect, test} from "vitest";
import {fairOrder, nearTogether} from "../../src/tsne/neighbours/row-orders";
import {cloud} from "../support/tsne-data";

test("a fair order holds every row once, and every stretch of it rows from everywhere", () => {
  for (const rows of [1, 2, 7, 1000, 1511]) {
    expect(Array.from(fairOrder(rows)).sort((a, b) => a - b)).toEqual(Array.from({length: rows}, (_, r) => r));
  }
  const order = fairOrder(1000);
  for (let from = 0; from < 900; from += 100) {
    const first = order.subarray(from, from + 100).filter((row) => row < 250).length;
    expect(Math.abs(first - 25)).toBeLessThanOrEqual(5); // chance alone: 25 ± 4
  }
});

test("an order that keeps near rows together halves them, again and again, by a column", () => {
  for (const [rows, room] of [
    [1000, 1024],
    [1024, 1024],
    [37, 128],
    [5, 8],
  ]) {
    const {values} = cloud(rows, 3, rows);
    const at = (row: number, column: number) => values[row * 3 + column];
    const order = nearTogether(values, 3, room);
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({length: rows}, (_, r) => r));
    for (let space = room; space > 8; space /= 2) {
      for (let from = 0; from + space / 2 < rows; from += space) {
        const left = Array.from(order.subarray(from, from + space / 2));
        const right = Array.from(order.subarray(from + space / 2, Math.min(rows, from + space)));
        const parted = [0, 1, 2].some(
          (c) => Math.max(...left.map((r) => at(r, c))) <= Math.min(...right.map((r) => at(r, c))),
        );
        expect(parted).toBe(true);
      }
    }
  }
});

test("equal rows are parted like others", () => {
  expect(Array.from(nearTogether(new Float32Array(64).fill(1), 1, 64)).sort((a, b) => a - b)).toEqual(
    [...fairOrder(64)].sort((a, b) => a - b),
  );
});
