import {describe, expect, test} from "vitest";

import {fork} from "../../../src/nouns/random";
import {keptAt, keptLooks, keptWords, type LookSize} from "../../../src/pipeline/qa/kept-looks";

/** Bytes that so many looks keep under tracked/, added up look by look. */
function bytesOf(kept: ReturnType<typeof keptLooks>, looks: number, sizes: readonly LookSize[]): number {
  let bytes = 0;
  for (let look = 0; look < looks; look++) {
    const {light, inside} = keptAt(kept, look);
    if (light) for (const [n, size] of sizes.entries()) bytes += size.light + (n < inside ? size.inside : 0);
    else expect(inside).toBe(0); // attention stands in the same file as logits
  }
  return bytes;
}

describe("what a reader's run keeps of its tracked questions", () => {
  test("never takes more than the MB that it may, keeps the first and the last look, and leaves nothing out without need", () => {
    const random = fork(3, "kept looks");
    const between = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
    let cut = 0;
    for (let n = 0; n < 150; n++) {
      const looks = between(2, 3 + 8 ** between(0, 3));
      const sizes = Array.from({length: between(0, 4)}, () => ({
        light: between(2e3, 2e4),
        inside: between(0, 10 ** between(3, 8)),
      }));
      const most = between(1, 60) / between(1, 6);
      const lights = 2 * sizes.reduce((sum, {light}) => sum + light, 0);
      if (lights > most * 1e6) continue; // refused, see below
      const kept = keptLooks(looks, sizes, 200, most);
      const bytes = bytesOf(kept, looks, sizes);
      expect(bytes).toBeLessThanOrEqual(most * 1e6);
      const whole = looks * sizes.reduce((sum, {light, inside}) => sum + light + inside, 0);
      expect(bytes === whole).toBe(whole <= most * 1e6);
      const flags = Array.from({length: looks}, (_, look) => keptAt(kept, look));
      expect([flags[0].light, flags[looks - 1].light]).toEqual([true, true]);
      if (!kept || whole <= most * 1e6) continue;
      cut++;
      expect(flags.filter(({light}) => light)).toHaveLength(kept.light);
      if (kept.questions === sizes.length && kept.inside >= 2) {
        const inside = flags.flatMap((flag, look) => (flag.inside > 0 ? [look] : []));
        expect(inside).toHaveLength(kept.inside);
        expect([inside[0], inside.at(-1)]).toEqual([0, looks - 1]);
        const oneMore = sizes.reduce((sum, {inside: size}) => sum + size, 0);
        expect(kept.inside === kept.light || bytes + oneMore > most * 1e6).toBe(true);
      }
    }
    expect(cut).toBeGreaterThan(30);
  });

  test("of five looks of 1 MB within 3.1 MB is attention at the first, the middle and the last", () => {
    const kept = keptLooks(5, [{light: 10_000, inside: 1e6}], 10, 3.1);
    expect(kept).toEqual({looks: 5, light: 5, inside: 3, questions: 1, answers: 5, most: 3.1});
    expect([0, 1, 2, 3, 4].map((look) => keptAt(kept, look).inside)).toEqual([1, 0, 1, 0, 1]);
    expect(kept && keptWords(kept, 1)).toBe(
      "tracked/ keeps attention and node values at 3 of 5 looks, so that it stays below 3.1 MB",
    );
  });

  test("where attention of two looks is too much for all questions, is that of the first ones, or none", () => {
    const three = Array.from({length: 3}, () => ({light: 1000, inside: 1e6}));
    expect(keptLooks(9, three, 10, 5)).toMatchObject({light: 9, inside: 2, questions: 2});
    expect(keptLooks(9, three, 10, 1)).toMatchObject({light: 9, inside: 0, questions: 0});
  });

  test("without a limit is all, and answers to very many questions are kept at fewer looks", () => {
    expect(keptLooks(1000, [{light: 1e9, inside: 1e12}], 10, 0)).toBeUndefined();
    const kept = keptLooks(1000, [], 100_000, 256);
    expect(kept).toMatchObject({light: 1000, answers: 26}); // 2.4 MB a look, 64 MB in all
    expect(Array.from({length: 1000}, (_, look) => keptAt(kept, look).answers).filter(Boolean)).toHaveLength(26);
    expect(kept && keptWords(kept, 0)).toBe("answers/ keeps 26 of 1000 looks, so that it stays below 64 MB");
  });

  test("refuses more questions than fit even twice", () => {
    const many = Array.from({length: 300}, () => ({light: 10_000, inside: 0}));
    expect(() => keptLooks(9, many, 10, 4)).toThrow(
      "--track: expected at most 200 questions for --tracked-size 4 MB, got 300",
    );
  });
});
