import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll} from "vitest";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, {recursive: true, force: true});
});

/** A folder that goes with the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "epochscope-test-"));
  folders.push(folder);
  return folder;
}

/** An idx file of unsigned bytes. */
export function idxFile(shape: readonly number[], values: ArrayLike<number>): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + values.length);
  file.set([0, 0, 8, shape.length]);
  shape.forEach((extent, axis) => {
    new DataView(file.buffer).setUint32(4 + 4 * axis, extent);
  });
  file.set(Array.from(values), 4 + 4 * shape.length);
  return file;
}

/**
 * The four files of a small data set: 12 x 12 images, a bright bar at a place that tells the class.
 *
 * @param files Written in place of, or beside, the four; undefined leaves one out.
 */
export function idxFolder(
  {
    train = 240,
    test = 60,
    classes = 10,
  }: {readonly train?: number; readonly test?: number; readonly classes?: number} = {},
  files: {readonly [name: string]: Uint8Array | string | undefined} = {},
): string {
  const folder = join(temporaryFolder(), "bars");
  mkdirSync(folder);
  const images = (count: number) => {
    const pixels = new Uint8Array(count * 144);
    for (let n = 0; n < count; n++) {
      for (let x = 0; x < 12; x++) pixels[n * 144 + (1 + (n % classes)) * 12 + x] = 150 + ((n * 7 + x * 13) % 100);
    }
    return idxFile([count, 12, 12], pixels);
  };
  const labels = (count: number) =>
    idxFile(
      [count],
      Array.from({length: count}, (_, n) => n % classes),
    );
  const all: {readonly [name: string]: Uint8Array | string | undefined} = {
    "train-images-idx3-ubyte": images(train),
    "train-labels-idx1-ubyte": labels(train),
    "t10k-images-idx3-ubyte": images(test),
    "t10k-labels-idx1-ubyte": labels(test),
    ...files,
  };
  for (const [name, content] of Object.entries(all))
    if (content !== undefined) writeFileSync(join(folder, name), content);
  return folder;
}
