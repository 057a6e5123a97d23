import {afterEach, expect, test} from "vitest";

import {FIRST} from "../../src/engine/compiler/control";
import {each, type Program, programOf} from "../../src/engine/compiler/program";
import {type Crew, startCrew} from "../../src/engine/runtime/crew";
import {kernelModule} from "../../src/engine/runtime/modules";

const crews: Crew[] = [];
afterEach(async () => {
  await Promise.all(crews.splice(0).map((crew) => crew.end()));
});

async function start(programs: readonly Program[], threads: number) {
  const memory = new WebAssembly.Memory({initial: 4, maximum: 4, shared: true});
  const workspaces = Array.from({length: threads}, (_, i) => FIRST + i * 1024);
  const crew = await startCrew({memory, module: await kernelModule("plain"), programs, threads, workspaces, slots: 4});
  crews.push(crew);
  return {crew, floats: new Float32Array(memory.buffer)};
}

const SLOTS_AT = FIRST + 8192;
const SUM_AT = FIRST + 65_536;

test.each([1, 2, 3, 5])("%i threads sum an array together, each its part, job after job", async (threads) => {
  const size = 404; // not a multiple of 4 · threads: parts differ in length
  const {crew, floats} = await start(
    [programOf([each("parts", "sumSlots", SLOTS_AT, 3, size * 4, size, SUM_AT)])],
    threads,
  );
  for (let round = 1; round <= 50; round++) {
    for (let i = 0; i < 3 * size; i++) floats[SLOTS_AT / 4 + i] = round * (i + 1);
    const sums = await crew.run(
      () => ({program: 0, count: 1}),
      () => floats.slice(SUM_AT / 4, SUM_AT / 4 + size),
    );
    expect(sums).toEqual(Float32Array.from({length: size}, (_, i) => round * (3 * (i + 1) + 3 * size)));
    expect(floats.subarray(SLOTS_AT / 4, SLOTS_AT / 4 + 3 * size).every((v) => v === 0)).toBe(true);
  }
});

test.each([1, 2])(
  "a thread that dies in a job of %i threads ends the job with an error, and every later one",
  async (threads) => {
    const beyond = 2 ** 31 - 16; // a trap: memory ends long before
    const {crew} = await start(
      [programOf([each("groups", "affine", beyond, 16, 16, 1, 1, 1, 1, 0, beyond, 16, 16)])],
      threads,
    );
    const asked = crew.run(
      () => ({program: 0, count: 1}),
      () => undefined,
    );
    await expect(asked).rejects.toThrow(/^engine thread \d: expected no error, got memory access out of bounds/);
    const later = crew.run(
      () => ({program: 0, count: 1}),
      () => undefined,
    );
    await expect(later).rejects.toThrow("memory access out of bounds");
    await expect(crew.between(() => undefined)).rejects.toThrow("memory access out of bounds");
  },
);

test("what is in flight is refused when the crew ends", async () => {
  const {crew} = await start([programOf([each("parts", "sumSlots", SLOTS_AT, 3, 1600, 400, SUM_AT)])], 2);
  const asked = [0, 1, 2, 3].map(() =>
    crew.run(
      () => ({program: 0, count: 1}),
      () => "done",
    ),
  );
  const outcomes = Promise.allSettled(asked);
  await crew.end();
  for (const outcome of await outcomes) {
    if (outcome.status === "rejected") expect(`${outcome.reason}`).toContain("expected no call after its end");
    else expect(outcome.value).toBe("done");
  }
});
