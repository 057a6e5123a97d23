import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeEach, describe, expect, test} from "vitest";
import {openStranger} from "../../../src/cli/stranger";
import type {TensorProto} from "../../../src/onnx/file/model";
import type {LoadSettings} from "../../../src/pipeline/model/load/load-settings";
import {openModel} from "../../../src/pipeline/open/model-file";
import {floats, ints, node, type OnnxGraph, onnxFile} from "../../support/onnx";

const root = mkdtempSync(join(tmpdir(), "model-files-"));
afterAll(() => rmSync(root, {recursive: true}));
const settings: LoadSettings = {input: {scale: 1, mean: [0], std: [1]}, output: "auto"};
const image = {count: 1, shape: [2, 2, 3] as const, pixels: Float32Array.from({length: 12}, (_, i) => i / 12)};

let folder = "";
let count = 0;
beforeEach(() => {
  folder = join(root, `${count++}`);
  mkdirSync(folder);
});

const W = [4, -1, 0.5, 2, -3, 1];
const B = [0.25, -0.25];
const stored = (name: string, dims: number[], entries: {[key: string]: string | number}): TensorProto => ({
  ...{name, dims, dataType: 1, dataLocation: 1},
  externalData: Object.entries(entries).map(([key, value]) => ({key, value: `${value}`})),
});
const graphWith = (...weights: TensorProto[]): OnnxGraph => ({
  inputs: {x: ["n", 3, 2, 2]},
  outputs: {y: ["n", 2]},
  nodes: [
    node("ReduceMean", ["x", "axes"], ["m"], {keepdims: 0}),
    node("MatMul", ["m", "w"], ["s"]),
    node("Add", ["s", "b"], ["z"]),
    node("Softmax", ["z"], ["y"]),
  ],
  weights: [ints("axes", [2, 3]), ...weights],
});
const bytesOf = (values: number[]) => Buffer.from(Float32Array.from(values).buffer);
const model = () => join(folder, "net.onnx");

async function answer(path: string): Promise<Float32Array> {
  const classifier = await openModel(path, "cpu", settings);
  const found = await classifier.predict(image);
  await classifier.dispose();
  return found;
}
/** The answer of the model that has the same weights inside its file. */
async function inside(): Promise<Float32Array> {
  const path = join(folder, "inside.onnx");
  writeFileSync(path, onnxFile(graphWith(floats("w", [3, 2], W), floats("b", [2], B))));
  return answer(path);
}

describe("weights of an ONNX file that stand beside it", () => {
  test("are found from any working folder, in several files, below, and at an offset", async () => {
    mkdirSync(join(folder, "data"));
    writeFileSync(join(folder, "net.onnx.data"), Buffer.concat([Buffer.alloc(64, 9), bytesOf(W), Buffer.alloc(8, 9)]));
    writeFileSync(join(folder, "data", "b.bin"), bytesOf(B));
    const w = stored("w", [3, 2], {location: "net.onnx.data", offset: 64, length: 24});
    writeFileSync(model(), onnxFile(graphWith(w, stored("b", [2], {location: "data/b.bin"}))));
    expect(await answer(model())).toEqual(await inside());
  });

  test("may be links, as in Hugging Face's cache, if they lead into the real model's folder", async () => {
    const [blobs, snapshot] = [join(folder, "blobs"), join(folder, "snapshots")];
    for (const one of [blobs, snapshot]) mkdirSync(one);
    const w = stored("w", [3, 2], {location: "net.onnx_data", offset: 0, length: 24});
    writeFileSync(join(blobs, "aaa"), onnxFile(graphWith(w, floats("b", [2], B))));
    writeFileSync(join(blobs, "bbb"), bytesOf(W));
    symlinkSync("../blobs/aaa", join(snapshot, "net.onnx"));
    symlinkSync("../blobs/bbb", join(snapshot, "net.onnx_data"));
    expect(await answer(join(snapshot, "net.onnx"))).toEqual(await inside());
    symlinkSync("/etc/hostname", join(snapshot, "elsewhere"));
    const other = stored("w", [3, 2], {location: "elsewhere"});
    writeFileSync(join(blobs, "aaa"), onnxFile(graphWith(other, floats("b", [2], B))));
    await expect(answer(join(snapshot, "net.onnx"))).rejects.toThrow(
      /expected weights in the folder of the model, got .*elsewhere, a link to \/etc\/hostname/,
    );
  });

  test.each([
    [{location: "none.data"}, "expected its weights in FOLDER/none.data, got nothing there"],
    [
      {location: "w.data", offset: 8, length: 24},
      "FOLDER/w.data: expected 32 bytes or more for w of FOLDER/net.onnx, got 24",
    ],
    [
      {location: "w.data", offset: -8, length: 24},
      "FOLDER/net.onnx: expected whole numbers that say where w stands in w.data, got -8",
    ],
    [{location: "w.data", offset: 0, length: 1e15}, "FOLDER/w.data: expected 1000000000000000 bytes or more"],
    [
      {location: "w.data", offset: "x"},
      "FOLDER/net.onnx: expected whole numbers that say where w stands in w.data, got NaN",
    ],
    [{location: "w.data", offset: 0.5}, "expected whole numbers that say where w stands in w.data, got 0.5"],
    [{location: "w.data", offset: 0, length: -24}, "expected whole numbers that say where w stands in w.data, got -24"],
    [{location: "w.data", offset: 4}, "FOLDER/w.data: expected 28 bytes or more for w of FOLDER/net.onnx, got 24"],
    [{location: "w.data", length: 20}, "FOLDER/net.onnx: expected 24 bytes of w.data for the sizes of w, got 20"],
    [{location: "../w.data"}, 'FOLDER/net.onnx: expected weights in the folder of the model, got "../w.data"'],
    [{location: "a/../../w.data"}, 'expected weights in the folder of the model, got "a/../../w.data"'],
    [{location: "..\\w.data"}, 'expected weights in the folder of the model, got "..\\w.data"'],
    [{location: "/dev/zero"}, 'expected weights in the folder of the model, got "/dev/zero"'],
    [{location: "C:\\w.data"}, 'expected weights in the folder of the model, got "C:\\w.data"'],
    [
      {location: "https://example.com/w.data"},
      'expected weights in the folder of the model, got "https://example.com/w.data"',
    ],
    [{location: ""}, 'expected weights in the folder of the model, got ""'],
    [{offset: 0}, 'expected weights in the folder of the model, got ""'],
    [{location: "sub"}, "FOLDER/sub: expected a file, got a folder"],
    [{location: "zero"}, "expected weights in the folder of the model, got FOLDER/zero, a link to /dev/zero"],
  ])("%j is refused in one line before anything is read", async (entries, message) => {
    mkdirSync(join(folder, "sub"));
    symlinkSync("/dev/zero", join(folder, "zero"));
    writeFileSync(join(folder, "w.data"), bytesOf(W));
    writeFileSync(join(root, "w.data"), bytesOf(W));
    writeFileSync(
      model(),
      onnxFile(graphWith(stored("w", [3, 2], entries as {[key: string]: string}), floats("b", [2], B))),
    );
    const refused = await answer(model()).catch((error: Error) => error.message);
    expect(refused).toContain(message.replaceAll("FOLDER", folder));
    expect(refused).toMatch(/^[^\n]+: expected [^\n]+, got [^\n]+$/);
  });

  test("and a constant of a node in a branch is looked at too", async () => {
    const outside = stored("c", [1], {location: "/etc/passwd"});
    const branch = {
      name: "g",
      node: [{opType: "Constant", input: [], output: ["c"], attribute: [{name: "value", type: 4, t: outside}]}],
      output: [{name: "c"}],
    };
    const graph = graphWith(floats("w", [3, 2], W), floats("b", [2], B));
    const choice = {
      opType: "If",
      input: ["flag"],
      output: ["c2"],
      attribute: [{name: "then_branch", type: 5, g: branch}],
    };
    writeFileSync(model(), onnxFile({...graph, nodes: [...graph.nodes, choice]}));
    await expect(answer(model())).rejects.toThrow('expected weights in the folder of the model, got "/etc/passwd"');
  });
});

describe("a model's file", () => {
  test("may have any case of its ending", async () => {
    writeFileSync(join(folder, "NET.ONNX"), onnxFile(graphWith(floats("w", [3, 2], W), floats("b", [2], B))));
    expect(await answer(join(folder, "NET.ONNX"))).toEqual(await inside());
  });

  test.each([
    ["net.pt", "x", "--model: expected an .onnx file or a tfjs model.json, got"],
    ["net.onnx", "", "net.onnx: expected an ONNX file, got one that starts with nothing"],
    ["net.onnx", "PK\u0003\u0004", "net.onnx: expected an ONNX file, got one that starts with 50 4b 03 04"],
    ["model.json", "{", "model.json: expected JSON, got text that ends too soon"],
    ["model.json", "[]", "model.json: expected a tfjs model's topology and weightsManifest"],
  ])("%s with %j is refused in one line", async (name, content, message) => {
    writeFileSync(join(folder, name), content);
    const refused = await answer(join(folder, name)).catch((error: Error) => error.message);
    expect(refused).toContain(message);
    expect(refused).toMatch(/^[^\n]+: expected [^\n]+, got [^\n]+$/);
  });

  test("that is a pipe, a folder or a device is refused and not read", async () => {
    execFileSync("mkfifo", [join(folder, "pipe.onnx")]);
    mkdirSync(join(folder, "folder.onnx"));
    symlinkSync("/dev/zero", join(folder, "zero.json"));
    await expect(answer(join(folder, "pipe.onnx"))).rejects.toThrow("pipe.onnx: expected a file, got a pipe");
    await expect(answer(join(folder, "folder.onnx"))).rejects.toThrow("folder.onnx: expected a file, got a folder");
    await expect(answer(join(folder, "zero.json"))).rejects.toThrow("zero.json: expected a file, got a device");
  });

  test("is read from UTF-16 with a mark too, if it is JSON", async () => {
    writeFileSync(join(folder, "model.json"), Buffer.from("\ufeff[]", "utf16le"));
    await expect(answer(join(folder, "model.json"))).rejects.toThrow("model.json: expected a tfjs model's topology");
  });
});

describe("weights of a tfjs model.json", () => {
  const topology = {
    class_name: "Sequential",
    config: {
      name: "s",
      layers: [
        {
          class_name: "GlobalAveragePooling2D",
          config: {name: "p", batch_input_shape: [null, 2, 2, 3], dtype: "float32"},
        },
        {class_name: "Dense", config: {name: "d", units: 2, activation: "softmax", use_bias: true}},
      ],
    },
  };
  const specs = [
    {name: "d/kernel", shape: [3, 2], dtype: "float32"},
    {name: "d/bias", shape: [2], dtype: "float32"},
  ];
  const write = (groups: {paths: string[]; weights: object[]}[]) => {
    const json = {format: "layers-model", modelTopology: {model_config: topology}, weightsManifest: groups};
    writeFileSync(join(folder, "model.json"), JSON.stringify(json));
    return answer(join(folder, "model.json"));
  };

  test("are found beside it, in shards and groups, and answer as the ONNX model of the same weights", async () => {
    const all = Buffer.concat([bytesOf(W), bytesOf(B)]);
    writeFileSync(join(folder, "1of2.bin"), all.subarray(0, 10));
    writeFileSync(join(folder, "2of2.bin"), all.subarray(10));
    expect(await write([{paths: ["1of2.bin", "2of2.bin"], weights: specs}])).toBeAllClose(await inside(), {rtol: 1e-6});
    writeFileSync(join(folder, "w.bin"), bytesOf(W));
    writeFileSync(join(folder, "b.bin"), bytesOf(B));
    const groups = [
      {paths: ["w.bin"], weights: specs.slice(0, 1)},
      {paths: ["b.bin"], weights: specs.slice(1)},
    ];
    expect(await write(groups)).toBeAllClose(await inside(), {rtol: 1e-6});
    // one group too long and the next too short: together as long as they should be
    writeFileSync(join(folder, "w.bin"), Buffer.concat([bytesOf(W), bytesOf([7])]));
    writeFileSync(join(folder, "b.bin"), bytesOf([1]));
    await expect(write(groups)).rejects.toThrow(`w.bin: expected 24 bytes, as ${folder}/model.json says, got 28`);
  });

  test("that are too long, too short, missing or elsewhere are refused", async () => {
    writeFileSync(join(root, "w.bin"), Buffer.alloc(32));
    writeFileSync(join(folder, "w.bin"), Buffer.alloc(36));
    symlinkSync("../w.bin", join(folder, "link.bin"));
    await expect(write([{paths: ["w.bin"], weights: specs}])).rejects.toThrow("w.bin: expected 32 bytes");
    await expect(write([{paths: ["none.bin"], weights: specs}])).rejects.toThrow("none.bin, got nothing there");
    for (const path of ["../w.bin", join(root, "w.bin"), "../../../../../../dev/zero", "file:///etc/passwd"]) {
      await expect(write([{paths: [path], weights: specs}])).rejects.toThrow(
        `expected weights in the folder of the model, got "${path}"`,
      );
    }
    await expect(write([{paths: ["link.bin"], weights: specs}])).rejects.toThrow("link.bin, a link to");
    await expect(
      write([{paths: ["w.bin"], weights: [{name: "d/kernel", shape: [1e9, 2], dtype: "float32"}]}]),
    ).rejects.toThrow("w.bin: expected 8000000000 bytes");
  });
});

describe("a model that is tried in a process of its own first", () => {
  const GIB = 2 ** 30;
  const open = async (maxMemory: number, path = model()) => {
    const said: string[] = [];
    const classifier = await openStranger(path, "cpu", {...settings, say: (line) => said.push(line)}, maxMemory);
    const found = await classifier.predict(image);
    await classifier.dispose();
    return {found, said};
  };

  test("answers as if it was not tried, and says the same once", async () => {
    writeFileSync(model(), onnxFile(graphWith(floats("w", [3, 2], W), floats("b", [2], B))));
    const {found, said} = await open(GIB);
    expect(found).toEqual(await inside());
    expect(said).toEqual(["model   probabilities of 2 classes (the graph ends in Softmax)"]);
  });

  test("and takes too much memory is refused, with the flag that lifts the limit", async () => {
    const graph = graphWith(floats("w", [3, 2], W), floats("b", [2], B));
    const large: OnnxGraph = {
      ...graph,
      nodes: [
        node("Resize", ["x", "", "scales"], ["large"]),
        node("ReduceMean", ["large", "axes"], ["m"], {keepdims: 0}),
        ...graph.nodes.slice(1),
      ],
      weights: [...(graph.weights ?? []), floats("scales", [4], [1, 1, 6000, 6000])], // 1.7 GB
    };
    writeFileSync(model(), onnxFile(large));
    await expect(open(GIB / 2)).rejects.toThrow(
      `${model()}: expected a model that needs at most 537 MB of memory, got one that needs more; --max-memory lifts the limit`,
    );
  });

  test("and is refused for another reason is refused with the same words", async () => {
    writeFileSync(
      model(),
      onnxFile({...graphWith(floats("w", [3, 2], W), floats("b", [2], B)), outputs: {y: ["n", 2], z: ["n", 2]}}),
    );
    const words = (act: Promise<unknown>) => act.catch((error: Error) => error.message);
    expect(await words(open(GIB))).toBe(await words(answer(model())));
  });
});
