import {createCanvas, loadImage} from "@napi-rs/canvas";
import {expect, test} from "vitest";
import {LINE} from "../../src/plots/color";
import {scatterSheet} from "../../src/plots/scatter-sheet";
import {pixelsOf} from "../support/looks";

test("each map's frame is one pixel wide and lies around its square of 300", async () => {
  const map = {caption: "", note: "", points: Float32Array.of(0, 0), wrong: Uint8Array.of(0)};
  const {png} = scatterSheet({title: "", labels: Uint16Array.of(0), classNames: ["a"], maps: [map, map]});
  const image = await loadImage(Buffer.from(png));
  const canvas = createCanvas(image.width, image.height);
  canvas.getContext("2d").drawImage(image, 0, 0);
  const pixels = pixelsOf(canvas);
  const scale = image.width / (16 + 2 * (300 + 18));
  const line = /#(..)(..)(..)/
    .exec(LINE)
    ?.slice(1)
    .map((hex) => Number.parseInt(hex, 16));
  const isLine = (x: number, y: number) => {
    const at = 4 * (Math.floor((y + 0.5) * scale) * image.width + Math.floor((x + 0.5) * scale));
    return line?.every((value, channel) => pixels[at + channel] === value);
  };
  for (const left of [16, 16 + 318]) {
    const top = 78 + 40;
    const across = Array.from({length: 304}, (_, x) => left - 2 + x).filter((x) => isLine(x, top + 20));
    const down = Array.from({length: 304}, (_, y) => top - 2 + y).filter((y) => isLine(left + 20, y));
    expect(across).toEqual([left - 1, left + 300]);
    expect(down).toEqual([top - 1, top + 300]);
  }
});
