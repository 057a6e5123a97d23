import {createCanvas, loadImage, type SKRSContext2D} from "@napi-rs/canvas";
import {describe, expect, test} from "vitest";
import {orderCurves} from "../../src/lime/deletion-insertion";
import {grid} from "../../src/lime/segmentation/grid";
import type {Classifier} from "../../src/nouns/network";
import {fork} from "../../src/nouns/random";
import type {Images} from "../../src/nouns/samples";
import {explainImage} from "../../src/pipeline/explain";
import {innermostPixels, strongestShown} from "../../src/plots/explained-image";
import type {Figure} from "../../src/plots/figure";
import {draw} from "../../src/plots/index";

/** Left is "left" and right is "right", by which half is brighter. */
const halves: Classifier = {
  imageShape: [12, 12, 1],
  classNames: ["left", "right"],
  async predict({count, pixels}) {
    const rows = Array.from({length: count}, (_, n) => {
      let [left, right] = [0, 0];
      for (let p = 0; p < 144; p++) {
        if (p % 12 < 6) left += pixels[n * 144 + p] / 72;
        else right += pixels[n * 144 + p] / 72;
      }
      const p = 1 / (1 + Math.exp(4 * (right - left)));
      return [p, 1 - p];
    });
    return Float32Array.from(rows.flat());
  },
};
const image: Images = {
  count: 1,
  shape: [12, 12, 1],
  pixels: Float32Array.from({length: 144}, (_, p) => (p % 12 < 6 ? 0.9 : 0.4)),
};

async function contextOf({png, width, height}: Figure): Promise<SKRSContext2D> {
  const context = createCanvas(width, height).getContext("2d");
  context.drawImage(await loadImage(Buffer.from(png)), 0, 0);
  return context;
}

/** Share of the picture's pixels that are nearly the colour. */
async function shareOf(figure: Figure, [r, g, b]: readonly number[]): Promise<number> {
  const {data} = (await contextOf(figure)).getImageData(0, 0, figure.width, figure.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) count++;
  }
  return (4 * count) / data.length;
}

const BLUE = [0x1f, 0x5f, 0xb8];
const ORANGE = [0xbb, 0x3e, 0x03];

describe("what explain draws", () => {
  const options = {
    caption: "halves",
    lime: {segmentation: grid([12, 12, 1], 4), hiding: [0], samples: 80},
    top: 2,
    remove: 1,
    coverage: 1,
    minWeight: 0,
    curves: true,
    seed: 0,
  };

  test("is five pictures of one image, each with what it is named for", async () => {
    const figures = new Map<string, Figure>();
    for await (const artifact of explainImage(halves, image, options)) {
      figures.set(artifact.name, draw(artifact.plot, artifact.data));
    }
    expect([...figures.keys()]).toEqual(["segments", "bars", "steps", "curves", "removal"]);
    expect(await shareOf(figures.get("bars")!, BLUE)).toBeGreaterThan(0.005); // bars for
    expect(await shareOf(figures.get("bars")!, ORANGE)).toBeGreaterThan(0.001); // bars against
    expect(await shareOf(figures.get("steps")!, BLUE)).toBeGreaterThan(0.001); // dots
    expect(await shareOf(figures.get("curves")!, BLUE)).toBeGreaterThan(0.001); // LIME's line
    for (const figure of figures.values()) expect(await shareOf(figure, [255, 255, 255])).toBeGreaterThan(0.2);
  });

  test("is the same for the same seed", async () => {
    const pngs = async () => {
      const all = [];
      for await (const {plot, data} of explainImage(halves, image, options)) all.push(draw(plot, data).png);
      return all;
    };
    expect(await pngs()).toEqual(await pngs());
  });

  test("hatches what is gone, in the second round alone", async () => {
    for await (const artifact of explainImage(halves, image, options)) {
      if (artifact.plot !== "filmstrip") continue;
      const {frames} = artifact.data;
      expect(frames[0].gone).toEqual([]);
      expect(frames[1].gone.length).toBe(1);
      const plain = draw("filmstrip", {...artifact.data, frames: frames.map((frame) => ({...frame, gone: []}))});
      expect(draw("filmstrip", artifact.data).png).not.toEqual(plain.png);
    }
  });
});

test("a photograph is grey but for what speaks for and against, and stands beside in its own colours", async () => {
  const green = Float32Array.from({length: 3 * 144}, (_, i) => [0.1, 0.7, 0.1][i % 3]);
  const segments = Uint16Array.from({length: 144}, (_, p) => Math.floor((p % 12) / 4));
  const explanation = {
    ...{index: 0, caption: "photo", label: 0, explained: 0, explainedName: "a", probability: 0.5, intercept: 0, r2: 1},
    ...{localPrediction: 0.5, samples: 10, near: 5, halvesCorrelation: 1, halvesTop5: 1},
    ...{segments, weights: Float64Array.of(0.3, 0, -0.3), errors: new Float64Array(3)},
  };
  const size = {height: 12, width: 12, channels: 3};
  const figure = draw("segments", {title: "photo", ...size, images: green, explanations: [explanation]});
  const context = await contextOf(figure);
  const at = (x: number, y: number) => [...context.getImageData(2 * x, 2 * y, 1, 1).data.slice(0, 3)];
  const near = (x: number, y: number) => at(x, y).map((v) => Math.round(v / 8));
  const [photo, middle] = [near(60, 200), at(334 + 140, 200)];
  expect(photo).toEqual([26, 179, 26].map((v) => Math.round(v / 8)));
  expect(Math.max(...middle) - Math.min(...middle)).toBeLessThan(3);
  const [left, right] = [at(334 + 50, 200), at(334 + 250, 200)];
  expect(left[2]).toBeGreaterThan(left[0] + 60); // blue for
  expect(right[0]).toBeGreaterThan(right[2] + 60); // orange against
});

test("the strongest segments are shown until they cover enough, and none too weak", () => {
  const segments = Uint16Array.of(0, 0, 0, 0, 1, 1, 2, 2, 2, 3);
  const weights = Float64Array.of(0.1, -0.5, 0.3, 0.01);
  expect([...strongestShown({segments, weights}, 0.2, 0)]).toEqual([0, 1, 0, 0]);
  expect([...strongestShown({segments, weights}, 0.3, 0)]).toEqual([0, 1, 1, 0]);
  expect([...strongestShown({segments, weights}, 1, 0.05)]).toEqual([1, 1, 1, 0]);
  expect([...strongestShown({segments, weights}, 1, 0)]).toEqual([1, 1, 1, 1]);
});

test("a segment's number stands well inside it", () => {
  // a ring around a 3 × 3 core, in 7 × 7
  const inside = (p: number) => Math.abs((p % 7) - 3) <= 1 && Math.abs(Math.floor(p / 7) - 3) <= 1;
  const labels = Uint16Array.from({length: 49}, (_, p) => (inside(p) ? 1 : 0));
  const [ring, core] = innermostPixels(labels, 7, 7, 2);
  expect(core).toBe(3 * 7 + 3);
  expect(labels[ring]).toBe(0);
});

test("curves that never change are drawn, not divided by nothing", async () => {
  const blank: Classifier = {...halves, predict: async ({count}) => new Float32Array(2 * count).fill(0.5)};
  const hidden = new Float32Array(144);
  const curves = await orderCurves(blank, image, hidden, grid([12, 12, 1], 4), 0, [0, 0, 0, 0], fork(1));
  expect(curves.every(({deletion}) => deletion.every((p) => Math.abs(p - 0.5) < 1e-9))).toBe(true);
  expect(curves.map(({deletionArea, insertionArea}) => [deletionArea, insertionArea])).toEqual(
    Array(3).fill([null, null]),
  );
  expect(draw("orderCurves", {title: "flat", curves}).png.length).toBeGreaterThan(1000);
});
