/** @file Places labels so that none hides another: pure functions on boxes in pixels. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A label: its size, and the possible places of its middle, the best first. */
export interface Label {
  readonly width: number;
  readonly height: number;
  readonly places: readonly (readonly [x: number, y: number])[];
}

/** Whether two boxes share any area; boxes that only touch do not. */
export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/**
 * Gives each label the first of its places where it lies within the bounds and does not touch the labels before it. So
 * the order of the labels is their rank, and the labels that get no place are the least important ones.
 *
 * @returns Each label's box, or null if it has no place.
 */
export function placeLabels(labels: readonly Label[], bounds: Box, taken: readonly Box[] = []): (Box | null)[] {
  const used = [...taken];
  return labels.map(({width, height, places}) => {
    for (const [x, y] of places) {
      const box = {left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2};
      const within =
        box.left >= bounds.left && box.right <= bounds.right && box.top >= bounds.top && box.bottom <= bounds.bottom;
      if (!within || used.some((other) => overlap(box, other))) continue;
      used.push(box);
      return box;
    }
    return null;
  });
}

/** A place, and the places around it where a label stands beside it: below, above, right, left, and diagonally. */
export function around(x: number, y: number, width: number, height: number): [number, number][] {
  const [across, down] = [width / 2 + height / 2, height];
  const ways = [
    [0, 0],
    [0, 1],
    [0, -1],
    [1, 0],
    [-1, 0],
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ];
  return ways.map(([dx, dy]) => [x + dx * across, y + dy * down]);
}

/**
 * The first labels, up to the number that together cover a certain share of the bounds: with more, they would hide
 * everything else.
 */
export function affordable<L extends Pick<Label, "width" | "height">>(
  labels: readonly L[],
  {left, top, right, bottom}: Box,
  share = 0.2,
): L[] {
  let room = share * (right - left) * (bottom - top);
  const most = labels.findIndex(({width, height}) => {
    room -= width * height;
    return room < 0;
  });
  return most < 0 ? [...labels] : labels.slice(0, most);
}

/**
 * Moves places along a line as little as needed, so that they are `gap` apart and within the bounds; they keep their
 * order.
 *
 * @returns The new place of each; if the bounds have no room for all, they are spread evenly.
 */
export function spread(places: readonly number[], gap: number, low: number, high: number): number[] {
  const room = places.length > 1 ? Math.min(gap, (high - low) / (places.length - 1)) : gap;
  const order = Array.from(places.keys()).sort((a, b) => places[a] - places[b] || a - b);
  // groups of places without a gap between them; each is as near to its members' original places as the others and the
  // bounds allow
  const groups: {first: number; members: number[]}[] = [];
  for (const i of order) {
    groups.push({first: places[i], members: [i]});
    for (;;) {
      const last = groups[groups.length - 1];
      const own = last.members.reduce((sum, k, n) => sum + places[k] - n * room, 0) / last.members.length;
      last.first = Math.max(low, Math.min(high - (last.members.length - 1) * room, own));
      const before = groups[groups.length - 2];
      if (!before || before.first + before.members.length * room <= last.first) break;
      groups.pop();
      before.members.push(...last.members);
    }
  }
  const out = Array<number>(places.length);
  for (const {first, members} of groups) {
    members.forEach((i, n) => {
      out[i] = first + n * room;
    });
  }
  return out;
}

/** Moves a label's middle as little as needed for it to lie within the bounds (in their middle, if it is too large). */
export function broughtInside(
  [x, y]: readonly [number, number],
  width: number,
  height: number,
  {left, top, right, bottom}: Box,
): [number, number] {
  const along = (middle: number, size: number, from: number, to: number) =>
    to - from < size ? (from + to) / 2 : Math.max(from + size / 2, Math.min(to - size / 2, middle));
  return [along(x, width, left, right), along(y, height, top, bottom)];
}

/** How much of a polyline lies within a box, in pixels. */
export function lengthWithin(line: readonly (readonly [number, number])[], box: Box): number {
  let sum = 0;
  for (let i = 1; i < line.length; i++) {
    const [[x, y], [toX, toY]] = [line[i - 1], line[i]];
    let [enter, leave] = [0, 1]; // the part of the segment that is inside, found side by side (Liang & Barsky 1984)
    for (const [step, room] of [
      [x - toX, x - box.left],
      [toX - x, box.right - x],
      [y - toY, y - box.top],
      [toY - y, box.bottom - y],
    ]) {
      if (step === 0 && room < 0) leave = -1;
      if (step < 0) enter = Math.max(enter, room / step);
      if (step > 0) leave = Math.min(leave, room / step);
    }
    if (leave > enter) sum += (leave - enter) * Math.hypot(toX - x, toY - y);
  }
  return sum;
}
