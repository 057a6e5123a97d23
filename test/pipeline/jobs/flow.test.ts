/** @file The order of shards, and errors, with workers that need no thread. */
import {expect, test} from "vitest";
import {UserError} from "../../../src/nouns/options";
import {flow, type Results, type Shard} from "../../../src/pipeline/jobs/flow";
import {namingErrors} from "../../../src/pipeline/jobs/here";
import {resultOf} from "../../../src/pipeline/jobs/thread";

const none: Results = {read: async () => undefined, keep: async () => {}};
const shards = (count: number): Shard<number>[] =>
  Array.from({length: count}, (_, n) => ({id: `${n}`, named: `shard ${n}`, question: n}));
const bytes = new Uint8Array(1);

/** Runs a flow to its end. */
async function ran(
  count: number,
  places: number,
  ask: (shard: Shard<number>) => Promise<Uint8Array>,
  signal?: AbortSignal,
): Promise<number> {
  let got = 0;
  for await (const _ of flow(shards(count), {places}, ask, none, signal)) got++;
  return got;
}

test("as many shards are asked at once as there are places, and two more", async () => {
  let [now, most] = [0, 0];
  const got = await ran(20, 3, async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    return bytes;
  });
  expect([got, most]).toEqual([20, 5]);
});

test("no more shards are begun after five that failed, and all that failed are named", async () => {
  const asked: number[] = [];
  const failing = ran(20, 1, async ({question}) => {
    asked.push(question);
    throw new Error(`expected ${question}`);
  });
  await expect(failing).rejects.toThrow("expected 0; so failed shard 1, shard 2, shard 3, shard 4, shard 5, shard 6");
  expect(asked).toHaveLength(7); // three at once, and one more after each of the first four
});

test("one shard that failed is told alone, after the others are done", async () => {
  const asked: number[] = [];
  const failing = ran(9, 1, async ({question}) => {
    asked.push(question);
    if (question === 2) throw new Error("expected two");
    return bytes;
  });
  await expect(failing).rejects.toThrow(/^expected two$/);
  expect(asked).toHaveLength(9);
});

test("a shard that was broken off is no failure; one that fails by itself meanwhile is", async () => {
  const ending = new AbortController();
  const breaking = (error?: Error) => async () => {
    ending.abort();
    throw error ?? ending.signal.reason;
  };
  expect(await ran(3, 1, breaking(), ending.signal)).toBe(0);
  const other = new AbortController();
  const failing = async () => {
    other.abort();
    throw new Error("expected a disk");
  };
  await expect(ran(3, 1, failing, other.signal)).rejects.toThrow("expected a disk");
});

test("an error names its task once", async () => {
  const named = (message: string) =>
    namingErrors("shard 1", async () => {
      throw new Error(message);
    });
  await expect(named("expected 1")).rejects.toThrow(/^shard 1: expected 1$/);
  await expect(named("shard 1: expected 1")).rejects.toThrow(/^shard 1: expected 1$/);
  await expect(
    namingErrors("shard 1", async () => {
      throw "broken off"; // what an abort gives may be no error
    }),
  ).rejects.toBe("broken off");
});

test("a thread's answer tells its lines, and then its result or its failure", () => {
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  expect(resultOf({said: ["a", "b"], result: 7}, say)).toBe(7);
  const failure = {message: "expected 1", stack: "there"};
  expect(() => resultOf({said: ["c"], failure: {...failure, code: "BAD_OPTION"}}, say)).toThrow(UserError);
  expect(() => resultOf({said: [], failure}, say)).toThrow("expected 1");
  expect(said).toEqual(["a", "b", "c"]);
});
