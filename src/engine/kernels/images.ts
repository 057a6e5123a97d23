import {jobCount, jobImages, jobOutput} from "./job";

/**
 * Takes a group's four images from the job, one to a lane: f32 [n][h][w][c] → planes [c][h][w][4]. Lanes past the
 * last image are 0.
 */
export function loadImages(
  height: i32, width: i32, channels: i32, out: usize, row: usize, plane: usize,
  group: i32, groups: i32, job: usize,
): void {
  const pixel = <usize>channels << 2;
  const image = pixel * height * width;
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

/** Gives a group's planes back as the job's output: planes [c][h][w][4] → f32 [n][h][w][c]. Absent images are skipped. */
export function storeImages(
  height: i32, width: i32, channels: i32, from: usize, row: usize, plane: usize,
  group: i32, groups: i32, job: usize,
): void {
  const pixel = <usize>channels << 2;
  const image = pixel * height * width;
  for (let lane = 0; lane < 4; lane++) {
    const n = group * 4 + lane;
    if (n >= jobCount(job)) return;
    const out = jobOutput(job) + <usize>n * image;
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

/** Keeps a group's planes for the end of the batch: `bytes` bytes to `out + group · bytes`. */
export function keepGroup(from: usize, bytes: usize, out: usize, group: i32, groups: i32, job: usize): void {
  memory.copy(out + <usize>group * bytes, from, bytes);
}
