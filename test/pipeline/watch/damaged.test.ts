/** @file Damaged files in a watched folder: only the damaged file is left out, with one line about it. */
import {copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {decodeModel, encodeModel} from "../../../src/onnx/file/model";
import {readState, toSafetensors} from "../../../src/onnx/index";
import {temporaryFolder} from "../../support/idx-files";
import {metricsOf} from "../../support/small-run";
import {
  epochsOf,
  FIXTURES,
  onnxFolder,
  onnxOf,
  pathOf,
  REFERENCE,
  refusalsOf,
  stateFolder,
  stateName,
  testImages,
  watchAll,
} from "../../support/watched";

const quick = () => ({data: testImages(), save: join(temporaryFolder(), "s"), probes: "confusion"});
const LINE = /^[^\n]+: [^\n]*expected [^\n]+, got[ :][^\n]+$/;

/** Watches a folder in which one file is damaged. @returns The one refusal. */
async function refusalIn(folder: string, looked: readonly number[], given: object = {}): Promise<string> {
  const events = await watchAll(folder, {...quick(), ...given});
  expect(epochsOf(events)).toEqual(looked);
  if (looked.length > 0)
    expect(metricsOf(pathOf(events)).map(({testAccuracy}) => testAccuracy)).toEqual(
      looked.map((epoch) => REFERENCE[epoch].right),
    );
  const [refusal, ...others] = refusalsOf(events);
  expect(others).toEqual([]);
  expect(refusal).toMatch(LINE);
  return refusal;
}

/** An epoch's ONNX file with its numbers changed. */
function changed(epoch: number, change: (values: Float32Array, name: string) => void): Uint8Array {
  const model = decodeModel(onnxOf(epoch));
  const initializer = model.graph?.initializer?.map((tensor) => {
    if (tensor.dataType !== 1 || !tensor.rawData) return tensor;
    const values = new Float32Array(new Uint8Array(tensor.rawData).buffer);
    change(values, tensor.name ?? "");
    return {...tensor, rawData: new Uint8Array(values.buffer)};
  });
  return encodeModel({...model, graph: {...model.graph, initializer: initializer ?? []}});
}

describe("ONNX files", () => {
  test.each([
    ["that is empty", () => new Uint8Array(), "expected an ONNX file, got one that starts with nothing"],
    ["that was cut off", () => onnxOf(2).subarray(0, 1000), "got the first 1000 bytes of one, which goes on"],
    ["that lacks its last byte", () => onnxOf(2).subarray(0, -1), "bytes of one, which goes on"],
    ["that is a pointer of Git LFS", () => Buffer.from("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"],
    [
      "with weights that are not finite",
      () => changed(2, (values) => values.fill(Number.NaN)),
      "expected finite numbers",
    ],
  ])("one %s costs itself alone", async (_, bytes, message) => {
    const folder = onnxFolder([0, 1]);
    writeFileSync(join(folder, "net-epoch2.onnx"), bytes());
    const refusal = await refusalIn(folder, [0, 1]);
    expect(refusal).toContain(message);
    expect(refusal.startsWith(join(folder, "net-epoch2.onnx"))).toBe(true);
  });

  test("the first one being damaged, the others are looked at", async () => {
    const folder = onnxFolder([1, 2]);
    writeFileSync(join(folder, "net-epoch0.onnx"), onnxOf(0).subarray(0, 700));
    expect(await refusalIn(folder, [1, 2])).toContain("which goes on");
  });

  test("an epoch that is not there is no fault", async () => {
    const events = await watchAll(onnxFolder([0, 2]), quick());
    expect(epochsOf(events)).toEqual([0, 2]);
    expect(refusalsOf(events)).toEqual([]);
  });
});

describe("weights", () => {
  test("that are cut off cost their epoch alone", async () => {
    const folder = stateFolder([0, 1]);
    writeFileSync(join(folder, stateName(2)), readFileSync(join(FIXTURES, stateName(2))).subarray(0, 1000));
    expect(await refusalIn(folder, [0, 1])).toMatch(
      /epoch-002\.safetensors: safetensors ".*": expected \d+ bytes within/,
    );
  });

  test("of a pickle that would run a command run none, and are refused", async () => {
    const folder = stateFolder([]);
    copyFileSync(join(FIXTURES, "../onnx/states/evil.pt"), join(folder, "epoch-1.pt"));
    expect(await refusalIn(folder, [])).toContain(
      "epoch-1.pt: weights: expected a place for each in the graph, got none for",
    );
    expect(existsSync("/tmp/epochscope-was-here")).toBe(false);
  });

  test("of another epoch's shape are refused with both shapes", async () => {
    const folder = stateFolder([0, 1]);
    const arrays = new Map(
      [...readState(readFileSync(join(FIXTURES, stateName(2))))]
        .filter(([, {type}]) => type === "float32")
        .map(([name, {dims}]) => {
          const shape = name === "fc.weight" ? [4, dims[1]] : dims;
          return [name, {shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1))}];
        }),
    );
    writeFileSync(join(folder, stateName(2)), toSafetensors(arrays));
    expect(await refusalIn(folder, [0, 1])).toContain(
      'weights "fc.weight": expected [3,64] as in the graph, got [4,64]',
    );
  });
});

describe("answers alone", () => {
  const NONE = Buffer.from([]);
  /** A .npy of float32. */
  const npy = (shape: readonly number[], values: readonly number[]) => {
    const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
    const head = `${text.padEnd(117)}\n`;
    const length = Buffer.alloc(2);
    length.writeUInt16LE(head.length);
    return Buffer.concat([
      Buffer.from("\x93NUMPY\x01\x00", "latin1"),
      length,
      Buffer.from(head),
      Buffer.from(Float32Array.from(values).buffer),
    ]);
  };
  const folderWith = (arrays: {readonly [name: string]: Buffer}) => {
    const folder = join(temporaryFolder(), "answers");
    mkdirSync(join(folder, "epoch-1"), {recursive: true});
    for (const [name, bytes] of Object.entries(arrays)) writeFileSync(join(folder, "epoch-1", name), bytes);
    return folder;
  };
  const rows = (row: readonly number[]) => Array.from({length: 96}, () => row).flat();

  test.each([
    [
      "numbers that are none",
      {"logits.npy": npy([96, 3], rows([1, Number.NaN, 0]))},
      "expected finite scores, got NaN",
    ],
    [
      "probabilities that sum to more",
      {"probabilities.npy": npy([96, 3], rows([0.5, 0.5, 0.5]))},
      "expected probabilities that sum to 1, got a sum of 1.500 in row 0",
    ],
    ["scores of a class more", {"logits.npy": npy([96, 4], rows([1, 2, 3, 4]))}, "expected scores of 3 classes, as"],
    ["scores of other images", {"logits.npy": npy([95, 3], rows([1, 2, 3]).slice(3))}, "expected answers to 96 images"],
    [
      "features of other images",
      {"logits.npy": npy([96, 3], rows([1, 2, 3])), "features.npy": npy([5, 2], Array(10).fill(1))},
      "expected",
    ],
    ["one score an image", {"logits.npy": npy([96, 1], Array(96).fill(1))}, "expected scores of two classes or more"],
    ["an empty file", {"logits.npy": NONE}, "logits.npy: expected"],
    ["a file that was cut off", {"logits.npy": npy([96, 3], rows([1, 2, 3])).subarray(0, 500)}, "logits.npy: expected"],
  ])("%s are refused", async (_, arrays, message) => {
    const folder = folderWith(arrays);
    const said = await watchAll(folder, quick()).then(
      (events) => refusalsOf(events).join(),
      (error: Error) => error.message,
    );
    expect(said).toContain(message);
    expect(said).toMatch(LINE);
  });

  test("a .npz without scores, and one that was cut off, are refused", async () => {
    const whole = readFileSync(join(FIXTURES, "answers-0.npz"));
    for (const [bytes, message] of [
      [whole.subarray(0, whole.length - 40), /epoch-1\.npz: expected /],
      [whole.subarray(0, 300), /epoch-1\.npz/],
    ] as const) {
      const folder = join(temporaryFolder(), "npz");
      mkdirSync(folder);
      writeFileSync(join(folder, "epoch-1.npz"), bytes);
      const [refusal] = refusalsOf(await watchAll(folder, quick()));
      expect(refusal).toMatch(message);
      expect(refusal).toMatch(LINE);
    }
  });
});
