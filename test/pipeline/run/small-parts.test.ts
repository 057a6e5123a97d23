/** @file Small parts of the pipeline, each by itself: summaries, options of a sweep, and files of a run. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {limeFlags, limeOptionsOf} from "../../../src/pipeline/attribution/lime-flags";
import {copies, inParts} from "../../../src/pipeline/attribution/methods/copies";
import {classNamed, mostProbable} from "../../../src/pipeline/explained-classes";
import {keepExplained} from "../../../src/pipeline/many/explained-files";
import {keepMaps} from "../../../src/pipeline/many/pixel-files";
import {rough} from "../../../src/pipeline/plan/plan";
import {weighingDirectory} from "../../../src/pipeline/plan/weighing-directory";
import {besides, tableFacts, tableWords} from "../../../src/pipeline/project-table";
import {keptAnswers, wholeAnswers} from "../../../src/pipeline/record/epoch-answers";
import {readNotes} from "../../../src/pipeline/record/run-notes";
import {readStatusFile, statusOf, statusText} from "../../../src/pipeline/record/run-status";
import {gapsOf, sourcesOf} from "../../../src/pipeline/record/source-gaps";
import {testImagesPath} from "../../../src/pipeline/record/test-images";
import {movesOf, trackedName} from "../../../src/pipeline/record/tracks";
import {keepCopies} from "../../../src/pipeline/record/training-copies";
import {optionsOf} from "../../../src/pipeline/sweep-runs";
import {temporaryFolder} from "../../support/idx-files";

test("a class is named by its name or its index, and the most probable ones come first", () => {
  const names = ["a", "1", "c"];
  expect(["a", "1", "0", "2"].map((word) => classNamed(names, word, "--class"))).toEqual([0, 1, 0, 2]);
  for (const word of ["3", "-1", "b"]) {
    expect(() => classNamed(names, word, "--class")).toThrow(
      `--class: expected a class's name or its index below 3, got "${word}"`,
    );
  }
  expect(mostProbable(Float32Array.of(0.1, 0.6, 0.3), 2)).toEqual([1, 2]);
});

describe("summaries of many explanations", () => {
  const written = new Map<string, unknown>();
  const directory = (path: string) =>
    ({path, writeValue: async (name: string, value: unknown) => written.set(name, value)}) as never;
  const floats = (...values: readonly number[]) => Float64Array.from(values);

  test("by LIME are of those whose answers change at all", async () => {
    const subject = {
      epoch: 2,
      images: "x",
      lime: {recipe: "r", segmentation: "grid", segments: 4, samples: 64},
    } as never;
    const part = (r2: Float64Array, halvesTop5: Float64Array) => {
      const zeros = new Uint32Array(r2.length);
      return {
        ...{index: Uint32Array.from(zeros, (_, n) => n), label: zeros, target: zeros, samples: zeros, near: zeros},
        ...{probability: r2, intercept: r2, r2, localPrediction: r2, halvesTop5, halvesCorrelation: r2},
        ...{starts: new Uint32Array(r2.length + 1), weights: floats(), errors: floats()},
        segments: new Uint16Array(4 * r2.length),
      };
    };
    const kept = (r2: Float64Array, halves: Float64Array) =>
      keepExplained(directory(temporaryFolder()), [2, 2, 1], subject, [part(r2, halves)]);
    expect(await kept(floats(0.5, Number.NaN, 0.25, 0.875), floats(0.5, Number.NaN, 1, Number.NaN))).toEqual({
      ...{epoch: 2, images: 4, masks: "64", medianR2: 0.5, poor: 1, unchanging: 1, agree: 0.75},
    });
    expect(await kept(floats(0.25, 0.75), floats(0.5, 0.5))).toMatchObject({medianR2: 0.5, unchanging: 0});
    expect(await kept(floats(Number.NaN), floats(Number.NaN))).toMatchObject({
      ...{medianR2: null, agree: null, poor: 0, unchanging: 1},
    });
    expect(written.get("explained/segments")).toMatchObject({height: 2, width: 2, images: "x"});
  });

  test("by maps are of those whose answers change at all", async () => {
    const kept = (faithfulness: Float64Array, gap: Float64Array) => {
      const zeros = new Uint32Array(gap.length);
      const columns = {
        ...{index: Uint32Array.from(zeros, (_, n) => n), label: zeros, target: zeros, faithfulness, gap},
        ...{probability: new Float32Array(gap.length), strongest: new Float32Array(gap.length)},
        values: new Int16Array(gap.length),
      };
      const subject = {epoch: 1, method: "gradient"} as never;
      return keepMaps(directory(temporaryFolder()), [1, 1, 1], subject, [columns]);
    };
    const none = Number.NaN;
    expect(await kept(floats(0.75, 0.25, none, 0.3), floats(none, 0.05, -0.06, 0.06))).toEqual({
      ...{epoch: 1, images: 4, medianFaithfulness: 0.3, poor: 1, unchanging: 1, incomplete: 2},
    });
    expect(await kept(floats(0.25, 0.75), floats(none, none))).toMatchObject({
      ...{medianFaithfulness: 0.5, incomplete: null, unchanging: 0},
    });
    expect(await kept(floats(none), floats(0))).toMatchObject({medianFaithfulness: null, incomplete: 0});
  });
});

describe("a setting of a sweep", () => {
  const of = (values: {readonly [flag: string]: string}) =>
    optionsOf({name: "n", seed: 7, values} as never, {data: "mnist"});

  test("is of flags of run, or of a probe, each in its own type", () => {
    const {options, probeOptions} = of({
      ...{"train-limit": "100", "learning-rate": "0.5", data: "x", "vit.width": "16"},
      ...{"lime.samples": "64", "lime.segments": "9"},
    });
    expect(options).toMatchObject({trainLimit: 100, learningRate: 0.5, data: "x", seed: 7, name: "n"});
    expect(Object.values(options)).toContain(16);
    expect(probeOptions).toEqual({lime: {samples: "64", segments: 9}});
  });

  test.each(["nose", "lime.nose", "nose.width"])("of --%s is refused", (flag) => {
    expect(() => of({[flag]: "1"})).toThrow(`--over: expected a flag of \`run\`, got "${flag}"`);
  });

  test("of a number that is none is refused", () => {
    expect(() => of({"train-limit": "many"})).toThrow('--over train-limit: expected a number, got "many"');
    expect(of({"page-model": "true"}).options.pageModel).toBe(true);
    expect(of({"page-model": "false"}).options.pageModel).toBe(false);
    expect(() => of({"page-model": "yes"})).toThrow('--over page-model: expected true or false, got "yes"');
  });
});

describe("a table's facts", () => {
  const table = {
    ...{form: "CSV", rows: 3, allRows: 4, columns: 3, names: ["a", "b", "c"], columnPlaces: [0, 2, 3], notes: ["n"]},
    unused: [{name: "w", place: 1, reason: "words"}],
  } as never;
  const scaled = (constant: readonly number[], columns: number, repeated = 0) =>
    ({constant, repeated, matrix: {columns}}) as never;

  test("name columns that are left out in their order, and rows that are alike", () => {
    expect(tableFacts(table, scaled([0, 2], 1, 1))).toMatchObject({
      columns: ["b"],
      unused: [{name: "a"}, {name: "w"}, {name: "c", reason: "it is the same number in every row"}],
      notes: ["n", expect.stringMatching(/^1 row equals a row before/)],
      label: null,
    });
    expect(tableFacts(table, scaled([0, 1, 2], 3, 2000))).toMatchObject({
      ...{columns: ["a", "b", "c"], unused: [{name: "w"}]},
      notes: ["n", expect.stringMatching(/^2,000 rows equal a row before/)],
    });
    expect(tableFacts({...(table as object), label: {name: "l"}} as never, scaled([], 3))).toMatchObject({
      ...{label: "l", notes: ["n"]},
    });
  });

  test("are said in lines, with 200 names at most", () => {
    const many = (count: number) => ({
      ...(table as object),
      unused: Array.from({length: count}, (_, place) => ({name: `u${place}`, place, reason: "words"})),
    });
    const last = (count: number) => tableWords(many(count) as never, scaled([], 3))[1].slice(-30);
    expect(last(200)).toMatch(/"u199": words$/);
    expect(last(201)).toMatch(/"u199" and 1 more: words$/);
    const label = {name: "l", cells: ["x", "y", "x"]};
    expect(tableWords({...(table as object), label} as never, scaled([], 3))).toEqual([
      ...[
        "table    3 rows, 3 columns of numbers: CSV",
        'not used "w": words',
        "note     n",
        'colours  by "l", 2 values',
      ],
    ]);
  });

  test("stand beside a map under names that it does not have itself", () => {
    const places = Uint32Array.of(1);
    const words = [
      {name: "x", cells: ["1"]},
      {name: "k", cells: ["2"]},
    ];
    expect(besides({places, words})).toEqual({row: places, "x (table)": ["1"], k: ["2"]});
  });
});

describe("LIME's flags", () => {
  const plain = Object.fromEntries(Object.entries(limeFlags).map(([name, {default: value}]) => [name, value]));
  const of = (given: object) => limeOptionsOf({...plain, ...given} as never, [28, 28, 1]) as {[name: string]: unknown};

  test("leave to the recipe what they do not say", () => {
    expect(of({})).toMatchObject({recipe: "default"});
    for (const name of ["samples", "keep", "sampling", "kernelWidth", "selection", "features", "model"])
      expect(of({})).not.toHaveProperty(name);
    expect(of({samples: "auto"}).samples).toBe("auto");
    expect(of({samples: "64"}).samples).toBe(64);
    expect(of({keep: 0.25, kernelWidth: 0.5, features: 4})).toMatchObject({
      ...{keep: 0.25, kernelWidth: 0.5, features: 4, selection: "auto"},
    });
    expect(of({features: 4, selection: "none"}).selection).toBe("none");
    expect(of({batchSize: 3}).batchSize).toBe(3);
    expect(of({}).batchSize).toBe(256);
    expect(of({segmentation: "grid", segments: 9}).segmenter).toMatchObject({method: "grid", segments: 9});
    expect(() => of({segmentation: "quickshift", segments: 9})).toThrow("segments: expected slic or grid segmentation");
  });

  test("take ten masks or more, and a way to hide", () => {
    const check = (name: "samples" | "hiding", word: string) => limeFlags[name].check?.(word as never);
    expect(["recipe", "auto", "10"].map((word) => check("samples", word))).toEqual([undefined, undefined, undefined]);
    for (const word of ["9", "1e3", "-20"]) expect(check("samples", word)).toBe("10 or more, auto or recipe");
    expect(["recipe", "mean", "#102030"].map((word) => check("hiding", word))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(check("hiding", "away")).toBe("mean, blur, noise, fill, zero, grey or #rrggbb");
  });
});

test("copies of an image are asked sixteen at a time, each changed by itself", async () => {
  const parts: number[][] = [];
  await inParts(33, async (first, count) => {
    parts.push([first, count]);
  });
  expect(parts).toEqual([
    [0, 16],
    [16, 16],
    [32, 1],
  ]);
  const image = {count: 1, shape: [1, 2, 1], pixels: Float32Array.of(1, 2)} as const;
  expect([...copies(image, 2).pixels]).toEqual([1, 2, 1, 2]);
  expect([...copies(image, 2, (v, place, copy) => 100 * copy + 10 * place + v).pixels]).toEqual([1, 12, 101, 112]);
});

test("a plan's numbers are rounded to two digits, and its files are weighed by their bytes", async () => {
  expect([rough(1234), rough(0.0567)]).toEqual([1200, 0.057]);
  const directory = weighingDirectory("/r");
  await directory.writeFile("a", "ä");
  await directory.writeFile("b", Uint8Array.of(1, 2, 3));
  expect([...directory.bytes]).toEqual([
    ["a", 2],
    ["b", 3],
  ]);
  await directory.writeNumbers(3, "p", {name: "m", plot: "none", data: {}} as never);
  expect(await directory.previousArtifact(4, "p", "m")).toMatchObject({name: "m"});
  expect(await directory.previousArtifact(3, "p", "m")).toBeUndefined();
});

describe("a run's files", () => {
  test("name tracked images, and how far layers moved where all of it is known", () => {
    const image = {split: "test", index: 4, label: 0} as const;
    expect(trackedName(image)).toBe("test:4");
    expect(trackedName({...image, split: "train"})).toBe("image 4 of train");
    expect(trackedName({...image, name: "train:9"})).toBe("train:9");
    expect(trackedName({...image, name: "train:9", file: "a.png"})).toBe("a.png");
    const track = {images: [], classes: 2, at: [1, 2], logits: new Float32Array(0), features: new Float32Array(0)};
    const whole = {
      ...track,
      layers: ["a", "b"],
      moved: Float32Array.of(1, 2, 3, 4),
      lengths: Float32Array.of(5, 6, 7, 8),
    };
    expect(movesOf([whole]).map(({at, moved, lengths}) => [at, [...moved], [...lengths]])).toEqual([
      [1, [1, 2], [5, 6]],
      [2, [3, 4], [7, 8]],
    ]);
    const {lengths: _, ...half} = whole;
    expect(movesOf([track, half, {...whole, moved: Float32Array.of(1, 2)}])).toEqual([]);
  });

  test("keep places in a source as the gaps between them, in as few bytes as they need", () => {
    for (const [last, Kind] of [
      [258, Uint8Array],
      [259, Uint16Array],
      [65_538, Uint16Array],
      [65_539, Uint32Array],
    ] as const) {
      const gaps = gapsOf([0, 2, last]);
      expect(gaps).toBeInstanceOf(Kind);
      expect([...gaps]).toEqual([0, 1, last - 3]);
      expect([...sourcesOf(gaps)]).toEqual([0, 2, last]);
    }
    for (const places of [
      [1, 1],
      [2, 0],
    ])
      expect(() => gapsOf(places)).toThrow(`places in a source: expected them ascending, got ${places[1]}`);
  });

  test("keep answers that were wrong alone, and the others follow from labels and losses", () => {
    const answers = {
      ...{losses: Float32Array.of(0, 1, Math.log(5)), margins: Float32Array.of(1, 0, 0.5)},
      ...{predicted: Uint8Array.of(3, 1, 5), sureness: Uint8Array.of(255, 9, 51)},
    };
    const kept = keptAnswers(answers);
    expect([[...kept.predicted], [...kept.sureness]]).toEqual([[1], [9]]);
    const whole = wholeAnswers(kept, Uint8Array.of(3, 4, 5));
    expect([[...whole.predicted], [...whole.sureness]]).toEqual([
      [3, 1, 5],
      [255, 9, 51],
    ]);
    expect(wholeAnswers(answers, Uint8Array.of(3, 4, 5))).toBe(answers);
    for (const more of [{predicted: Uint8Array.of(1, 1)}, {sureness: Uint8Array.of(9, 9)}])
      expect(() => wholeAnswers({...kept, ...more}, Uint8Array.of(3, 4, 5))).toThrow("expected 1, got");
  });

  test("list copies in their order, and say which are near ones", async () => {
    const found = new Map<string, unknown>();
    const copy = (train: number, test: number, isNear?: boolean) => ({train, test, ...(isNear ? {isNear} : {})});
    await keepCopies({writeValue: async (name: string, value: unknown) => void found.set(name, value)} as never, [
      ...[copy(2, 1), copy(1, 5, true), copy(1, 3)],
    ]);
    expect(found.get("training/copies")).toEqual({
      ...{train: Uint32Array.of(1, 1, 2), test: Uint32Array.of(3, 5, 1), near: Uint8Array.of(0, 1, 0)},
    });
  });

  test("have test images in one of two places, the new one first", () => {
    const run = temporaryFolder();
    const [now, before] = [join(run, "data", "test.json"), join(run, "artifacts", "test-images.json")];
    expect(testImagesPath(run)).toBe(now);
    mkdirSync(join(run, "artifacts"));
    writeFileSync(before, "{}");
    expect(testImagesPath(run)).toBe(before);
    mkdirSync(join(run, "data"));
    writeFileSync(now, "{}");
    expect(testImagesPath(run)).toBe(now);
  });

  test("have tags and a note that are texts, or none", async () => {
    const run = temporaryFolder();
    const read = (text: string) => {
      writeFileSync(join(run, "notes.json"), text);
      return readNotes(run);
    };
    expect(await readNotes(run)).toEqual({tags: [], note: ""});
    expect(await read("null")).toEqual({tags: [], note: ""});
    expect(await read('{"tags": ["b", "a", "b"], "note": "n"}')).toEqual({tags: ["b", "a"], note: "n"});
    await expect(read('{"tags": "a"}')).rejects.toThrow('expected tags to be a list of texts, got "a"');
    await expect(read('{"tags": ["a", 1]}')).rejects.toThrow('expected tags to be a list of texts, got ["a",1]');
    await expect(read('{"note": 1}')).rejects.toThrow("expected note to be a text, got number");
  });

  test("tell how it ended, or that it was lost", async () => {
    const run = temporaryFolder();
    const write = (text: string) => writeFileSync(join(run, "status.json"), text);
    expect(await readStatusFile(run)).toBeUndefined();
    write(statusText("failed", undefined, "why"));
    expect(await readStatusFile(run)).toMatchObject({status: "failed", epoch: null, error: "why"});
    expect(await readStatusFile(run)).toHaveProperty("endedAt");
    expect(await statusOf(run, [])).toBe("failed");
    write(statusText("running", 2));
    expect(await readStatusFile(run)).toMatchObject({status: "running", epoch: 2});
    for (const lacking of ["endedAt", "error"]) expect(await readStatusFile(run)).not.toHaveProperty(lacking);
    expect(await statusOf(run, [])).toBe("lost"); // nobody holds its lock
    write('{"status": "odd"}');
    await expect(readStatusFile(run)).rejects.toThrow('interrupted, failed, got "odd"');
    write("null");
    await expect(readStatusFile(run)).rejects.toThrow("interrupted, failed, got undefined");
  });
});
