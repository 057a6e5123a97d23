import {AGAINST, css, FOR, INK_2, INK_3, LINE, mix, type Rgb} from "./color";
import {acrossOf, CONFIDENCE_TICKS, heightOf, VARIABILITY_TICKS} from "./data-map-axes";
import {type Sheet, sheetOf} from "./figure";
import {disc, onPixels} from "./pixels";
import {text} from "./text";

export interface DataMap {
  readonly title: string;
  /** The mean probability of each training image's label over the epochs, in [0, 1]. */
  readonly confidence: ArrayLike<number>;
  /** The standard deviation of that probability, in [0, 0.5]. */
  readonly variability: ArrayLike<number>;
  /** In how many epochs the answer to each image was right. */
  readonly correctness: ArrayLike<number>;
  readonly epochs: number;
  /** The lines of small print below. */
  readonly notes: readonly string[];
}

const [LEFT, TOP, WIDTH, HEIGHT] = [72, 68, 640, 520];
const FOOT = 84;
/** The colour of an image whose answer is right at half of the epochs: neither blue nor orange. */
const MIDDLE: Rgb = [0x90, 0x98, 0xa4];

/** From orange (right at no epoch) over grey to blue (right at all epochs). @param share In [0, 1]. */
export function correctnessColor(share: number): Rgb {
  return share < 0.5 ? mix(AGAINST, MIDDLE, 2 * share) : mix(MIDDLE, FOR, 2 * share - 1);
}

/**
 * The data map (Swayamdipta et al. 2020): each training image is placed by how sure the network was of its label and
 * how steadily, and coloured by how often the answer was right. The axes are zoomed; their ticks show by how much.
 */
export function dataMap({title, confidence, variability, correctness, epochs, notes}: DataMap): Sheet {
  const count = confidence.length;
  const x = (value: number) => LEFT + WIDTH * acrossOf(value, true);
  const y = (value: number) => TOP + HEIGHT * (1 - heightOf(value, true));
  const radius = Math.max(0.9, Math.min(3.2, 150 / Math.sqrt(count || 1)));
  const opacity = count > 5000 ? 0.55 : 0.8;
  // images that are right most often are drawn first, so that the few hard ones stay visible
  const byTimes: number[][] = Array.from({length: epochs + 1}, () => []);
  for (let n = 0; n < count; n++) byTimes[correctness[n]].push(n);
  return sheetOf(LEFT + WIDTH + 24, TOP + HEIGHT + FOOT + 15 * notes.length, (context) => {
    onPixels(context, {left: LEFT - 4, top: TOP - 4, width: WIDTH + 8, height: HEIGHT + 8}, (pixels) => {
      for (let times = epochs; times >= 0; times--) {
        const color = correctnessColor(epochs > 0 ? times / epochs : 0);
        for (const n of byTimes[times]) {
          const px = pixels.x(x(variability[n]));
          const py = pixels.y(y(confidence[n]));
          disc(pixels, px, py, radius * pixels.scale, color, opacity);
        }
      }
    });
    text(context, title, 16, 26, {size: 17, bold: true, maxWidth: LEFT + WIDTH});
    context.strokeStyle = LINE;
    context.strokeRect(LEFT - 4.5, TOP - 4.5, WIDTH + 9, HEIGHT + 9);
    for (const tick of CONFIDENCE_TICKS.zoomed) {
      text(context, `${100 * tick} %`, LEFT - 10, y(tick), {size: 11, color: INK_3, align: "right"});
    }
    for (const tick of VARIABILITY_TICKS.zoomed) {
      text(context, `${tick}`, x(tick), TOP + HEIGHT + 20, {size: 11, color: INK_3, align: "center"});
    }
    text(context, "surer of the label ↑", 16, TOP - 12, {size: 11, color: INK_2});
    const across = "standard deviation of the label's probability: less steady →";
    text(context, across, LEFT + WIDTH, TOP + HEIGHT + 38, {size: 11, color: INK_2, align: "right"});
    const key = TOP + HEIGHT + 62;
    text(context, "right at none", LEFT, key, {size: 11, color: INK_2});
    const steps = 6;
    for (let step = 0; step < steps; step++) {
      context.fillStyle = css(correctnessColor(step / (steps - 1)));
      context.fillRect(LEFT + 84 + 26 * step, key - 6, 25, 12);
    }
    const all = epochs === 1 ? "at the one epoch" : `at all ${epochs} epochs`;
    text(context, all, LEFT + 92 + 26 * steps, key, {size: 11, color: INK_2});
    notes.forEach((note, line) => {
      text(context, note, 16, TOP + HEIGHT + FOOT + 2 + 15 * line, {size: 11, color: INK_3, maxWidth: LEFT + WIDTH});
    });
  });
}
