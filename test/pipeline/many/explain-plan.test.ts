import {readdirSync, rmSync, statSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {threadPool} from "../../../src/pipeline/jobs/pool";
import {enoughMachines, estimate} from "../../../src/pipeline/many/estimate";
import {explainMany} from "../../../src/pipeline/many/explain-many";
import {openMany} from "../../../src/pipeline/many/open-many";
import {type ExplainPlan, planExplaining} from "../../../src/pipeline/many/plan-explaining";
import {resultStore} from "../../../src/pipeline/record/result-store";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {faultsOf} from "../../support/schemas";
import {filesOf, runAll} from "../../support/small-run";

const root = temporaryFolder();
afterAll(() => rmSync(root, {recursive: true, force: true}));

/** 60,000 explanations of 10 ms, in 600 shards of a second. */
const work = {explanations: 60_000, shards: 600, secondsEach: 0.01, openSeconds: 2};

test.each([
  // by hand: 2 + ⌈600 / workers⌉ waves of 1 s
  [1, 8, 2 + 75, 600 / (8 * 77)],
  [10, 8, 2 + 8, 600 / (80 * 10)],
  [100, 8, 2 + 1, 600 / (800 * 3)], // 200 of 800 workers have nothing to do
  [1, 600, 2 + 1, 600 / (600 * 3)],
])("%i machines of %i workers take %f s", (machines, each, seconds, efficiency) => {
  expect(estimate(work, machines, each)).toEqual({
    machines,
    workers: machines * each,
    seconds: expect.closeTo(seconds, 9),
    efficiency: expect.closeTo(efficiency, 9),
  });
});

test("a queue hands out a thousand shards a second, however many workers there are", () => {
  const short = {explanations: 50_000, shards: 50_000, secondsEach: 0.001, openSeconds: 1};
  expect(estimate(short, 1000, 8).seconds).toBeCloseTo(1 + 50, 9);
});

test("nothing takes no time", () => {
  expect(estimate({...work, explanations: 0, shards: 0}, 3, 2)).toMatchObject({seconds: 0, efficiency: 1});
  const [alone, around] = [work, {...work, aroundSeconds: 4}].map((one) => estimate(one, 3, 2).seconds);
  expect(around - alone).toBeCloseTo(4, 9); // whoever asks starts and makes the page, however many machines there are
});

test("machines are enough where twice as many save less than a tenth", () => {
  // 64 machines: 2 + 2 waves; 128: 2 + 1, which saves a quarter; 256: the same 2 + 1
  expect(enoughMachines(work, 8)).toBe(128);
  expect(enoughMachines({...work, explanations: 100, shards: 1}, 8)).toBe(1);
});

test("a plan measures at least a hundred images, keeps nothing, and weighs what is left to within a quarter", async () => {
  const save = join(root, "save");
  const run = join(save, "r");
  await runAll({save, name: "r", probes: "confusion", epochs: 1, trainLimit: 300, testLimit: 120, projector: 0}, {});
  const before = filesOf(root);
  const flags = ["explain", "test:all", "--model", "r", "--save", save, "--lime.samples", "30"];
  const {stdout, code} = await command([...flags, "--dry-run", "--json", "--workers", "1"]);
  expect(code).toBe(0);
  expect(filesOf(root)).toEqual(before);
  const plan = JSON.parse(stdout) as ExplainPlan;
  expect(faultsOf(plan as object)).toEqual([]);
  expect(plan).toMatchObject({schema: "epochscope/explain-plan/1", run: "r"});
  expect(plan).toMatchObject({images: 120, epochs: [0, 1], explanations: 240, known: 0, shards: 4, shardImages: 100});
  expect(plan.measured.images).toBeGreaterThanOrEqual(100);
  expect(plan.machines.map(({machines}) => machines)).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]);
  expect(plan.seconds).toBeGreaterThan(0);

  const store = join(save, "results");
  const many = await openMany(run, {lime: {samples: "30"}});
  const workers = threadPool(1);
  for await (const _ of explainMany(many, workers, resultStore(store))); // to its end
  const size = (folder: string) => filesOf(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(readdirSync(store).length).toBeGreaterThan(0);
  expect(plan.bytes.results / size(store)).toBeCloseTo(1, 0.3); // to within 0.25
  expect(plan.bytes.run / size(join(run, "artifacts", "explained"))).toBeCloseTo(1, 0.3);
  let ticks = 0;
  const again = await planExplaining(many, workers, resultStore(store), () => ticks++);
  expect(again).toMatchObject({known: 240, shards: 0, seconds: 0, enough: 1, bytes: {results: 0}});
  await workers.close();
}, 120_000);

test("a dry run of few images is refused in one line", async () => {
  const {stderr, code} = await command(["explain", "test:3", "--dry-run"]);
  expect(stderr.trim()).toBe("error: --dry-run: expected many images (test:all, test:0-99), got test:3");
  expect(code).toBe(2);
});
