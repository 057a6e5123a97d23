import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {flow, type Results, type Shard} from "../../../src/pipeline/jobs/flow";
import {hereWorkers} from "../../../src/pipeline/jobs/here";
import type {Question, Tasks} from "../../../src/pipeline/jobs/jobs";
import {threadPool} from "../../../src/pipeline/jobs/pool";
import {queueWorkers} from "../../../src/pipeline/jobs/queue-workers";
import {serveQueue} from "../../../src/pipeline/jobs/serve-queue";
import {NotNow, type Workers} from "../../../src/pipeline/jobs/workers";
import {resultStore} from "../../../src/pipeline/record/result-store";
import {sha256} from "../../../src/pipeline/record/seal";
import {temporaryFolder} from "../../support/idx-files";
import {noRedis, ownRedis} from "../../support/redis";

/** The instructions for a task of these tests; see support/odd-worker.cjs. */
interface Odd {
  readonly act: "answer" | "throw" | "die" | "die once" | "wait";
  readonly value: number;
  readonly file?: string;
}

const START = join(__dirname, "../../support", "odd-worker.cjs");
const odd = (subject: Odd) => ({run: "/runs/r", subject}) as unknown as Question<"explainImages">;
const answer = (value: number, act: Odd["act"] = "answer") => odd({act, value});

/** The task of support/odd-worker.cjs, on this thread. */
const here: Partial<Tasks> = {
  async explainImages(question, say) {
    const {act, value} = question.subject as unknown as Odd;
    if (act === "throw") throw new Error("expected 1, got 2");
    say(`said ${value}`);
    return Uint8Array.of(value, value + 1);
  },
};

/** Workers of a queue: one in this very process, on a Redis of the test's own. */
async function queued(): Promise<Workers> {
  const redis = await ownRedis();
  const results = resultStore(temporaryFolder());
  const at = {url: redis.url, name: "epochscope-test"};
  const idOf = ({subject}: {readonly subject: object}) => sha256(JSON.stringify(subject));
  const served = await serveQueue({
    ...{...at, places: 2, lock: 30},
    async work(id, {run, subject}) {
      const said: string[] = [];
      const question = {run, subject} as Question<"explainImages">;
      await results.keep(id, await (here as Tasks).explainImages(question, (line) => said.push(line)));
      return {said};
    },
  });
  const workers = await queueWorkers({...at, results, idOf, again: 500});
  return {
    ...workers,
    async close() {
      await workers.close();
      await served.close();
      await redis.end();
    },
  };
}

const makers: readonly (readonly [string, () => Workers | Promise<Workers>])[] = [
  ["this thread", () => hereWorkers(here as Tasks)],
  ["one thread", () => threadPool(1, {start: START})],
  ["three threads", () => threadPool(3, {start: START})],
  ...(noRedis === undefined ? ([["a queue", queued]] as const) : []),
];
test.skipIf(noRedis === undefined)(`workers of a queue are left out: ${noRedis}`, () => {});

function shards(values: readonly number[]): Shard<Odd>[] {
  return values.map((value) => ({
    id: `${value}`.padStart(64, "0"),
    named: `shard ${value}`,
    question: {act: "answer", value},
  }));
}

const asking =
  (workers: Workers, asked: number[], signal: AbortSignal = new AbortController().signal) =>
  async (shard: Shard<Odd>) => {
    const bytes = await workers.ask("explainImages", odd(shard.question), {named: shard.named, signal});
    asked.push(shard.question.value);
    return bytes;
  };

/** All that a flow gives, by the value asked for. */
async function all(flowing: ReturnType<typeof flow<Odd>>) {
  const got: [number, readonly number[], boolean][] = [];
  for await (const {question, bytes, known} of flowing) got.push([question.value, [...bytes], known]);
  return got.sort((a, b) => a[0] - b[0]);
}

describe.each(makers)("workers on %s", (_, make) => {
  test("answer each task once, with the same bytes, and pass on what is said", async () => {
    const workers = await make();
    const said: string[] = [];
    const values = [5, 3, 8, 1, 2];
    const answers = await Promise.all(
      values.map((value) => workers.ask("explainImages", answer(value), {say: (line) => said.push(line)})),
    );
    expect(answers.map((bytes) => [...bytes])).toEqual(values.map((value) => [value, value + 1]));
    expect(said.sort()).toEqual(values.map((value) => `said ${value}`).sort());
    await workers.close();
  });

  test("name a task that fails, and do the others all the same", async () => {
    const workers = await make();
    const asked = [answer(1), answer(2, "throw"), answer(3)];
    const answers = await Promise.allSettled(
      asked.map((question, n) => workers.ask("explainImages", question, {named: `shard ${n}`})),
    );
    expect(answers.map(({status}) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((answers[1] as PromiseRejectedResult).reason.message).toBe("shard 1: expected 1, got 2");
    await workers.close();
  });

  test("do no task whose signal was aborted before it began", async () => {
    const workers = await make();
    const ending = new AbortController();
    ending.abort(new Error("enough"));
    await expect(workers.ask("explainImages", answer(1), {signal: ending.signal})).rejects.toThrow("enough");
    await workers.close();
  });

  test("find every shard's result once; a second time nothing is asked", async () => {
    const workers = await make();
    const results = resultStore(temporaryFolder());
    const values = Array.from({length: 40}, (_v, n) => n);
    const asked: number[] = [];
    const expected = (known: boolean) => values.map((value) => [value, [value, value + 1], known]);
    expect(await all(flow(shards(values), workers, asking(workers, asked), results))).toEqual(expected(false));
    expect(asked.sort((a, b) => a - b)).toEqual(values);
    expect(await all(flow(shards(values), workers, asking(workers, asked), results))).toEqual(expected(true));
    expect(asked.sort((a, b) => a - b)).toEqual(values);
    await workers.close();
  });

  test("interrupted, keep what was begun; the rest is asked for next time", async () => {
    const workers = await make();
    const results = resultStore(temporaryFolder());
    const values = Array.from({length: 40}, (_v, n) => n);
    const ending = new AbortController();
    const first: number[] = [];
    let got = 0;
    for await (const _one of flow(
      shards(values),
      workers,
      asking(workers, first, ending.signal),
      results,
      ending.signal,
    )) {
      if (++got === 10) ending.abort(130);
    }
    expect(got).toBe(first.length);
    expect(got).toBeLessThan(workers.places === 1000 ? 41 : 20); // all of them fit into the queue
    const second: number[] = [];
    const whole = await all(flow(shards(values), workers, asking(workers, second), results));
    expect(whole.map(([value]) => value)).toEqual(values);
    expect([...first, ...second].sort((a, b) => a - b)).toEqual(values);
    await workers.close();
  });
});

test("shards are drawn as places come free, so that a million are never in memory", async () => {
  const workers = threadPool(2, {start: START});
  let drawn = 0;
  const endless = (function* () {
    for (let value = 0; ; value++) {
      drawn++;
      yield shards([value % 200])[0];
    }
  })();
  const none: Results = {read: async () => undefined, keep: async () => {}};
  let got = 0;
  for await (const _one of flow(endless, workers, asking(workers, []), none)) if (++got === 25) break;
  expect(drawn).toBeLessThanOrEqual(25 + workers.places + 2);
  await workers.close();
});

test("a thread that dies is replaced, and its task done by another", async () => {
  const workers = threadPool(2, {start: START});
  const file = join(temporaryFolder(), "died");
  const values = [1, 2, 3, 4, 5, 6];
  const answers = await Promise.all(
    values.map((value) => workers.ask("explainImages", odd({act: value === 3 ? "die once" : "answer", value, file}))),
  );
  expect(answers.map(([value]) => value)).toEqual(values);
  await workers.close();
});

test("a task that brings every thread down is given up by its name after three, and the others are done", async () => {
  const workers = threadPool(2, {start: START});
  const asked = [answer(1), answer(2, "die"), answer(3), answer(4)];
  const answers = await Promise.allSettled(
    asked.map((question, n) => workers.ask("explainImages", question, {named: `shard ${n}`})),
  );
  expect(answers.map(({status}) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect((answers[1] as PromiseRejectedResult).reason.message).toBe(
    "shard 1: expected a worker that survives it, got 3 that died of it, the last one with: thread: expected it to keep running, got its end with code 9",
  );
  await workers.close();
});

test("a task at work is told to stop, and its thread does the next one", async () => {
  const workers = threadPool(1, {start: START});
  const ending = new AbortController();
  await workers.ask("explainImages", answer(1)); // the thread is there
  const working = workers.ask("explainImages", answer(2, "wait"), {signal: ending.signal});
  setImmediate(() => ending.abort());
  await expect(working).rejects.toThrow(NotNow);
  expect([...(await workers.ask("explainImages", answer(3)))]).toEqual([3, 4]);
  await workers.close();
});

test("workers that are closed are refused", async () => {
  const workers = threadPool(1, {start: START});
  await workers.ask("explainImages", answer(1));
  await workers.close();
  await expect(workers.ask("explainImages", answer(2))).rejects.toThrow(/expected workers, got none/);
});
