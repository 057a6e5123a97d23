import {writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {askForRun, trainId, trainingTasks} from "../../../src/pipeline/handed/hand-over";
import {checkReads, subjectOf} from "../../../src/pipeline/handed/portable";
import {type RunOptions, runOptions} from "../../../src/pipeline/run/options";
import {temporaryFolder} from "../../support/idx-files";

const optionsOf = (given: Partial<RunOptions>) => resolveOptions(runOptions, {name: "r", ...given}, "--");

test("a run is the same task whatever folder it is asked from, and by however many threads", () => {
  const [one, other] = [
    {data: "photos", save: "here", threads: 1},
    {data: resolve("photos"), save: "/there", threads: 4},
  ].map((given) => subjectOf(optionsOf(given), {}));
  expect(one).toEqual(other);
  expect(trainId({subject: one})).toBe(trainId({subject: JSON.parse(JSON.stringify(other))}));
  expect(trainId({subject: subjectOf(optionsOf({data: "photos", seed: 1}), {})})).not.toBe(trainId({subject: one}));
  expect(subjectOf(optionsOf({model: "net.ts"}), {}).options).toMatchObject({data: "mnist", model: resolve("net.ts")});
});

test.each([
  [{}, undefined],
  [{data: "/pictures/of/cats"}, undefined],
  [{weights: "another-run"}, undefined],
  [{edit: "/save/another/suspects.csv"}, undefined],
  [{data: "/pictures/../etc"}, "--data: expected a path in a folder that this worker may read (/save, /pictures), got"],
  [{data: "/picturesque"}, "--data: expected a path in a folder"],
  [{weights: "../secret"}, "--weights: expected a path in a folder"],
  [{columns: "/etc/passwd"}, "--columns: expected a path in a folder"],
  [{model: "/pictures/net.js"}, "--model: expected a built-in model for a worker, got the file /pictures/net.js"],
] as const)("of what comes by a queue, a worker reads what its user named: %j", (given, refusal) => {
  const check = () => checkReads(optionsOf({save: "/save", ...(given as Partial<RunOptions>)}), ["/pictures"]);
  if (refusal === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(refusal);
});

test("the folder of runs may be relative", () => {
  const check = () => checkReads(optionsOf({save: "save", edit: join("save", "r", "suspects.csv")}), []);
  expect(check).not.toThrow();
});

test("words that name a place become whole paths; those that name something else stay", () => {
  const file = join(temporaryFolder(), "weights.npz");
  writeFileSync(file, "");
  const of = (given: Partial<RunOptions>) => subjectOf(optionsOf(given), {}).options;
  const none = `${join(file, "..")}//none.npz`; // nothing is there, so it is another run's name
  expect(of({weights: none})).toMatchObject({weights: none});
  expect(of({weights: `${join(file, "..")}//weights.npz`})).toMatchObject({weights: file});
  expect(of({weights: "another-run"})).toMatchObject({data: "mnist", edit: "", columns: "", weights: "another-run"});
  expect(of({edit: "mnist", columns: "c"})).toMatchObject({edit: resolve("mnist"), columns: resolve("c")});
  expect(of({data: "photos", save: "s", threads: 3})).not.toHaveProperty("save");
  expect(subjectOf(optionsOf({}), {}, "s")).toMatchObject({name: "r", sweep: "s"});
  expect(subjectOf(optionsOf({}), {})).not.toHaveProperty("sweep");
});

test("an edit named as the data is none of them, and is refused where it may not be read", () => {
  const check = (given: Partial<RunOptions>) => () => checkReads(optionsOf({save: "/save", ...given}), []);
  expect(check({edit: "mnist"})).toThrow(
    "--edit: expected a path in a folder that this worker may read (/save), got mnist",
  );
  expect(check({data: "mnist", edit: "/save/x"})).not.toThrow();
});

test("tasks of training have the threads that are given, and results of their own runs alone", async () => {
  const run = {options: optionsOf({save: temporaryFolder()}), probeOptions: {}};
  const [{question, id, named}] = trainingTasks([run], 3).shards;
  expect(question).toMatchObject({run: join(run.options.save, "r"), threads: 3});
  expect([id, named]).toEqual([trainId(question), "r"]);
  const {shards, results} = trainingTasks([run]);
  expect(shards[0].question).not.toHaveProperty("threads");
  expect(await results.read("another")).toBeUndefined();
  expect(await results.read(id)).toBeUndefined(); // it has not begun
});

test("who asks for a run hears its lines", async () => {
  const workers = (heard: unknown[]) =>
    ({
      async ask(task: string, question: unknown, {named, say}: {named: string; say: (line: string) => void}) {
        heard.push([task, question, named]);
        say("a line");
        return Uint8Array.of(1);
      },
    }) as never;
  const [shard] = trainingTasks([{options: optionsOf({save: "/save"}), probeOptions: {}}]).shards;
  const [said, heard]: unknown[][] = [[], []];
  const say = (line: string) => void said.push(line);
  expect(await askForRun(workers(heard), shard, {say})).toEqual(Uint8Array.of(1));
  expect([heard, said]).toEqual([[["train", shard.question, "r"]], ["a line"]]);
  expect(await askForRun(workers(heard), shard, {})).toEqual(Uint8Array.of(1)); // nobody listens
});
