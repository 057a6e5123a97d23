import type {LookedAtNetwork} from "../../nouns/network";
import {ownTurn} from "../../nouns/own-turn";
import type {LabelledImages, Split} from "../../nouns/samples";
import {gramOf} from "../../numbers/cka";
import {probeRight} from "../../numbers/linear-probe";
import type {LayerState} from "../record/layer-state";

/** How many images have their activations in memory at a time. */
export const AT_ONCE = 32;
/** The places of a layer are averaged in blocks until each side has at most this many. */
const MOST_SIDE = 7;

/** One layer's answers to the images, averaged over blocks of places. */
export async function answers(
  network: LookedAtNetwork,
  ask: (images: LabelledImages) => Promise<Float32Array>,
  [height, width, units]: readonly [number, number, number],
  test: Split,
  indices: Uint32Array,
): Promise<Pick<LayerState, "gram" | "activity" | "on" | "rectified" | "probe">> {
  const step = Math.ceil(Math.max(height, width) / MOST_SIDE);
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const size = rows * columns * units;
  const blocks = new Float32Array(indices.length * size);
  const labels = new Uint16Array(indices.length);
  const [activity, on] = [new Float64Array(units), new Float64Array(units)];
  let rectified = true;
  let room: Float32Array | undefined;
  for (let from = 0; from < indices.length; from += AT_ONCE) {
    const some = await test.read(indices.subarray(from, from + AT_ONCE), room);
    room = some.pixels;
    labels.set(some.labels, from);
    const values = await ask(some);
    await ownTurn(); // answers may be there at once, and each part takes a while
    const means = blocks.subarray(from * size, (from + some.count) * size);
    if (!putMeans(values, means, activity, on, some.count, height, width, units, step)) rectified = false;
  }
  const places = indices.length * height * width;
  await ownTurn();
  const gram = gramOf(blocks, indices.length);
  await ownTurn();
  const squares = Float64Array.from(indices, (_, n) => {
    let sum = 0;
    for (let at = n * size; at < (n + 1) * size; at++) sum += blocks[at] * blocks[at];
    return sum;
  });
  return {
    gram,
    probe: probeRight(gram, squares, labels, network.classNames.length),
    activity: Float32Array.from(activity, (sum) => sum / places),
    on: Float32Array.from(on, (times) => times / places),
    rectified,
  };
}

/**
 * Averages the answers to some images over blocks of places, and adds up each unit's absolute answers and how often
 * they were above 0. A block's answers of one unit are summed before the next unit's, so that the sums stay in
 * registers: this loop is most of the time that all layers' looks take.
 *
 * @param values `[count, height, width, units]`.
 * @param means `[count, rows, columns, units]`; the blocks at the lower and right edge may be smaller.
 * @returns Whether no answer was below 0.
 */
function putMeans(
  values: Float32Array,
  means: Float32Array,
  activity: Float64Array,
  on: Float64Array,
  count: number,
  height: number,
  width: number,
  units: number,
  step: number,
): boolean {
  let others = 0; // answers below 0, and NaN
  let to = 0;
  for (let n = 0; n < count; n++) {
    for (let top = 0; top < height; top += step) {
      const bottom = Math.min(height, top + step);
      for (let left = 0; left < width; left += step) {
        const wide = Math.min(width, left + step) - left;
        const places = (bottom - top) * wide;
        for (let unit = 0; unit < units; unit++, to++) {
          let sum = 0;
          let size = 0;
          let times = 0;
          for (let y = top; y < bottom; y++) {
            let at = ((n * height + y) * width + left) * units + unit;
            for (let x = 0; x < wide; x++, at += units) {
              const value = values[at];
              sum = Math.fround(sum + value);
              size += Math.abs(value);
              times += Number(value > 0);
              others += Number(!(value >= 0));
            }
          }
          means[to] = sum / places;
          activity[unit] += size;
          on[unit] += times;
        }
      }
    }
  }
  return others === 0;
}
