import {join, resolve} from "node:path";
import {expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {trainId} from "../../../src/pipeline/handed/hand-over";
import {checkReads, subjectOf} from "../../../src/pipeline/handed/portable";
import {type RunOptions, runOptions} from "../../../src/pipeline/run/options";

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
