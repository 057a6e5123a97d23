/**
 * All rows, in steps of about the golden section of their number. Whatever order the rows are in, any stretch of this
 * order is a fair sample of them.
 */
export function fairOrder(rows: number): Int32Array {
  let step = Math.max(1, Math.round(rows * 0.6180339887498949));
  while (commonDivisor(step, rows) > 1) step++;
  return Int32Array.from({length: rows}, (_, place) => (place * step) % rows);
}

/** Returns the place of each row in an order. */
export function placesOf(order: Int32Array): Int32Array {
  const places = new Int32Array(order.length);
  for (let place = 0; place < order.length; place++) places[order[place]] = place;
  return places;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/**
 * All rows, in an order that keeps near ones together: they are halved by their widest column, and each half again,
 * down to eight rows (Bentley 1975, k-d trees).
 *
 * @param values `[row * columns + c]`.
 * @param room The number of places that are halved, at least the number of rows.
 */
export function nearTogether(values: Float32Array, columns: number, room: number): Int32Array {
  const rows = values.length / columns;
  const order = Int32Array.from({length: rows}, (_, row) => row);
  const keys = new Float32Array(rows);
  // not by recursion, because V8 compiles a recursive function again at every return
  const spaces = [{from: 0, space: room}];
  for (let next = spaces.pop(); next; next = spaces.pop()) {
    const {from, space} = next;
    if (space <= 8) continue;
    const to = Math.min(rows, from + space);
    const middle = from + Math.ceil(space / 16) * 8;
    spaces.push({from, space: middle - from});
    if (middle >= to) continue;
    readColumn(values, columns, order, from, to, widest(values, columns, order, from, to), keys);
    partition(keys, order, from, to, middle);
    spaces.push({from: middle, space: from + space - middle});
  }
  return order;
}

/** Reads each row's number in one column, and writes it at the row's place. */
function readColumn(
  values: Float32Array,
  columns: number,
  order: Int32Array,
  from: number,
  to: number,
  column: number,
  keys: Float32Array,
): void {
  for (let i = from; i < to; i++) keys[i] = values[order[i] * columns + column];
}

const SAMPLE = 32;

/** The column in which some of the rows are spread most. */
function widest(values: Float32Array, columns: number, order: Int32Array, from: number, to: number): number {
  const step = Math.max(1, Math.floor((to - from) / SAMPLE));
  let best = 0;
  let most = -1;
  for (let column = 0; column < columns; column++) {
    let count = 0;
    let sum = 0;
    let squares = 0;
    for (let i = from; i < to; i += step) {
      const value = values[order[i] * columns + column];
      count++;
      sum += value;
      squares += value * value;
    }
    const spread = squares / count - (sum / count) ** 2;
    if (!(spread > most)) continue;
    best = column;
    most = spread;
  }
  return best;
}

/**
 * Reorders the keys, and the rows with them, so that no key before `middle` is greater than any key from `middle` on
 * (Hoare 1961, FIND).
 */
function partition(keys: Float32Array, order: Int32Array, from: number, to: number, middle: number): void {
  let low = from;
  let high = to - 1;
  while (low < high) {
    const pivot = keys[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (keys[i] < pivot) i++;
      while (pivot < keys[j]) j--;
      if (i > j) break;
      const key = keys[i];
      const row = order[i];
      keys[i] = keys[j];
      order[i++] = order[j];
      keys[j] = key;
      order[j--] = row;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else break;
  }
}
