import type {LookedAtNetwork} from "../../nouns/network";
import {ownTurn} from "../../nouns/own-turn";
import type {Split} from "../../nouns/samples";
import {gramOf} from "../../numbers/cka";
import {probeRight} from "../../numbers/linear-probe";
import type {LayerState} from "../record/layer-state";

/** How many images have their activations in memory at a time. */
export const AT_ONCE = 32;
/** The places of a layer are averaged in blocks until each side has at most this many. */
const MOST_SIDE = 7;

/** The most numbers that are in memory in one pass: the layers' answers to a part of the images, and all averages. */
const MOST_NUMBERS = 40e6;

/** A layer to look at: its name for `forward`, and the rows, columns and units of its answer. */
export interface AskedLayer {
  readonly name: string;
  readonly size: readonly [height: number, width: number, units: number];
}

type Answers = Pick<LayerState, "gram" | "activity" | "on" | "rectified" | "probe">;

/**
 * The layers' answers to the images, averaged over blocks of places. One pass gives the answers of all layers, or of as
 * many as there is room for.
 *
 * @returns An answer for each of `layers`, in that order.
 */
export async function answersOf(
  network: LookedAtNetwork,
  layers: readonly AskedLayer[],
  test: Split,
  indices: Uint32Array,
): Promise<readonly Answers[]> {
  const found: Answers[] = [];
  const atOnce = Math.min(AT_ONCE, indices.length);
  for (let from = 0; from < layers.length; ) {
    let to = from;
    let numbers = 0;
    do {
      const {size} = layers[to++];
      numbers += atOnce * size[0] * size[1] * size[2] + indices.length * blocked(size).size;
    } while (to < layers.length && numbers < MOST_NUMBERS);
    found.push(...(await answersInOnePass(network, layers.slice(from, to), test, indices)));
    from = to;
  }
  return found;
}

async function answersInOnePass(
  network: LookedAtNetwork,
  layers: readonly AskedLayer[],
  test: Split,
  indices: Uint32Array,
): Promise<readonly Answers[]> {
  const names = layers.map(({name}) => name);
  const meters = layers.map(({size}) => meterOf(size, indices.length));
  const labels = new Uint16Array(indices.length);
  let room: Float32Array | undefined;
  for (let from = 0; from < indices.length; from += AT_ONCE) {
    const some = await test.read(indices.subarray(from, from + AT_ONCE), room);
    room = some.pixels;
    labels.set(some.labels, from);
    const answers = await network.forward(some, names);
    for (const [i, meter] of meters.entries()) {
      await ownTurn(); // answers may be there at once, and each part takes a while
      meter.add(answers[i].values, from, some.count);
    }
  }
  const found: Answers[] = [];
  for (const {blocks, size, places, activity, on, rectified} of meters) {
    await ownTurn();
    const gram = gramOf(blocks, indices.length);
    await ownTurn();
    const squares = Float64Array.from(indices, (_, n) => {
      let sum = 0;
      for (let at = n * size; at < (n + 1) * size; at++) sum += blocks[at] * blocks[at];
      return sum;
    });
    found.push({
      gram,
      probe: probeRight(gram, squares, labels, network.classNames.length),
      activity: Float32Array.from(activity, (sum) => sum / (indices.length * places)),
      on: Float32Array.from(on, (times) => times / (indices.length * places)),
      rectified: rectified(),
    });
  }
  return found;
}

/** The side of a layer's blocks, and how many averages an image has. */
function blocked([height, width, units]: AskedLayer["size"]): {readonly step: number; readonly size: number} {
  const step = Math.ceil(Math.max(height, width) / MOST_SIDE);
  return {step, size: Math.ceil(height / step) * Math.ceil(width / step) * units};
}

/** Room for the blocks of one layer's answers to `count` images, and for the sums of its units. */
function meterOf(shape: AskedLayer["size"], count: number) {
  const [height, width, units] = shape;
  const {step, size} = blocked(shape);
  const blocks = new Float32Array(count * size);
  const [activity, on] = [new Float64Array(units), new Float64Array(units)];
  let onlyAbove = true;
  return {
    ...{blocks, size, activity, on, places: height * width},
    /** Whether no answer was below 0. */
    rectified: () => onlyAbove,
    add(values: Float32Array, from: number, images: number): void {
      const means = blocks.subarray(from * size, (from + images) * size);
      if (!putMeans(values, means, activity, on, images, height, width, units, step)) onlyAbove = false;
    },
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
