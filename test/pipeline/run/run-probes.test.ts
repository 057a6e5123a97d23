import {existsSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {threadJobs} from "../../../src/pipeline/jobs/thread";
import {createRunDirectory} from "../../../src/pipeline/record/run-directory";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {finishLater, probeOnce, type Results} from "../../../src/pipeline/run/probe-once";
import type {Artifact, Probe, ProbeContext} from "../../../src/pipeline/types";
import type {Figure} from "../../../src/plots/figure";
import {temporaryFolder} from "../../support/idx-files";

const matrix = (name: string): Artifact => ({
  name,
  plot: "confusionMatrix",
  data: {title: name, counts: Uint32Array.of(1, 0, 0, 1), classNames: ["a", "b"]},
});

/** Hands over one artifact at once and one that is made when `make` is called; it says a word with each. */
function twoStep() {
  let make: (artifact: Artifact | Error) => void = () => {};
  const probe: Probe = {
    name: "slow",
    help: "",
    options: {},
    async *run({say}) {
      say("begun");
      yield matrix("first");
      const later = new Promise<Artifact>((resolve, reject) => {
        make = (artifact) => {
          say("made");
          if (artifact instanceof Error) reject(artifact);
          else resolve(artifact);
        };
      });
      yield {later};
    },
  };
  return {probe, make: (artifact: Artifact | Error) => make(artifact)};
}

async function drained<R>(generator: AsyncGenerator<RunEvent, R>) {
  const events: RunEvent[] = [];
  for (;;) {
    const next = await generator.next();
    if (next.done) return {events, returned: next.value};
    events.push(next.value);
  }
}

async function probed() {
  const {probe, make} = twoStep();
  const directory = await createRunDirectory(temporaryFolder(), "run");
  const results: Results = {directory, figures: {}, unfinished: [], told: new Set(), draws: true};
  const context = {epoch: 3, jobs: threadJobs} as Partial<ProbeContext> as ProbeContext; // it looks at nothing else
  const {events, returned} = await drained(probeOnce({probe, values: {}, asked: new Set()}, context, results, 0));
  return {make, directory, results, events, returned};
}

test("a probe ends while what it makes later is still in the making; both are kept, and what it said is told in time", async () => {
  const {make, directory, results, events, returned} = await probed();
  expect(returned).toBeUndefined();
  expect(events.map((event) => (event.type === "say" ? event.line : event.type))).toEqual([
    "probe",
    "slow: begun",
    "probed",
  ]);
  expect(Object.keys(results.figures)).toEqual(["slow/first"]);
  expect(results.unfinished.length).toBe(1);

  const figures: {[name: string]: Figure} = {};
  make(matrix("second"));
  const later = await drained(finishLater(results.unfinished[0], 3, {directory, figures, told: new Set()}));
  const told = [
    {type: "say", line: "slow: made"},
    {type: "made", epoch: 3, probe: "slow"},
  ];
  expect(later).toEqual({events: told, returned: undefined});
  expect(Object.keys(figures)).toEqual(["slow/second"]);
  for (const name of ["first", "second"])
    expect(existsSync(join(directory.path, `plots/slow/${name}-epoch-003.png`))).toBe(true);
});

test("what fails later is told and returned, and costs nothing that was kept", async () => {
  const {make, directory, results} = await probed();
  const broken = new Error("rows: expected finite numbers, got NaN");
  make(broken);
  const {events, returned} = await drained(
    finishLater(results.unfinished[0], 3, {directory, figures: {}, told: new Set()}),
  );
  expect(returned).toBe(broken);
  expect(events).toContainEqual({type: "failure", probe: "slow", error: broken});
  expect(existsSync(join(directory.path, "plots/slow/first-epoch-003.png"))).toBe(true);
});

test("a picture that cannot be drawn is its probe's failure: told, returned, and the numbers are kept", async () => {
  const directory = await createRunDirectory(temporaryFolder(), "run");
  const results: Results = {directory, figures: {}, unfinished: [], told: new Set(), draws: true};
  const broken = {...matrix("bad"), data: {...matrix("bad").data, classNames: undefined}} as unknown as Artifact;
  const probe: Probe = {
    name: "drawn",
    help: "",
    options: {},
    async *run() {
      yield matrix("good");
      yield broken;
      yield matrix("after");
    },
  };
  const {events, returned} = await drained(
    probeOnce(
      {probe, values: {}, asked: new Set()},
      {epoch: 1, jobs: threadJobs} as Partial<ProbeContext> as ProbeContext,
      results,
      0,
    ),
  );
  expect(returned?.message).toMatch(/^bad: expected a picture of it, got .+/);
  expect(events.map(({type}) => type)).toEqual(["probe", "failure", "probed"]);
  expect(Object.keys(results.figures)).toEqual(["drawn/good"]);
  expect(existsSync(join(directory.path, "artifacts/drawn/bad-epoch-001.json"))).toBe(true);
  expect(existsSync(join(directory.path, "plots/drawn/bad-epoch-001.png"))).toBe(false);
});

test("a note is told once a run, and a new one when it comes", async () => {
  const directory = await createRunDirectory(temporaryFolder(), "run");
  const told = new Set<string>();
  const probe: Probe = {
    name: "talker",
    help: "",
    options: {},
    // biome-ignore lint/correctness/useYield: it has only notes to give
    async *run({say, epoch}) {
      say("the same");
      say("the same");
      if (epoch === 2) say("another");
    },
  };
  const lines: string[] = [];
  for (const epoch of [0, 1, 2, 3]) {
    const results: Results = {directory, figures: {}, unfinished: [], told, draws: true};
    const {events} = await drained(
      probeOnce(
        {probe, values: {}, asked: new Set()},
        {epoch, jobs: threadJobs} as Partial<ProbeContext> as ProbeContext,
        results,
        0,
      ),
    );
    for (const event of events) if (event.type === "say") lines.push(`${epoch} ${event.line}`);
  }
  expect(lines).toEqual(["0 talker: the same", "2 talker: another"]);
});
