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
    let at = 0;
    for (let n = 0; n < some.count; n++) {
      for (let y = 0; y < height; y++) {
        const row = (from + n) * size + Math.floor(y / step) * columns * units;
        for (let x = 0, left = step, to = row; x < width; x++) {
          for (let unit = 0; unit < units; unit++, at++) {
            // no branch that half of the values take: this loop is the time that all layers' looks take
            const value = values[at];
            blocks[to + unit] += value;
            activity[unit] += Math.abs(value);
            on[unit] += Number(value > 0);
            if (!(value >= 0)) rectified = false;
          }
          if (--left === 0) {
            left = step;
            to += units;
          }
        }
      }
    }
  }
  // from sums to means: the blocks at the lower and right edge may be smaller
  const side = (whole: number, block: number) => Math.min(step, whole - block * step);
  for (let at = 0; at < blocks.length; at++) {
    const block = Math.floor(at / units) % (rows * columns);
    blocks[at] /= side(height, Math.floor(block / columns)) * side(width, block % columns);
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
