import type {Arena} from "../threads/arena";
import type {Team} from "../threads/team";
import type {Matrix} from "./matrix";

const MEDIAN_ROWS = 255;
const PANELS_A_TASK = 32;

/**
 * Rows in the layout that the distance kernels read (kernels/distances.ts): the addresses of the panels and of the
 * squared norms.
 */
export interface Packed {
  readonly rows: number;
  readonly columns: number;
  readonly panels: number;
  readonly norms: number;
}

/**
 * Packs the data after centring them and scaling them to at most 1. Distances keep their proportions, and single
 * precision wastes no digits on where the data lie. The centre is the median, because a single far outlier would move
 * the mean away from all other rows.
 */
export async function packed(team: Team, arena: Arena, {rows, columns, values}: Matrix): Promise<Packed> {
  const panelCount = Math.ceil(rows / 8);
  const panels = arena.allocate(panelCount * 8 * columns * 4);
  const norms = arena.allocate(panelCount * 8 * 4);
  const mark = arena.mark();
  const x = arena.allocate(values.length * 4);
  const center = arena.allocate(columns * 4);
  const middle = medians(values, rows, columns);
  const largest = farthest(values, middle);
  arena.floats(x, values.length).set(values);
  arena.floats(center, columns).set(middle);
  const args = [x, rows, columns, center, 1 / (largest || 1), panels, norms];
  team.run({kernel: "packPanels", tasks: Math.ceil(panelCount / PANELS_A_TASK), args});
  arena.release(mark);
  return {rows, columns, panels, norms};
}

/** The greatest distance between a number and the centre of its column. */
function farthest(values: Float32Array, middle: Float32Array): number {
  let most = 0;
  for (let from = 0; from < values.length; from += middle.length) {
    for (let c = 0; c < middle.length; c++) most = Math.max(most, Math.abs(values[from + c] - middle[c]));
  }
  return most;
}

/** The median of each column, over at most MEDIAN_ROWS evenly spaced rows. */
function medians(values: Float32Array, rows: number, columns: number): Float32Array {
  const count = Math.min(rows, MEDIAN_ROWS);
  const sample = new Float32Array(count);
  return Float32Array.from({length: columns}, (_, c) => {
    for (let i = 0; i < count; i++) sample[i] = values[Math.floor((i * rows) / count) * columns + c];
    return sample.sort()[count >> 1];
  });
}

/** Scales each row to length 1; a row of zeros stays as it is. */
export function unitRows({rows, columns, values}: Matrix): Matrix {
  const unit = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    const row = values.subarray(r * columns, (r + 1) * columns);
    const length = Math.hypot(...row) || 1;
    for (let c = 0; c < columns; c++) unit[r * columns + c] = row[c] / length;
  }
  return {rows, columns, values: unit};
}
