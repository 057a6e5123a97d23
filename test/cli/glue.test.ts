/** @file Small parts between commands and what they call: exit codes, workers, names, and flags that were given. */
import {mkdirSync, writeFileSync} from "node:fs";
import {cpus} from "node:os";
import {join} from "node:path";
import {beforeEach, describe, expect, test} from "vitest";

import {driveEvents} from "../../src/cli/drive";
import {exitCodeOf} from "../../src/cli/exit-codes";
import {declareFlags, givenOf} from "../../src/cli/flags";
import {imageWords, ofRun} from "../../src/cli/image-words";
import {nameToTry, otherSeed} from "../../src/cli/labels-try-seeds";
import {checkThere} from "../../src/cli/named-path";
import {takeNotes} from "../../src/cli/notes";
import {explainer, trainer} from "../../src/cli/worker-tasks";
import {workersOf} from "../../src/cli/workers-of";
import {EpochscopeError} from "../../src/nouns/errors";
import {trainId} from "../../src/pipeline/handed/hand-over";
import {tableId} from "../../src/pipeline/handed/map-table";
import {resultName} from "../../src/pipeline/many/explain-many";
import {resultStore} from "../../src/pipeline/record/result-store";
import type {ShownEvent} from "../../src/pipeline/run/events";
import {temporaryFolder} from "../support/idx-files";

describe("the exit code", () => {
  const driven = (...events: readonly object[]) =>
    driveEvents(
      async function* () {
        yield* events as ShownEvent[];
      },
      {quiet: true},
      "too early",
    );

  test("of events without a fault is 0; a probe that failed or a checkpoint that was refused makes it 1", async () => {
    const error = new Error("expected 1");
    expect(await driven({type: "say", line: "a"})).toBe(0);
    expect(await driven({type: "failure", probe: "lime", error})).toBe(1);
    expect(await driven({type: "refused", error})).toBe(1);
  });

  test("of a wrong command line is 2, also where it names what is not there; all else is 1", () => {
    const of = (code: "BAD_OPTION" | "NOT_FOUND" | "BAD_MODEL") => exitCodeOf(new EpochscopeError("a", {code}));
    expect([of("BAD_OPTION"), of("NOT_FOUND"), of("BAD_MODEL"), exitCodeOf(new Error("a"))]).toEqual([2, 2, 1, 1]);
  });

  test("events that throw are told by their error", async () => {
    const failing = driveEvents(
      // biome-ignore lint/correctness/useYield: it fails before its first event
      async function* () {
        throw new Error("expected a disk");
      },
      {quiet: true},
      "too early",
    );
    await expect(failing).rejects.toThrow("expected a disk");
  });
});

test("a number of workers is that many threads; auto is one for each core, at most 16", async () => {
  const asked = {kind: "explain", results: resultStore(temporaryFolder()), idOf: () => "", say: () => {}} as const;
  const places = async (word: string) => {
    const workers = await workersOf(word, asked);
    await workers.close();
    return workers.places;
  };
  expect(await places("3")).toBe(3);
  expect(await places("auto")).toBe(Math.min(16, cpus().length));
});

describe("a worker of a queue", () => {
  const subject = {kind: "pixels/1", epoch: 1, from: 0, to: 2};

  test("explains only what the task's name says, and not again what is kept", async () => {
    const results = resultStore(temporaryFolder());
    const tasks = explainer(temporaryFolder(), 1, results);
    const id = resultName({subject} as never);
    await results.keep(id, Uint8Array.of(1));
    expect(await tasks.work(id, {run: "r", subject})).toEqual({said: []});
    const other = "0".repeat(64);
    await expect(tasks.work(other, {run: "r", subject})).rejects.toThrow(
      `${other}: expected a task with this SHA-256, got another`,
    );
    await expect(tasks.work(id, {run: "../r", subject})).rejects.toThrow("expected");
    await tasks.close();
  });

  test("trains only the run that the task's name says, and makes only the map that it says", async () => {
    const results = resultStore(temporaryFolder());
    const tasks = trainer(temporaryFolder(), {runs: 0, reads: [], lock: 1}, results);
    const training = {kind: "train/1", name: "r", options: {}, probes: {}};
    const id = trainId({subject: training} as never);
    await expect(tasks.work(id, {run: "q", subject: training})).rejects.toThrow("expected a task with this SHA-256");
    await expect(tasks.work("0", {run: "r", subject: training})).rejects.toThrow("expected a task with this SHA-256");
    const table = {kind: "map/1", table: "t.csv", digest: "d", settings: {}};
    const map = tableId({subject: table} as never);
    await expect(tasks.work("0", {run: "t", subject: table})).rejects.toThrow("expected a task with this SHA-256");
    await results.keep(map, Uint8Array.of(1));
    expect(await tasks.work(map, {run: "t", subject: table})).toEqual({said: []});
    await tasks.close();
  });
});

test("a training with decisions has a name that is free, or that a run with the same data has", () => {
  const save = temporaryFolder();
  const run = (name: string, digest: string) => {
    mkdirSync(join(save, name));
    const data = {name: "d", digest, classNames: [], imageShape: [1, 1, 1], train: 1, validation: 1, test: 1};
    const rest = {startedAt: "", options: {}, probes: {}, engine: {name: "cpu"}, model: {}, versions: {}};
    const facts = {format: "epochscope-run/2", name, data, ...rest};
    writeFileSync(join(save, name, "run.json"), JSON.stringify(facts));
  };
  expect(nameToTry(save, "r-edited", "d1")).toBe("r-edited");
  mkdirSync(join(save, "r-edited")); // something that is no run
  expect(nameToTry(save, "r-edited", "d1")).toBe("r-edited-2");
  expect(nameToTry(save, "r-edited", undefined)).toBe("r-edited-2");
  run("r-edited-2", "d1");
  run("r-edited-3", "d2");
  expect(nameToTry(save, "r-edited", "d1")).toBe("r-edited-2");
  expect(nameToTry(save, "r-edited", "d2")).toBe("r-edited-3");
  expect(nameToTry(save, "r-edited", "d3")).toBe("r-edited-4");
  expect(nameToTry(save, "r-edited", undefined)).toBe("r-edited-4");
});

test("a run of another seed has the options of the first, and counts right answers alone", () => {
  const options = otherSeed(
    {epochs: 3, seed: 1, probes: "all", track: "0", name: "first", pageModel: true},
    7,
    "other",
  );
  expect(options).toMatchObject({epochs: 3, seed: 7, probes: "confusion", track: "", name: "other", pageModel: false});
});

describe("words for images", () => {
  const folder = temporaryFolder();
  const data = (word: string) => ({kind: "data", word});
  const file = (path: string) => ({kind: "file", path});

  test("are files, places in the run's data, or folders of pictures", async () => {
    expect(await imageWords(["test:8,17", "train:0", "cat.jpg"])).toEqual([
      ...[data("test:8"), data("test:17"), data("train:0"), file("cat.jpg")],
    ]);
    for (const word of ["test:8,", "train:-1", "test:"]) {
      const split = word.split(":")[0];
      await expect(imageWords([word])).rejects.toThrow(
        `${word}: expected ${split}:8 or ${split}:8,17 (places count from 0), got "${word}"`,
      );
    }
    await expect(imageWords([folder])).rejects.toThrow("expected PNG or JPEG files, got none");
    expect(await imageWords(["test/fixtures/images/rgb.png"])).toEqual([file("test/fixtures/images/rgb.png")]);
  });

  test("that are no files here may be files of the run's data", () => {
    const asked = [file("cats/a.png"), file("test/fixtures/images/rgb.png"), file("gone.png"), data("test:8")];
    const found = ofRun(asked as Parameters<typeof ofRun>[0], (path) => path !== "gone.png");
    expect(found).toEqual([data("cats/a.png"), asked[1], asked[2], asked[3]]);
  });
});

test("what is named must be there; a link that leads nowhere is told by whoever opens it", () => {
  expect(() => checkThere("test/fixtures", "a folder")).not.toThrow();
  expect(() => checkThere("test/gone", "a folder")).toThrow("test/gone: expected a folder, got nothing there");
});

describe("flags of a table", () => {
  beforeEach(() => void takeNotes());
  const table = {
    imageSize: {default: 0, help: "side", words: {auto: 0}},
    until: {default: 5, help: "end", words: {none: 1e9}},
    class: {default: "", flag: "target", help: "which"},
    out: {default: "", help: "where"},
    most: {default: 1e9, help: "most"},
    open: {default: false, help: "open"},
  };

  test("are those that were given, and a number for which there is a word now is noted", () => {
    const given = {"image-size": 0, until: 1e9, target: "dog", other: 1};
    expect(givenOf(given, table, "")).toEqual({imageSize: 0, until: 1e9, class: "dog"});
    expect(takeNotes()).toEqual(["--image-size 0 is written --image-size auto now; the old way works until 1.0"]);
    expect(givenOf({"lime.image-size": 3}, table, "lime.")).toEqual({imageSize: 3});
    expect(takeNotes()).toEqual([]);
  });

  test("are declared with their defaults in words, -o for --out alone, and no value for those that are on or off", () => {
    const declared = (prefix: string) => {
      const found: {[name: string]: {[fact: string]: unknown}} = {};
      const cli = {
        option(name: string, facts: {[fact: string]: unknown}) {
          found[name] = facts;
        },
      };
      declareFlags(cli as never, table, prefix, "Group:");
      return found;
    };
    const own = declared("");
    expect(Object.entries(own).map(([name, {defaultDescription}]) => [name, defaultDescription])).toEqual([
      ...[
        ["image-size", "auto"],
        ["until", "5"],
        ["target", ""],
        ["out", ""],
        ["most", ""],
        ["open", "false"],
      ],
    ]);
    expect([own.out.alias, own.target.alias]).toEqual(["o", undefined]);
    expect(declared("lime.")["lime.out"].alias).toBeUndefined();
    expect([own.out.requiresArg, own.open.requiresArg]).toEqual([true, false]);
    expect([own.most.type, own.open.type, own.out.type]).toEqual([undefined, "boolean", "string"]);
  });
});
