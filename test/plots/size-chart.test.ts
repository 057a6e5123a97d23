import {describe, expect, test} from "vitest";

import {intensity, luminance, mix, sequential, signed} from "../../src/plots/color";
import {acrossOf, heightOf} from "../../src/plots/data-map-axes";
import {chartMarks, percent} from "../../src/plots/size-chart";
import {trustWords} from "../../src/plots/trust-words";

/** The chart's plane: 560 by 270 units, from (64, 54) on. */
const [LEFT, TOP, WIDTH, HEIGHT] = [64, 54, 560, 270];

describe("a chart by sizes", () => {
  const chart = (points: readonly (readonly [x: number, ...values: number[]])[], more: object = {}) =>
    chartMarks({
      ...{title: "", x: "training images", y: "error"},
      series: [{name: "a", points: points.map(([x, ...values]) => ({x, values})), ...more}],
    });
  const words = (marks: ReturnType<typeof chartMarks>, align: string) =>
    marks.words.filter((word) => word.align === align).map(({text}) => text);

  test("has logarithmic axes where no value is 0, and dots and means where these say", () => {
    const marks = chart([
      [10, 0.1],
      [100, 0.04, 0.02],
      [1000, 0.01],
    ]);
    const [{dots, line, law}] = marks.series;
    expect(dots.map(([x]) => x)).toEqual([LEFT, LEFT + WIDTH / 2, LEFT + WIDTH / 2, LEFT + WIDTH]);
    const [low, high] = [0.01 / 1.1, 0.1 * 1.1]; // a tenth of room
    const yOf = (v: number) => TOP + HEIGHT * (1 - Math.log(v / low) / Math.log(high / low));
    for (const [n, v] of [0.1, 0.04, 0.02, 0.01].entries()) expect(dots[n][1]).toBeCloseTo(yOf(v), 9);
    expect(line.map(([x]) => x)).toEqual([LEFT, LEFT + WIDTH / 2, LEFT + WIDTH]);
    for (const [n, v] of [0.1, 0.03, 0.01].entries()) expect(line[n][1]).toBeCloseTo(yOf(v), 9);
    expect(law).toEqual([]);
    expect(words(marks, "right")).toEqual(["1 %", "2 %", "5 %", "10 %"]);
    expect(words(marks, "center")).toEqual(["10", "100", "1,000", "training images"]);
    expect(words(marks, "left")).toEqual(["error"]);
    expect(marks.rules).toHaveLength(4);
    for (const [n, v] of [0.01, 0.02, 0.05, 0.1].entries()) {
      const [x1, y1, x2, y2] = marks.rules[n];
      expect([x1, x2]).toEqual([LEFT, LEFT + WIDTH]);
      expect([y1, y2]).toEqual([expect.closeTo(yOf(v), 9), expect.closeTo(yOf(v), 9)]);
    }
  });

  test.each([
    ["a value is 0", [0.1, 0]],
    ["the greatest is just twice the least", [0.1, 0.05]],
  ])("has even steps from 0 on where %s", (_, [first, last]) => {
    const marks = chart([
      [10, first],
      [20, last],
    ]);
    const high = 0.1 * 1.05;
    expect(marks.rules.map(([, y]) => y)).toEqual(
      [0, 0.25, 0.5, 0.75, 1].map((share) => expect.closeTo(TOP + HEIGHT * (1 - share), 9)),
    );
    expect(marks.series[0].dots[1][1]).toBeCloseTo(TOP + HEIGHT * (1 - last / high), 9);
  });

  test("has more ticks where the axis is short", () => {
    const marks = chart([
      [10, 0.1],
      [20, 0.25],
    ]);
    expect(words(marks, "right")).toEqual(["10 %", "15 %", "20 %"]);
  });

  test("of one size has it in the middle, and a size of 0 makes its axis even", () => {
    expect(chart([[10, 0.1]]).series[0].dots[0][0]).toBe(LEFT + WIDTH / 2);
    const marks = chart([
      [0, 0.1],
      [1, 0.1],
      [4, 0.1],
    ]);
    expect(marks.series[0].dots.map(([x]) => x)).toEqual([LEFT, LEFT + WIDTH / 4, LEFT + WIDTH]);
  });

  test("leaves out the words that would touch the next ones, the largest size first", () => {
    const marks = chart([
      [100, 0.1],
      [101, 0.1],
      [1000, 0.1],
    ]);
    expect(words(marks, "center")).toEqual(["101", "1,000", "training images"]);
  });

  test("draws a law between the first and the last size, within the plane", () => {
    const points = [
      [10, 0.1],
      [1000, 0.01],
    ] as const;
    const [{law, dots}] = chart(points, {law: (x: number) => 1 / x}).series;
    expect(law).toHaveLength(61);
    expect(law[0]).toEqual([expect.closeTo(LEFT, 9), expect.closeTo(dots[0][1], 9)]);
    expect(law[30][0]).toBeCloseTo(LEFT + WIDTH / 2, 9);
    expect(law[60]).toEqual([expect.closeTo(LEFT + WIDTH, 9), TOP + HEIGHT]); // 0.001 lies below
    expect(chart(points, {law: () => 9}).series[0].law[7][1]).toBe(TOP); // and 9 above
  });

  test("writes shares with the digits that tell them apart", () => {
    expect([0, 0.0012, 0.099, 0.1, 0.123, 1].map(percent)).toEqual(["0 %", "0.12 %", "9.9 %", "10 %", "12 %", "100 %"]);
  });
});

describe("the data map's axes", () => {
  test("are the quantities themselves if they are not zoomed", () => {
    expect([0, 0.3, 1].map((share) => heightOf(share, false))).toEqual([0, 0.3, 1]);
    expect([0, 0.2, 0.5].map((deviation) => acrossOf(deviation, false))).toEqual([0, 0.4, 1]);
  });

  test("spread their ends if they are zoomed, from 0 to 1 all the same", () => {
    expect([0, 0.5, 1].map((share) => heightOf(share, true))).toEqual([0, 0.5, 1].map((v) => expect.closeTo(v, 12)));
    // the logit of a share, by that of 1: each 0.004 from its end
    const logit = (share: number) => Math.log((share + 0.004) / (1.004 - share));
    expect(heightOf(0.9, true)).toBeCloseTo(0.5 + logit(0.9) / (2 * logit(1)), 12);
    expect(heightOf(0.1, true)).toBeCloseTo(1 - heightOf(0.9, true), 12);
    expect([0, 0.5].map((deviation) => acrossOf(deviation, true))).toEqual([0, 1]);
    expect(acrossOf(0.125, true)).toBeCloseTo((0.5 - 0.035) / 0.965, 12);
    expect(acrossOf(0.0001, true)).toBe(0); // nearly steady
  });
});

test("a fit is told with its R² and how far its halves agree, as far as these are known", () => {
  expect(trustWords(0.875, 0.6)).toEqual(["R² 0.88", "top 5 agree 60%"]);
  expect(trustWords(0.875, null)).toEqual(["R² 0.88", "no segment has a weight"]);
  expect(trustWords(null, null)).toEqual(["nothing changes the answer"]);
});

test("colours between two are mixed in their share", () => {
  expect(mix([0, 100, 200], [100, 0, 250], 0.25)).toEqual([25, 75, 212.5]);
  expect([0, 0.5, 1, 2, Number.NaN].map((v) => intensity(v)[0])).toEqual([0, 127.5, 255, 255, 0]);
  const teal = [0x00, 0x8a, 0x7c];
  expect(sequential(0)).toEqual([255, 255, 255]);
  expect(sequential(0.6)).toEqual(teal);
  expect(sequential(0.3)).toEqual(teal.map((v) => expect.closeTo((255 + v) / 2, 9)));
  expect(sequential(0.8)).toEqual([3, (0x8a + 0x1f) / 2, (0x7c + 0x26) / 2].map((v) => expect.closeTo(v, 9)));
  expect(sequential(1)).toEqual([0x06, 0x1f, 0x26].map((v) => expect.closeTo(v, 9)));
  expect(signed(Number.NaN)).toEqual([255, 255, 255]);
});

test("luminance is that of WCAG", () => {
  expect(luminance([0, 0, 0])).toBe(0);
  expect(luminance([255, 255, 255])).toBeCloseTo(1, 12);
  expect(luminance([255, 0, 0])).toBeCloseTo(0.2126, 12);
  expect(luminance([0, 255, 0])).toBeCloseTo(0.7152, 12);
  expect(luminance([0, 0, 255])).toBeCloseTo(0.0722, 12);
  expect(luminance([119, 119, 119])).toBeCloseTo(0.1845, 4); // the grey of 4.48 : 1 on white
  expect(luminance([10, 10, 10])).toBeCloseTo(10 / 255 / 12.92, 12); // the straight part of the curve
});
