import {closeSync, cpSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {decodeModel, encodeModel} from "../../src/onnx/file/model";
import {openOnnx} from "../../src/onnx/index";
import {distance, FOLDER, referenceOf, shareWithin} from "../support/onnx-fixtures";
import {floats, node, tinyGraph, value} from "../support/tiny-graph";

/** PyTorch's shortest export: `torch.onnx.export(net, (x,), "resnet.onnx")`. */
const FILE = join(FOLDER, "default", "resnet.onnx");
const {inputs, seed, y, gradient} = referenceOf("resnet");
const folder = mkdtempSync(join(tmpdir(), "onnx-external-"));
afterAll(() => rmSync(folder, {recursive: true}));

async function check(opened: ReturnType<typeof openOnnx>) {
  const graph = await opened;
  try {
    expect(graph.ports.inputs[0].dims[0]).toBe(1); // its batch is fixed: three rows are asked one at a time
    const [x] = graph.inputs;
    const [output] = graph.outputs;
    const {values, gradients} = await graph.runWithGradient({[x]: inputs.x}, {output, weights: seed});
    expect(distance(values[output], y)).toBeLessThan(2e-6);
    expect(shareWithin(gradients[x], gradient, 1e-5)).toBeGreaterThanOrEqual(0.99);
  } finally {
    await graph.dispose();
  }
}

test("a path's weights are found beside it", () => check(openOnnx(FILE)));

test("of bytes, the weights' folder is told", () => {
  cpSync(`${FILE}.data`, join(folder, "resnet.onnx.data"));
  return check(openOnnx(readFileSync(FILE), {external: folder}));
});

test("of bytes, the weights' own bytes are given", () =>
  check(openOnnx(readFileSync(FILE), {external: {"resnet.onnx.data": readFileSync(`${FILE}.data`)}})));

test("weights that are not there are named", async () => {
  const message = 'weights: expected the file "resnet.onnx.data" that the model names, got';
  await expect(openOnnx(readFileSync(FILE))).rejects.toThrow(`${message} its bytes alone`);
  await expect(openOnnx(readFileSync(FILE), {external: {}})).rejects.toThrow(`${message} its bytes alone`);
  const empty = mkdtempSync(join(folder, "empty-"));
  await expect(openOnnx(readFileSync(FILE), {external: empty})).rejects.toThrow(`${message} none in ${empty}`);
});

test.each(["../resnet.onnx.data", "/etc/passwd", "C:\\weights", "a/../../b"])(
  "%s, outside of the folder, is refused",
  async (location) => {
    const model = decodeModel(readFileSync(FILE));
    const moved = model.graph!.initializer!.map((tensor) => {
      const externalData = tensor.externalData?.map((entry) =>
        entry.key === "location" ? {...entry, value: location} : entry,
      );
      return {...tensor, ...(externalData && {externalData})};
    });
    const bytes = encodeModel({...model, graph: {...model.graph, initializer: moved}});
    await expect(openOnnx(bytes, {external: folder})).rejects.toThrow(
      "weights: expected a file in the model's folder, got",
    );
  },
);

test("weights beyond the third gigabyte of a file are not read into JavaScript", async () => {
  // The file is 3 GiB long and holds its last 8 bytes: on the disk it takes one block.
  const far = 3 * 2 ** 30;
  const file = openSync(join(folder, "large.data"), "w");
  ftruncateSync(file, far);
  writeSync(file, new Uint8Array(Float32Array.of(3, -2).buffer), 0, 8, far);
  closeSync(file);
  const externalData = Object.entries({location: "large.data", offset: `${far}`, length: "8"}).map(([key, value]) => ({
    key,
    value,
  }));
  const bytes = tinyGraph({
    node: [node("Mul", ["x", "w"], "y")],
    initializer: [{name: "w", dataType: 1, dims: [2], dataLocation: 1, externalData}],
    input: [value("x", ["n", 2])],
    output: [value("y")],
  });
  const graph = await openOnnx(bytes, {external: folder});
  const x = floats([1, 1], [1, 2]);
  const {x: dx} = await graph.gradient({x}, {output: "y", weights: x});
  expect(dx.data).toEqual(Float32Array.of(3, -2));
  await graph.dispose();
});
