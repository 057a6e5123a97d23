import fc from "fast-check";
import {expect, test} from "vitest";
import {fitted, lettersOf} from "../../src/plots/fitted";

test("what fits is left alone", () => {
  expect(fitted("Airport", 7)).toBe("Airport");
  expect(fitted("", 0)).toBe("");
});

test("the middle goes, beginning and end stay", () => {
  expect(fitted("semi-detached_house_with_front-garden", 12)).toBe("semi-d…arden");
  expect(fitted("death cap → destroying angel 13%", 13)).toBe("death …el 13%");
  expect(fitted("Airport", 1)).toBe("…");
  expect(fitted("Airport", 2)).toBe("A…");
});

test("letters of several code points are not taken apart", () => {
  expect(lettersOf("👩‍🚀🇨🇭é")).toEqual(["👩‍🚀", "🇨🇭", "é"]);
  expect(fitted("👩‍🚀👩‍🚀👩‍🚀👩‍🚀", 3)).toBe("👩‍🚀…👩‍🚀");
});

test("as much is kept as fits, by any measure", () => {
  const wide = (text: string) => lettersOf(text).reduce((sum, letter) => sum + (letter === "W" ? 3 : 1), 0);
  fc.assert(
    fc.property(fc.string({unit: fc.constantFrom("W", "i", "猫"), maxLength: 30}), fc.nat(40), (text, most) => {
      const shown = fitted(text, most, wide);
      if (shown === text) return wide(text) <= most;
      const [head, tail] = shown.split("…");
      const starts = text.startsWith(head) && text.endsWith(tail);
      return starts && (wide(shown) <= most || shown === "…") && wide(text) > most;
    }),
  );
});
