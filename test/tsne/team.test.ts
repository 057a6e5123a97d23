import {execFileSync} from "node:child_process";
import {expect, test} from "vitest";
import {openArena} from "../../src/tsne/threads/arena";
import {instantiate, kernelModule} from "../../src/tsne/threads/kernel-module";
import {openTeam} from "../../src/tsne/threads/team";

/** Squares of 1 to n by the kernel that multiplies a matrix of n rows and 4 columns with one vector. */
async function squares(threads: number, phases: number): Promise<Float32Array> {
  const team = await openTeam(threads);
  const arena = openArena(team);
  const n = 640;
  const [x, v, out] = [arena.allocate(n * 16), arena.allocate(16), arena.allocate(n * 4)];
  arena.floats(x, 4 * n).set(Array.from({length: 4 * n}, (_, e) => (e % 4 === 0 ? (e / 4 + 1) ** 2 / 8 : 0)));
  arena.floats(v, 4).set([8, 1, 1, 1]);
  for (let phase = 0; phase < phases; phase++) {
    arena.floats(out, n).fill(-1);
    const half = {kernel: "projectRows", args: [x, n, 4, v, 1, out]} as const;
    team.run({...half, tasks: 4}, {...half, first: 4, tasks: 6}); // two jobs, ten tasks of 64 rows
    if (arena.floats(out, n).some((value, i) => value !== (i + 1) ** 2))
      throw new Error(`phase ${phase}: a task was left out`);
  }
  const result = arena.floats(out, n).slice();
  team.close();
  return result;
}

test.each([true, false])("every kernel that is named is there (shared memory: %s)", async (shared) => {
  const memory = new WebAssembly.Memory({initial: 16, maximum: 65536, shared});
  for (const kernel of instantiate(await kernelModule(shared), memory)) expect(kernel).toBeTypeOf("function");
});

test.each([1, 2, 4])("%i threads do every task of every phase", async (threads) => {
  const expected = Float32Array.from({length: 640}, (_, i) => (i + 1) ** 2);
  expect(await squares(threads, 3000)).toEqual(expected);
});

test.each([1, 2])("a kernel that fails is an error, with %i threads", async (threads) => {
  const team = await openTeam(threads);
  // far past the end of the memory, for every task
  expect(() => team.run({kernel: "projectRows", tasks: 50, args: [3e9, 3200, 4, 3e9, 1, 3e9]})).toThrow();
  team.close();
});

test("more than 64 threads, and none, are refused", async () => {
  await expect(openTeam(65)).rejects.toThrow("threads: expected a whole number from 1 to 64, got 65");
  await expect(openTeam(0.5)).rejects.toThrow("got 0.5");
});

test("a team left open does not keep the process alive", () => {
  const program = `require("./src/tsne/threads/team").openTeam(2).then(() => console.log("open"))`;
  const out = execFileSync(process.execPath, ["-r", "ts-node/register", "-e", program], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(out).toBe("open\n");
});
