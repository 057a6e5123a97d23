import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, describe, expect, test} from "vitest";

import {openOnnx, runtimeHere, runtimeInThread} from "../../src/onnx/index";
import {owned} from "../../src/onnx/runtime/owned";
import {denseGraph, floats} from "../support/tiny-graph";
import {countTurns} from "../support/turns";

const folder = mkdtempSync(join(tmpdir(), "onnx-runtime-"));
afterAll(() => rmSync(folder, {recursive: true}));

/** A module in onnxruntime's place: it is onnxruntime until its `run` is asked with 13 first; then its thread ends. */
function mortal(): string {
  const path = join(folder, "mortal.js");
  writeFileSync(
    path,
    `const ort = require(${JSON.stringify(require.resolve("onnxruntime-node"))});
    exports.Tensor = ort.Tensor;
    exports.InferenceSession = {
      async create(...args) {
        const session = await ort.InferenceSession.create(...args);
        return {
          inputMetadata: session.inputMetadata,
          outputMetadata: session.outputMetadata,
          release: () => session.release(),
          run(feeds, outputs) {
            if (feeds.x.data[0] === 13) process.exit(3);
            return session.run(feeds, outputs);
          },
        };
      },
    };`,
  );
  return path;
}

describe("a thread that dies", () => {
  test("fails what it was asked for, and the next model gets a new one", async () => {
    const runtime = runtimeInThread(mortal);
    const graph = await openOnnx(denseGraph(), {runtime});
    const asked = [13, 1].map((n) => graph.run({x: floats([n, 0, 0], [1, 3])}));
    const message = "onnxruntime's thread: expected it to keep running, got its end with code 3";
    for (const one of asked) await expect(one).rejects.toThrow(message);
    await expect(graph.run({x: floats([1, 0, 0], [1, 3])})).rejects.toThrow(message);
    const next = await openOnnx(denseGraph(), {runtime});
    expect((await next.run({x: floats([1, 0, 0], [1, 3])})).y.data).toEqual(Float32Array.of(1.5, 0));
    await next.dispose();
  });
});

test("questions at the same time each get their own answer, in a thread and here", async () => {
  for (const runtime of [undefined, runtimeHere(await import("onnxruntime-node"))]) {
    const graph = await openOnnx(denseGraph(), {...(runtime && {runtime})});
    const answers = await Promise.all([1, 2, 3].map((n) => graph.run({x: floats([n, 0, 0], [1, 3])})));
    expect(answers.map(({y}) => (y.data as Float32Array)[0])).toEqual([1.5, 2.5, 3.5]);
    await graph.dispose();
  }
});

test("a copy takes only what is its own", () => {
  const pool = Buffer.from([9, 1, 2, 9]);
  const bytes = owned(pool.subarray(1, 3));
  pool.fill(0); // Buffer's own slice would have shared it
  expect([...bytes]).toEqual([1, 2]);
  expect(bytes.buffer.byteLength).toBe(2);
  expect(owned(new BigInt64Array([1n, 2n, 3n]).subarray(1))).toEqual(new BigInt64Array([2n, 3n]));
  const shared = new Float32Array(new SharedArrayBuffer(8));
  expect(owned(shared).buffer).toBeInstanceOf(ArrayBuffer);
});

test("an answer that brings the next question does not keep the event loop from turning", async () => {
  const graph = await openOnnx(denseGraph());
  let [running, timers] = [true, 0];
  const timer = setInterval(() => timers++, 0);
  const counted = countTurns();
  const chain = async () => {
    for (let n = 0; n < 200 && running; n++) await graph.run({x: floats([n, 0, 0], [1, 3])});
  };
  await Promise.all(Array.from({length: 8}, chain)); // so that a next answer is there while one is taken
  running = false;
  clearInterval(timer);
  expect(counted()).toBeGreaterThan(200);
  expect(timers).toBeGreaterThan(5);
  await graph.dispose();
});
