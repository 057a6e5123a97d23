import {createCanvas} from "@napi-rs/canvas";
import {expect, test} from "vitest";
import {drawable} from "../../src/plots/glyphs";
import {text} from "../../src/plots/text";
import {classNames} from "../support/named-classes";

/** The pixels of a text in the picture's own fonts. */
function drawn(words: string, bold = false): string {
  const canvas = createCanvas(600, 40);
  text(canvas.getContext("2d"), words, 4, 20, {size: 16, bold});
  return Buffer.from(canvas.data()).toString("latin1");
}

test("letters of ours need no other font, and none is named", () => {
  for (const words of ["semi-detached", "café", "Ελληνικά", "קטן", "قطة", "3 → 5"]) {
    expect(drawable(words, "Plot")).toEqual({words, families: '"Plot"'});
  }
});

test.each(["猫", "人工智能", "แมว", "とんぼ", "🐈", "👩‍🚀", "🇨🇭", "한국어", "हिन्दी"])(
  "%s is drawn, and no letter of it as an empty box",
  (words) => {
    for (const bold of [false, true]) {
      const family = bold ? "Plot Bold" : "Plot";
      const {words: shown, families} = drawable(words, family);
      expect(shown).toBe(words);
      expect(families.startsWith(`"${family}", `)).toBe(true);
      const boxes = "\u{10fffd}".repeat(Array.from(words).length); // what a canvas draws for letters that it lacks
      const canvas = createCanvas(600, 40);
      const context = canvas.getContext("2d");
      context.font = `16px "${family}"`;
      context.textBaseline = "middle";
      context.fillStyle = "#15181d";
      context.fillText(boxes, 4, 20);
      expect(drawn(words, bold)).not.toBe(Buffer.from(canvas.data()).toString("latin1"));
    }
  },
);

test("a letter that no font has is written by its number", () => {
  expect(drawable("a\u{10fffc}b", "Plot").words).toBe("a\\u{10fffc}b");
});

test("names that differ are drawn differently, of whatever letters they are", () => {
  const names = classNames(28);
  expect(new Set(names.map((name) => drawn(name))).size).toBe(28);
  expect(drawn("")).not.toBe(drawn(names[6]));
});
