import {mkdtempSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {BinaryReader, WireType} from "@bufbuild/protobuf/wire";
import {createCanvas, loadImage} from "@napi-rs/canvas";
import fc from "fast-check";
import {beforeEach, expect, test} from "vitest";
import {randomSource} from "../../../src/nouns/random";
import {crc32c} from "../../../src/pipeline/record/tensorboard/crc32c";
import {logEpoch, logOptions} from "../../../src/pipeline/record/tensorboard/epoch-log";
import {histogramBuckets} from "../../../src/pipeline/record/tensorboard/histogram";
import {metadataTsv, tensorsTsv, writeProjector} from "../../../src/pipeline/record/tensorboard/projector";
import {spriteImages, spritePng} from "../../../src/pipeline/record/tensorboard/sprite";
import {tensorboardLog} from "../../../src/pipeline/record/tensorboard/summaries";
import {frame} from "../../../src/pipeline/record/tensorboard/tfevents";
import type {EpochMetrics} from "../../../src/pipeline/types";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tensorboard-"));
});

/** Splits a file into its records' bytes; throws at a length or a checksum that does not fit. */
function records(path: string): Uint8Array[] {
  const file = readFileSync(path);
  const found: Uint8Array[] = [];
  const unmask = (at: number) => {
    const rotated = (file.readUInt32LE(at) - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(crc32c(file.subarray(at, at + 8))).toBe(unmask(at + 8));
    const bytes = file.subarray(at + 12, at + 12 + length);
    expect(crc32c(bytes)).toBe(unmask(at + 12 + length));
    found.push(bytes);
    at += length + 16;
  }
  return found;
}

type Field = number | bigint | Uint8Array;
/** A message's fields by number, in order, knowing nothing of our writer. */
function fields(bytes: Uint8Array): Map<number, Field[]> {
  const reader = new BinaryReader(bytes);
  const found = new Map<number, Field[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const value =
      type === WireType.Varint
        ? BigInt(reader.int64())
        : type === WireType.Bit64
          ? reader.double()
          : type === WireType.Bit32
            ? reader.float()
            : reader.bytes();
    found.set(field, [...(found.get(field) ?? []), value]);
  }
  return found;
}
const inner = (message: Map<number, Field[]>, field: number) => fields(message.get(field)?.[0] as Uint8Array);
const string = (field: Field | undefined) => Buffer.from(field as Uint8Array).toString("utf8");

/** Each value of a file: step, tag, plugin and its content, data class (summary.proto) and tensor. */
function values(path: string) {
  return records(path)
    .slice(1)
    .flatMap((record) => {
      const event = fields(record);
      const step = Number(event.get(2)?.[0] ?? 0n);
      return (inner(event, 5).get(1) ?? []).map((bytes) => {
        const value = fields(bytes as Uint8Array);
        const tensor = inner(value, 8);
        const metadata = inner(value, 9);
        const plugin = inner(metadata, 1);
        const content = plugin.get(2)?.[0] as Uint8Array | undefined;
        const dataClass = Number(metadata.get(4)?.[0]);
        return {step, tag: string(value.get(1)?.[0]), plugin: string(plugin.get(1)?.[0]), content, dataClass, tensor};
      });
    });
}

test("frames bytes so that a reader finds them again", () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 300}), (bytes) => {
      const record = Buffer.from(frame(bytes));
      expect(record.length).toBe(bytes.length + 16);
      expect(record.readBigUInt64LE(0)).toBe(BigInt(bytes.length));
      expect([...record.subarray(12, 12 + bytes.length)]).toEqual([...bytes]);
    }),
  );
});

test("opens with the file version that TensorBoard asks for", () => {
  const log = tensorboardLog(folder, {clock: () => 1234.5});
  const [version] = records(log.path).map(fields);
  expect(version.get(1)).toEqual([1234.5]);
  expect(string(version.get(3)?.[0])).toBe("brain.Event:2");
});

test("keeps a scalar's tag, step and value as a 32-bit float", () => {
  const log = tensorboardLog(folder);
  log.scalar("loss/train", 3, 0.1);
  log.flush();
  const [value] = values(log.path);
  expect(value).toMatchObject({step: 3, tag: "loss/train", plugin: "scalars"});
  expect(Buffer.from(value.tensor.get(5)?.[0] as Uint8Array).readFloatLE()).toBe(Math.fround(0.1));
});

test("writes nothing before it is flushed, and never twice", () => {
  const log = tensorboardLog(folder);
  log.scalar("a", 1, 1);
  expect(records(log.path)).toHaveLength(1);
  log.flush();
  log.flush();
  expect(records(log.path)).toHaveLength(2);
});

test("keeps images' size and bytes", () => {
  const log = tensorboardLog(folder);
  const png = Uint8Array.of(137, 80, 78, 71);
  log.images("confusion/matrix", 1, {width: 20, height: 10}, [png]);
  log.flush();
  const [{tensor, plugin}] = values(log.path);
  const [width, height, bytes] = tensor.get(8) as Uint8Array[];
  expect([plugin, string(width), string(height), [...bytes]]).toEqual(["images", "20", "10", [137, 80, 78, 71]]);
});

test("counts every finite value in one of 30 equal buckets that span them", () => {
  const numbers = fc.array(fc.double({min: -1e6, max: 1e6, noNaN: true}), {minLength: 1, maxLength: 200});
  fc.assert(
    fc.property(numbers, (list) => {
      const buckets = histogramBuckets([...list, Number.NaN, Number.POSITIVE_INFINITY]);
      const rows = Array.from({length: buckets.length / 3}, (_, k) => [...buckets.subarray(3 * k, 3 * k + 3)]);
      expect(rows.reduce((sum, [, , n]) => sum + n, 0)).toBe(list.length);
      expect(rows[0][0]).toBeLessThanOrEqual(Math.min(...list));
      expect(rows[rows.length - 1][1]).toBeGreaterThanOrEqual(Math.max(...list));
      for (let k = 1; k < rows.length; k++) expect(rows[k][0]).toBe(rows[k - 1][1]);
    }),
  );
});

test("puts values too near each other to part into one bucket", () => {
  expect([...histogramBuckets([-5e-324, 0])]).toEqual([-0.5, 0.5, 2]);
});

test("puts a value on an inner edge into the bucket at its right, and the greatest into the last", () => {
  expect([...histogramBuckets([0, 1, 2, 3], 3)]).toEqual([0, 1, 1, 1, 2, 1, 2, 3, 2]);
});

const metrics: EpochMetrics = {
  epoch: 0,
  trainLoss: null,
  trainAccuracy: null,
  validationLoss: 2.3,
  validationAccuracy: 0.1,
  testLoss: 2.31,
  testAccuracy: 0.11,
  seconds: {train: 0, evaluate: 1, probes: 2},
  steps: [],
};

test("logs an epoch's figures and weights, leaving out what the untrained network has not", () => {
  const log = tensorboardLog(folder);
  logEpoch(log, {metrics, weights: [{name: "dense/kernel", shape: [2], values: Float32Array.of(1, 2)}]});
  logEpoch(log, {metrics: {...metrics, epoch: 1, trainLoss: 0.5, trainAccuracy: 0.9}, learningRate: 0.001});
  const tags = (step: number) =>
    values(log.path)
      .filter((value) => value.step === step)
      .map(({tag}) => tag);
  expect(tags(0)).toContain("weights/dense/kernel");
  expect(tags(0)).toContain("loss/validation");
  expect(tags(0)).not.toContain("loss/train");
  expect(tags(1)).toEqual(expect.arrayContaining(["loss/train", "learning_rate", "accuracy/train"]));
});

test.each([
  ["plain", ["loss/train", "loss/validation", "loss/test"]],
  ["exigo", ["Loss/train", "Loss/eval", "Loss/test"]],
] as const)("has each loss once, by its %s name, and compares runs by that name", (names, losses) => {
  const log = tensorboardLog(folder);
  logOptions(log, {epochs: 1}, names);
  logEpoch(log, {metrics: {...metrics, epoch: 1, trainLoss: 0.5, trainAccuracy: 0.9}}, names);
  const all = values(log.path);
  expect(all.map(({tag}) => tag).filter((tag) => /^loss/i.test(tag))).toEqual(losses);
  const experiment = inner(fields(all[1].content!), 2);
  const compared = (experiment.get(5) ?? []).map((info) => string(inner(fields(info as Uint8Array), 1).get(2)?.[0]));
  expect(compared).toEqual(["accuracy/test", "accuracy/validation", losses[2], losses[1]]);
});

test("marks hyperparameters as tensors, and the graph as version 1: TensorBoard lists no others", () => {
  const log = tensorboardLog(folder);
  logOptions(log, {epochs: 1});
  log.graph('{"class_name": "Sequential"}');
  log.finish(true);
  log.flush();
  const hparams = values(log.path).filter(({plugin}) => plugin === "hparams");
  expect(hparams.map(({tag, dataClass}) => [tag, dataClass])).toEqual([
    ["_hparams_/experiment", 2],
    ["_hparams_/session_start_info", 2],
    ["_hparams_/session_end_info", 2],
  ]);
  const [graph] = values(log.path).filter(({plugin}) => plugin === "graph_keras_model");
  expect(string(graph.content)).toBe("1");
});

test("tells the options as a table and as hyperparameters of their own types", () => {
  const log = tensorboardLog(folder);
  logOptions(log, {model: "a|b", epochs: 3, lime: {samples: 500}, quiet: false});
  const [table, experiment, session] = values(log.path);
  expect(string(table.tensor.get(8)?.[0])).toContain("| model | a\\|b |\n| epochs | 3 |\n| lime.samples | 500 |");
  expect([experiment.tag, session.tag]).toEqual(["_hparams_/experiment", "_hparams_/session_start_info"]);
});

test("a second log of one folder leaves the first alone", () => {
  let now = 1000;
  const clock = () => now++;
  const first = tensorboardLog(folder, {clock});
  const second = tensorboardLog(folder, {clock});
  expect(readdirSync(folder)).toHaveLength(2);
  expect(second.path > first.path).toBe(true);
});

test("writes the projector's tables as TensorBoard reads them", () => {
  expect(`${tensorsTsv([1, 2.5, -3, 0.1], 2)}`).toBe("1\t2.5\n-3\t0.1\n");
  expect(metadataTsv({index: ["0", "1"], label: ["a\tb", "=c\nd"]})).toBe("index\tlabel\n0\ta\\tb\n1\t'=c\\nd\n");
});

test("writes the projector's numbers to five significant digits or more, short ones short", () => {
  const short = [0, -0, 7, -12, 345, 999.5, 0.01, -0.25, 1e6, 1e-9, -1e-12, 123456789, 999.99999999, 0.099999999];
  const words = `${tensorsTsv(short, 1)}`.trimEnd().split("\n");
  expect(words).toEqual("0 0 7 -12 345 999.5 0.01 -0.25 1000000 1e-9 -1e-12 123456800 1000 0.1".split(" "));
  expect(`${tensorsTsv(new Float32Array(3).fill(-1.234567e20), 3)}`).toBe(
    `${Array(3).fill("-123456700000000000000").join("\t")}\n`,
  );
  const random = randomSource(5);
  const values = Float32Array.from({length: 20_000}, () => (random() - 0.5) * 10 ** (16 * random() - 8));
  const read = `${tensorsTsv(values, 100)}`
    .trimEnd()
    .split(/[\t\n]/)
    .map(Number);
  expect(read).toHaveLength(values.length);
  const errors = read.map((value, i) => Math.abs(value - values[i]) / Math.abs(values[i]));
  expect(Math.max(...errors)).toBeLessThanOrEqual(1e-5);
  const line = `${tensorsTsv(values, 100)}`.split("\n")[3].split("\t");
  expect(line).toHaveLength(100);
});

test("writes the projector's numbers as JavaScript would after rounding, the longest ones and those at a step too", () => {
  const random = randomSource(6);
  const steps = [1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 1, 10, 99.99999995, 100, 999, 1e21, 9.9999999e-7, 0.0099999995];
  const near = steps.flatMap((step) => [-2, -1, 0, 1, 2].map((n) => step * (1 + n * 2 ** -24)));
  const wide = Array.from({length: 20_000}, () => (random() - 0.5) * 10 ** (28 * random() - 10));
  const values = [...near, ...Float32Array.from(near), ...wide, ...Float32Array.from(wide), -1.234567e20, -1.234567e-6];
  const expected = values.map((value) => {
    const size = Math.abs(value);
    if (size >= 0.01 && size < 999) return `${(Math.sign(value) * Math.round(size * 1e7)) / 1e7}`;
    return `${Number(value.toPrecision(7))}`;
  });
  expect(`${tensorsTsv(values, 1)}`.trimEnd().split("\n")).toEqual(expected);
  for (const longest of [-1.234567e20, -1.234567e-6, -1.234567e-100]) {
    const words = `${tensorsTsv(new Float64Array(6).fill(longest), 3)}`;
    expect(words).toBe(`${`${longest}\t${longest}\t${longest}\n`.repeat(2)}`);
  }
});

test("names every projection's files, inside the log folder", async () => {
  const points = {width: 2, values: [0, 0, 1, 1], columns: {index: ["0", "1"], label: ["a", "b"]}};
  const images = {count: 2, shape: [2, 3, 1] as const, pixels: new Float32Array(12)};
  await writeProjector(folder, [{name: "epoch 0", ...points}]);
  await writeProjector(folder, [
    {name: "epoch 0", ...points},
    {name: 'e"1', ...points, images},
  ]);
  const config = readFileSync(join(folder, "projector_config.pbtxt"), "utf8");
  for (const [, path] of config.matchAll(/_path: "(.*)"/g)) {
    expect(path).not.toMatch(/^\/|\.\./);
    expect(readFileSync(join(folder, path)).length).toBeGreaterThan(0);
  }
  expect(config.match(/tensor_name: .*/g)).toEqual(['tensor_name: "epoch 0"', 'tensor_name: "e\\"1"']);
  expect(config).toContain("single_image_dim: 3\n    single_image_dim: 2");
  expect((await spritePng(images)).subarray(1, 4).toString()).toBe("PNG");
});

test("images that are too large for one sprite are averaged until they fit; others stay as they are", () => {
  const images = (count: number, height: number, width: number) => ({
    count,
    shape: [height, width, 1] as const,
    pixels: Float32Array.from({length: count * height * width}, (_, p) => (p % 2) / 2),
  });
  const small = images(100, 28, 28);
  expect(spriteImages(small)).toBe(small);
  // 3 × 3 of 3,000 pixels are 9,000 a side: squares of 3 × 3 pixels make it 3,000
  const large = spriteImages(images(9, 3, 3000));
  expect(large?.shape).toEqual([1, 1000, 1]);
  const [first, second] = large?.pixels ?? [];
  // by hand: rows 0, ½, 0; 0, ½, 0; 0, ½, 0 and ½, 0, ½ thrice
  expect(first).toBeCloseTo(1 / 6, 6);
  expect(second).toBeCloseTo(1 / 3, 6);
});

/** A picture's pixels, row by row: red, green, blue and how opaque it is. */
async function pixelsOf(
  png: Buffer,
): Promise<{readonly size: readonly number[]; readonly pixels: readonly number[][]}> {
  const {width, height} = await loadImage(png);
  const context = createCanvas(width, height).getContext("2d");
  context.drawImage(await loadImage(png), 0, 0);
  const {data} = context.getImageData(0, 0, width, height);
  const pixels = Array.from({length: width * height}, (_, p) => [...data.subarray(4 * p, 4 * p + 4)]);
  return {size: [width, height], pixels};
}

test("a sprite has its images side by side, row after row, ink dark on white", async () => {
  // 3 images of 2 rows and 1 column, in two columns of two rows
  const pixels = Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1);
  const {size, pixels: drawn} = await pixelsOf(await spritePng({count: 3, shape: [2, 1, 1], pixels}));
  expect(size).toEqual([2, 4]);
  const ink = (share: number) => [...Array(3).fill(Math.round(255 * (1 - share))), 255];
  const none = [0, 0, 0, 0];
  expect(drawn).toEqual([ink(0), ink(0.4), ink(0.2), ink(0.6), ink(0.8), none, ink(1), none]);
});

test("a sprite of coloured images has their colours", async () => {
  const pixels = Float32Array.from({length: 2 * 2 * 3}, (_, i) => i / 15);
  const {size, pixels: drawn} = await pixelsOf(await spritePng({count: 2, shape: [1, 2, 3], pixels}));
  expect(size).toEqual([4, 2]);
  const colour = (p: number) => [...[0, 1, 2].map((c) => Math.round((255 * (3 * p + c)) / 15)), 255];
  expect(drawn.slice(0, 4)).toEqual([0, 1, 2, 3].map(colour));
  expect(drawn.slice(4)).toEqual(Array(4).fill([0, 0, 0, 0]));
});

test("large images are averaged over squares that are cut at the edges, each image and channel by itself", () => {
  // two coloured images of 2 × 2001 pixels: 4,002 a side; squares of 2 × 2, the last column of 2 × 1
  const shape = [2, 2001, 3] as const;
  const half = 2 * 2001 * 3;
  const pixels = new Float32Array(2 * half);
  const put = (n: number, y: number, x: number, c: number, value: number) => {
    pixels[n * half + (y * 2001 + x) * 3 + c] = value;
  };
  put(0, 1, 3, 2, 1); // the second square of the first image
  put(1, 0, 2000, 1, 1); // the last square of the second
  const small = spriteImages({count: 2, shape, pixels});
  expect(small?.shape).toEqual([1, 1001, 3]);
  const filled = Array.from(small?.pixels ?? [], (value, i) => [i, value]).filter(([, value]) => value > 0);
  expect(filled).toEqual([
    [1 * 3 + 2, 0.25],
    [1001 * 3 + 1000 * 3 + 1, 0.5],
  ]);
});

test("images of 4,000 pixels a side stay as they are, and so many that single pixels do not fit have no sprite", () => {
  const whole = {count: 1, shape: [1, 4000, 1] as const, pixels: new Float32Array(4000)};
  expect(spriteImages(whole)).toBe(whole);
  const halved = spriteImages({count: 4, shape: [2, 2001, 1], pixels: new Float32Array(4 * 2 * 2001)});
  expect(halved?.shape).toEqual([1, 1001, 1]);
  expect(spriteImages({count: 4001 ** 2, shape: [1, 1, 1], pixels: new Float32Array(0)})).toBeUndefined();
});

test("a tensor's shape is that of what it holds", () => {
  const log = tensorboardLog(folder);
  log.histogram("h", 1, [1, 2, 3]);
  log.images("i", 1, {width: 2, height: 3}, [Uint8Array.of(1), Uint8Array.of(2)]);
  log.scalar("s", 1, 2);
  log.flush();
  const shapes = values(log.path).map(({tensor}) =>
    (inner(tensor, 2).get(2) ?? []).map((size) => Number(fields(size as Uint8Array).get(1)?.[0])),
  );
  expect(shapes).toEqual([[30, 3], [4], []]);
});

test("options become hyperparameters of their own types, under the names of what they are in", () => {
  const log = tensorboardLog(folder);
  const options = {epochs: 3, quiet: false, model: "cnn", classes: ["a", 1], from: null, none: undefined};
  logOptions(log, {...options, lime: {samples: 500, way: {name: "x"}}});
  const session = inner(fields(values(log.path)[2].content!), 3);
  const given = (session.get(1) ?? []).map((entry) => {
    const [name, value] = [fields(entry as Uint8Array).get(1)?.[0], inner(fields(entry as Uint8Array), 2)];
    const [[kind, [held]]] = [...value];
    return [string(name), kind === 3 ? string(held) : Number(held)];
  });
  expect(given).toEqual([
    ["epochs", 3],
    ["quiet", 0],
    ["model", "cnn"],
    ["classes", '["a",1]'],
    ["lime.samples", 500],
    ["lime.way.name", "x"],
  ]);
});

test("a figure that is not known has no scalar", () => {
  const log = tensorboardLog(folder);
  const moved = new Map([
    ["a", 0.5],
    ["b", Number.POSITIVE_INFINITY],
  ]);
  logEpoch(log, {metrics: {...metrics, validationLoss: null, testLoss: 0}, moved});
  const tags = values(log.path).map(({tag}) => tag);
  for (const tag of ["loss/validation", "loss/train", "learning_rate", "weights_moved/b"])
    expect(tags).not.toContain(tag);
  for (const tag of ["loss/test", "seconds/train", "weights_moved/a"]) expect(tags).toContain(tag);
});

test("images too large for a sprite are shown smaller, once for all projections of a run", async () => {
  const points = {width: 1, values: [0], columns: {index: ["0"]}};
  const images = {count: 1, shape: [4001, 1, 1] as const, pixels: new Float32Array(4001)};
  await writeProjector(folder, [{name: "a", ...points, images}]);
  const config = () => readFileSync(join(folder, "projector_config.pbtxt"), "utf8");
  expect(config()).toContain("single_image_dim: 1\n    single_image_dim: 2001\n");
  const sprite = join(folder, "projector/sprite.png");
  writeFileSync(sprite, "made before");
  await writeProjector(folder, [
    {name: "a", ...points, images},
    {name: "b", ...points, images},
  ]);
  expect(config().match(/image_path: "projector\/sprite.png"/g)).toHaveLength(2);
  expect(readFileSync(sprite, "utf8")).toBe("made before");
  await writeProjector(folder, [
    {name: "a", ...points},
    {name: "b", ...points, images},
  ]);
  expect(readFileSync(sprite).subarray(1, 4).toString()).toBe("PNG");
  expect(readdirSync(join(folder, "projector")).sort()).toEqual(["0-a", "1-b", "sprite.png"]);
});

test("rows of a table may be written by parts, and a row more is a turn more", async () => {
  const all = [1, 2, 3, 4, 5, 6];
  expect(`${tensorsTsv(all, 2, 1, 3)}`).toBe("3\t4\n5\t6\n");
  const many = Array.from({length: 2 * 251}, (_, i) => i + 1);
  await writeProjector(folder, [{name: "a", width: 2, values: many, columns: {index: many.map(String)}}]);
  expect(readFileSync(join(folder, "projector/0-a/tensors.tsv"), "utf8")).toBe(`${tensorsTsv(many, 2)}`);
});
