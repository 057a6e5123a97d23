import {jobCount, jobImages, jobOutput} from "./job";

/** Interleaves the first two numbers of each: a0 b0 a1 b1. */
// @ts-ignore: decorator
@inline
function lower(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

/** Interleaves the last two numbers of each: a2 b2 a3 b3. */
// @ts-ignore: decorator
@inline
function upper(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

/**
 * Transposes four vectors and stores them `step` bytes apart. It is its own inverse: loading and storing both use it.
 */
// @ts-ignore: decorator
@inline
function storeTurned(a: v128, b: v128, c: v128, d: v128, to: usize, step: usize): void {
  const e = lower(a, c), f = lower(b, d), g = upper(a, c), h = upper(b, d);
  v128.store(to, lower(e, f));
  v128.store(to + step, upper(e, f));
  v128.store(to + 2 * step, lower(g, h));
  v128.store(to + 3 * step, upper(g, h));
}

/**
 * Loads a group's four images from the job, one into each lane: f32 [n][h][w][c] → planes [c][h][w][4]. Lanes past the
 * last image are 0.
 */
export function loadImages(
  height: i32, width: i32, channels: i32, out: usize, row: usize, plane: usize,
  group: i32, groups: i32, job: usize,
): void {
  const pixel = <usize>channels << 2;
  const image = pixel * height * width;
  if (group * 4 + 4 <= jobCount(job)) {
    loadFour(jobImages(job) + <usize>(group * 4) * image, image, height, width, channels, out, row, plane);
    return;
  }
  for (let lane = 0; lane < 4; lane++) {
    const n = group * 4 + lane;
    const present = n < jobCount(job);
    const from = jobImages(job) + <usize>n * image;
    for (let c = 0; c < channels; c++) {
      let p = from + (<usize>c << 2);
      for (let y = 0; y < height; y++) {
        let q = out + <usize>c * plane + <usize>y * row + (<usize>lane << 2);
        const end = q + (<usize>width << 4);
        while (q < end) {
          store<f32>(q, present ? load<f32>(p) : 0);
          p += pixel;
          q += 16;
        }
      }
    }
  }
}

/**
 * Loads four images: four channels at a time while there are that many, four pixels of a row if there is one channel,
 * and otherwise one number of each image at a time.
 */
// @ts-ignore: decorator
@inline
function loadFour(
  from: usize, image: usize, height: i32, width: i32, channels: i32, out: usize, row: usize, plane: usize,
): void {
  const pixel = <usize>channels << 2, whole = channels & ~3;
  let p = from;
  for (let y = 0; y < height; y++) {
    let q = out + <usize>y * row, x = 0;
    if (channels == 1) {
      for (; x + 4 <= width; x += 4) {
        const a = v128.load(p), b = v128.load(p + image), c = v128.load(p + 2 * image), d = v128.load(p + 3 * image);
        storeTurned(a, b, c, d, q, 16);
        p += 16;
        q += 64;
      }
    }
    for (; x < width; x++) {
      let i = p, to = q, c = 0;
      for (; c < whole; c += 4) {
        const a = v128.load(i), b = v128.load(i + image), e = v128.load(i + 2 * image), f = v128.load(i + 3 * image);
        storeTurned(a, b, e, f, to, plane);
        i += 16;
        to += plane << 2;
      }
      for (; c < channels; c++) {
        let v = v128.load32_zero(i);
        v = v128.load32_lane(i + image, v, 1);
        v = v128.load32_lane(i + 2 * image, v, 2);
        v128.store(to, v128.load32_lane(i + 3 * image, v, 3));
        i += 4;
        to += plane;
      }
      p += pixel;
      q += 16;
    }
  }
}

/**
 * Writes a group's planes to the job's output: planes [c][h][w][4] → f32 [n][h][w][c]. Absent images are skipped.
 *
 * @param before How many numbers for each image stand in the output before these planes. Those of all images come
 * first.
 */
export function storeImages(
  height: i32, width: i32, channels: i32, from: usize, row: usize, plane: usize, before: usize,
  group: i32, groups: i32, job: usize,
): void {
  const pixel = <usize>channels << 2;
  const image = pixel * height * width;
  const output = jobOutput(job) + ((<usize>jobCount(job) * before) << 2);
  if (group * 4 + 4 <= jobCount(job)) {
    storeFour(from, row, plane, height, width, channels, output + <usize>(group * 4) * image, image);
    return;
  }
  for (let lane = 0; lane < 4; lane++) {
    const n = group * 4 + lane;
    if (n >= jobCount(job)) return;
    const out = output + <usize>n * image;
    for (let c = 0; c < channels; c++) {
      let q = out + (<usize>c << 2);
      for (let y = 0; y < height; y++) {
        let p = from + <usize>c * plane + <usize>y * row + (<usize>lane << 2);
        const end = p + (<usize>width << 4);
        while (p < end) {
          store<f32>(q, load<f32>(p));
          q += pixel;
          p += 16;
        }
      }
    }
  }
}

/** The inverse of `loadFour`: stores four images. */
// @ts-ignore: decorator
@inline
function storeFour(
  from: usize, row: usize, plane: usize, height: i32, width: i32, channels: i32, out: usize, image: usize,
): void {
  const pixel = <usize>channels << 2, whole = channels & ~3;
  let q = out;
  for (let y = 0; y < height; y++) {
    let p = from + <usize>y * row, x = 0;
    if (channels == 1) {
      for (; x + 4 <= width; x += 4) {
        storeTurned(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48), q, image);
        p += 64;
        q += 16;
      }
    }
    for (; x < width; x++) {
      let i = p, to = q, c = 0;
      for (; c < whole; c += 4) {
        const a = v128.load(i), b = v128.load(i + plane), e = v128.load(i + 2 * plane), f = v128.load(i + 3 * plane);
        storeTurned(a, b, e, f, to, image);
        i += plane << 2;
        to += 16;
      }
      for (; c < channels; c++) {
        const v = v128.load(i);
        v128.store32_lane(to, v, 0);
        v128.store32_lane(to + image, v, 1);
        v128.store32_lane(to + 2 * image, v, 2);
        v128.store32_lane(to + 3 * image, v, 3);
        i += plane;
        to += 4;
      }
      p += 16;
      q += pixel;
    }
  }
}

/** Copies a group's planes to where they stay until the end of the batch: `bytes` bytes to `out + group · bytes`. */
export function keepGroup(from: usize, bytes: usize, out: usize, group: i32, groups: i32, job: usize): void {
  memory.copy(out + <usize>group * bytes, from, bytes);
}
