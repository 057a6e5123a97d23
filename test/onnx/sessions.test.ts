/** @file Sessions that are kept between questions, and the thread's side of onnxruntime, without onnxruntime. */
import {describe, expect, test} from "vitest";

import {runtimeFailure} from "../../src/onnx/runtime/failure";
import {type Onnxruntime, openHost} from "../../src/onnx/runtime/host";
import type {Session} from "../../src/onnx/runtime/runtime";
import {keptSessions} from "../../src/onnx/sessions";

describe("sessions", () => {
  /** Sessions by their names, with what happened to them. */
  function watched(most: number) {
    const events: string[] = [];
    const sessions = keptSessions(most);
    const start = (name: string) => async () => {
      events.push(`start ${name}`);
      return {inputs: [], outputs: [], run: async () => ({}), release: async () => void events.push(`end ${name}`)};
    };
    const use = (name: string, work: (session: Session) => Promise<unknown> = async () => name) =>
      sessions.use(name, start(name), work);
    return {events, use, dispose: () => sessions.dispose()};
  }

  test("are kept up to so many, and the one that was used longest ago goes first", async () => {
    const {events, use, dispose} = watched(2);
    for (const name of ["a", "b", "a", "c", "a"]) expect(await use(name)).toBe(name);
    expect(events).toEqual(["start a", "start b", "start c", "end b"]);
    await dispose();
    expect(events.slice(4).sort()).toEqual(["end a", "end c"]);
  });

  test("are not released while somebody works with them", async () => {
    const {events, use} = watched(1);
    let finish: (() => void) | undefined;
    const long = use("a", () => new Promise<void>((resolve) => (finish = resolve)));
    const other = use("a");
    await other;
    await use("b");
    expect(events).toEqual(["start a", "start b", "end b"]);
    finish?.();
    await long;
    await use("c");
    expect(events.slice(3)).toEqual(["start c", "end a"]);
  });

  test("that did not start are tried again, and a failure of the work keeps them", async () => {
    const sessions = keptSessions(2);
    let tries = 0;
    const start = async (): Promise<Session> => {
      tries++;
      if (tries === 1) throw new Error("no memory");
      return {inputs: [], outputs: [], run: async () => ({}), release: async () => {}};
    };
    await expect(sessions.use("a", start, async () => 1)).rejects.toThrow("no memory");
    const fail = async () => {
      throw new Error("no answer");
    };
    await expect(sessions.use("a", start, fail)).rejects.toThrow("no answer");
    expect(await sessions.use("a", start, async () => 2)).toBe(2);
    expect(tries).toBe(2);
    await sessions.dispose();
  });
});

describe("the host of onnxruntime", () => {
  function fake() {
    const made: {options?: object; fed?: object; released: number} = {released: 0};
    const session = {
      inputMetadata: [
        {name: "x", isTensor: true, type: "float32", shape: ["n", 2]},
        {name: "list", isTensor: false},
      ],
      outputMetadata: [{name: "y", isTensor: true, type: "float32", shape: [1]}],
      run: async (feeds: object) => {
        made.fed = feeds;
        return {y: {type: "float32", dims: [1], data: Float32Array.of(5), more: 1}};
      },
      release: async () => void made.released++,
    };
    class Tensor {
      constructor(
        readonly type: string,
        readonly data: unknown,
        readonly dims: readonly number[],
      ) {}
    }
    const create = async (_: Uint8Array, options: object) => {
      made.options = options;
      return session;
    };
    return {made, host: openHost({InferenceSession: {create}, Tensor} as unknown as Onnxruntime)};
  }
  const model = new Uint8Array(1);

  test("numbers its sessions, and tells their ports; what is no tensor has no sizes", async () => {
    const {host} = fake();
    const first = await host.start({model, settings: {threads: 1}});
    expect(first).toEqual({
      session: 0,
      inputs: [
        {name: "x", type: "float32", dims: ["n", 2]},
        {name: "list", type: "(no tensor)", dims: []},
      ],
      outputs: [{name: "y", type: "float32", dims: [1]}],
    });
    expect((await host.start({model, settings: {threads: 1}})).session).toBe(1);
  });

  test("says what it was told: threads, a GPU, files beside the model", async () => {
    const {made, host} = fake();
    await host.start({model, settings: {threads: 3}});
    expect(made.options).toMatchObject({intraOpNumThreads: 3, interOpNumThreads: 1, graphOptimizationLevel: "all"});
    expect(made.options).not.toHaveProperty("executionProviders");
    expect(made.options).not.toHaveProperty("externalData");
    expect(made.options).toHaveProperty("extra", {session: {use_deterministic_compute: "1"}});
    const files = {"a.bin": Uint8Array.of(1)};
    await host.start({model, settings: {threads: 1, optimise: false, device: "gpu", folder: "/here", files}});
    expect(made.options).toMatchObject({
      ...{executionProviders: ["webgpu"], graphOptimizationLevel: "disabled"},
      externalData: [{path: "a.bin", data: Uint8Array.of(1)}],
      extra: {session: {model_external_initializers_file_folder_path: "/here"}},
    });
  });

  test("answers with type, sizes and numbers, until the session is released", async () => {
    const {made, host} = fake();
    const {session} = await host.start({model, settings: {threads: 1}});
    const x = {type: "float32", dims: [1], data: Float32Array.of(2)};
    expect(await host.run({session, feeds: {x}, outputs: ["y"]})).toEqual({
      y: {type: "float32", dims: [1], data: Float32Array.of(5)},
    });
    expect(made.fed).toEqual({x});
    await host.release({session});
    expect(made.released).toBe(1);
    await expect(host.run({session, feeds: {x}, outputs: ["y"]})).rejects.toThrow(
      `session ${session}: expected an open one, got one that was released`,
    );
  });
});

test("a failure of onnxruntime is one line without the places in its sources", () => {
  const told = "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions\nmore";
  expect(runtimeFailure("run", told).message).toBe("expected an answer, got: Got invalid dimensions");
  for (const doing of ["start", "release"] as const)
    expect(runtimeFailure(doing, "no such operator").message).toBe(
      "expected a model that onnxruntime runs, got: no such operator",
    );
  expect(runtimeFailure("run", "x".repeat(400)).message).toHaveLength("expected an answer, got: ".length + 300);
});
