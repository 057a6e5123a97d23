import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {createCanvas} from "@napi-rs/canvas";
import {randomSource} from "../../src/nouns/random";

/** Names as people give them: 1 to 40 letters, Latin, Greek, Chinese, Japanese, Arabic, Hebrew, Thai, emoji. */
const KINDS = [
  "A",
  "ok",
  "dog",
  "Airport terminal, seen from the south-west",
  "chanterelle",
  "death cap (Amanita phalloides)",
  "猫",
  "人工智能与机器学习",
  "قطة",
  "سيارة إسعاف بيضاء",
  "🐈",
  "👩‍🚀 astronaut",
  "Ελληνικά",
  "とんぼ",
  "חתול",
  "café",
  "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
  "red fox",
  "grey wolf",
  "zebra",
  "x",
  "semi-detached_house_with_front-garden",
  "🇨🇭",
  "แมว",
  "lorry",
  "Übergangsbogen",
  "lilililililililililililililililililililili",
  "ice cream",
];

/** Different class names, of every kind there is. */
export function classNames(count: number): string[] {
  if (count === 3) return [KINDS[4], KINDS[5], KINDS[7]];
  return Array.from({length: count}, (_, k) => {
    const kind = KINDS[k % KINDS.length];
    return k < KINDS.length ? kind : `${kind} ${Math.floor(k / KINDS.length) + 1}`;
  });
}

/**
 * Writes a folder of tiny pictures for each class: a coarse pattern of its own under noise, and some of every seventh
 * class with the next one's, so that there are mistakes to look at.
 */
export function writeNamedClasses(path: string, names: readonly string[], perClass: number, side = 12): string {
  const random = randomSource(5);
  const cells = 4;
  const patterns = names.map(() => Array.from({length: cells * cells}, () => (random() < 0.5 ? 40 : 200)));
  names.forEach((name, k) => {
    mkdirSync(join(path, name), {recursive: true});
    for (let n = 0; n < perClass; n++) {
      const pattern = patterns[k % 7 === 0 && n % 5 === 0 ? (k + 1) % names.length : k];
      const canvas = createCanvas(side, side);
      const context = canvas.getContext("2d");
      for (let p = 0; p < side * side; p++) {
        const [x, y] = [p % side, Math.floor(p / side)];
        const cell = Math.floor((y * cells) / side) * cells + Math.floor((x * cells) / side);
        const grey = Math.max(0, Math.min(255, Math.round(pattern[cell] + 110 * (random() - 0.5))));
        context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
        context.fillRect(x, y, 1, 1);
      }
      writeFileSync(join(path, name, `${n}.png`), canvas.toBuffer("image/png"));
    }
  });
  return path;
}
