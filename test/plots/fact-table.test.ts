import {createCanvas} from "@napi-rs/canvas";
import {describe, expect, test} from "vitest";

import {factSheets, wrapped} from "../../src/plots/fact-table";
import type {Canvas2D} from "../../src/plots/figure";
import {textWidth} from "../../src/plots/text";

describe("a table that is read", () => {
  test("has every word of a long value, in lines that have room", () => {
    const words = Array.from({length: 300}, (_, n) => (n % 40 === 7 ? "x".repeat(150 + n) : `word${n}`));
    const lines = wrapped(words.join("  "), 464);
    for (const line of lines) expect(textWidth(line, {size: 12})).toBeLessThanOrEqual(464);
    expect(lines.join("").replaceAll(" ", "")).toBe(words.join(""));
    expect(lines.length).toBeGreaterThan(10);
    expect(wrapped("", 464)).toEqual([""]);
  });

  test("continues with the next sheet, all of one height, and draws each row once", () => {
    const rows = (n: number) => Array.from({length: n}, (_, k) => [`name ${k}`, `value ${k}`] as const);
    const table = {
      title: "T",
      parts: [
        {heading: "a", rows: rows(12)},
        {heading: "b", rows: rows(12)},
        {heading: "c", rows: rows(60)},
      ],
    };
    const sheets = factSheets(table);
    const drawn: string[] = [];
    for (const {width, height, draw} of sheets) {
      const context = createCanvas(width, height).getContext("2d");
      const fillText = context.fillText.bind(context);
      context.fillText = (words: string, x: number, y: number) => {
        drawn.push(words);
        const at = context.getTransform();
        expect(at.f).toBeLessThan(height);
        fillText(words, x, y);
      };
      draw(context as unknown as Canvas2D);
    }
    expect(drawn.filter((words) => words === "value 7")).toHaveLength(3);
    expect(drawn.filter((words) => /^value /.test(words))).toHaveLength(84);
    expect(drawn.filter((words) => /^T/.test(words))).toEqual(
      ["T", "T, sheet 2", "T, sheet 3", "T, sheet 4", "T, sheet 5"].slice(0, sheets.length),
    );
    expect(new Set(sheets.map(({height}) => height)).size).toBe(1);
  });
});
