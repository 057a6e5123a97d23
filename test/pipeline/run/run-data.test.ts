import {cpSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync} from "node:fs";
import {basename, dirname, join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";
import {VARIANTS} from "../../../src/engine/index";
import {resolveOptions} from "../../../src/nouns/options";
import type {Dataset} from "../../../src/nouns/samples";
import {openData} from "../../../src/pipeline/data/index";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readRunFile} from "../../../src/pipeline/record/run-file";
import {run} from "../../../src/pipeline/run";
import {dataPlaces, openRunData} from "../../../src/pipeline/run/data";
import {runOptions} from "../../../src/pipeline/run/options";
import {command} from "../../support/command";
import {idxFolder, temporaryFolder} from "../../support/idx-files";
import {metricsOf, runAll} from "../../support/small-run";

const QUICK = {model: "mlp" as const, epochs: 2, probes: "none", projector: 0, threads: 1};

/** A folder with data in it and a run on them, broken off after its first epoch. */
async function brokenOff(): Promise<{readonly root: string; readonly data: string; readonly path: string}> {
  const root = temporaryFolder();
  const data = join(root, "data");
  renameSync(idxFolder(), data);
  const stop = new AbortController();
  const options = resolveOptions(
    runOptions,
    {...QUICK, batchSize: 32, data, save: join(root, "save"), name: "r"},
    "--",
  );
  for await (const event of run(options, {}, {signal: stop.signal})) if (event.type === "epoch") stop.abort();
  return {root, data, path: join(root, "save", "r")};
}

async function goOn(path: string): Promise<void> {
  const {options} = readRunFile(path);
  await runAll({...options, name: basename(path), save: dirname(path)}, {}, {resume: openRunDirectory(path)});
  expect(metricsOf(path).map(({epoch}) => epoch)).toEqual([0, 1, 2]);
}

/** Turns every byte of a file's content about. */
function change(file: string): void {
  writeFileSync(
    file,
    readFileSync(file).map((byte, i) => (i < 16 ? byte : 255 - byte)),
  );
}

describe("a run that is resumed", () => {
  let begun: Awaited<ReturnType<typeof brokenOff>>;
  beforeAll(async () => {
    begun = await brokenOff();
  });
  /** The same in a folder of its own, without the first. */
  function moved() {
    const root = temporaryFolder();
    cpSync(begun.root, root, {recursive: true});
    return {root, data: join(root, "data"), path: join(root, "save", "r")};
  }

  test("ranks the labels as before where the best epoch's answers are in no memory any more", async () => {
    const {path} = moved();
    await goOn(path);
    const ranked = readFileSync(join(path, "suspects.csv"), "utf8");
    rmSync(join(path, "suspects.csv"));
    await goOn(path);
    expect(readFileSync(join(path, "suspects.csv"), "utf8")).toBe(ranked);
    truncateSync(join(path, "model", "weights.bin"), 8);
    await expect(goOn(path)).rejects.toThrow(/weights\.bin: expected \d+ bytes of weights, got 8$/);
  });

  test("refuses other data in the same place, and names both digests", async () => {
    const {digest} = readRunFile(begun.path).data;
    const {data, path} = begun;
    cpSync(data, `${data}-as-it-was`, {recursive: true});
    change(join(data, "train-images-idx3-ubyte"));
    const words = new RegExp(
      `^${path}/run.json: expected the data that the run began with \\(SHA-256 ${digest}\\), got other data in ${data} \\(SHA-256 (?!${digest})[0-9a-f]{64}\\)$`,
    );
    await expect(goOn(path)).rejects.toThrow(words);
    rmSync(data, {recursive: true});
    renameSync(`${data}-as-it-was`, data);
  });

  test("takes the kernels' build that it began with, whatever auto would take on this machine", async () => {
    const {path} = moved();
    const file = join(path, "run.json");
    const {sha256: _, ...facts} = JSON.parse(readFileSync(file, "utf8")) as {engine: {kernels: string}; sha256: string};
    const other = VARIANTS.find((variant) => variant !== facts.engine.kernels);
    writeFileSync(file, JSON.stringify({...facts, engine: {...facts.engine, kernels: other}})); // as another machine wrote it
    const {code, stdout} = await command(["resume", path]);
    expect(stdout).toContain(`${other} kernels`);
    expect(code).toBe(0);
  });

  test("refuses other class names, which are in no digest", async () => {
    const names = join(begun.data, "classes.txt");
    writeFileSync(names, "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
    await expect(goOn(begun.path)).rejects.toThrow(/\(classes 0, 1, 2.*\), got other data in .* \(classes zero, one/);
    rmSync(names);
  });

  test("finds its data where both have been moved, also where other data stand in the old place", async () => {
    const {root, path} = moved();
    const away = `${begun.data}-away`;
    renameSync(begun.data, away);
    await goOn(path); // the old place is empty
    rmSync(root, {recursive: true});
    const again = temporaryFolder();
    cpSync(join(begun.root, "save"), join(again, "save"), {recursive: true});
    cpSync(away, join(again, "data"), {recursive: true});
    cpSync(away, begun.data, {recursive: true});
    change(join(begun.data, "t10k-images-idx3-ubyte"));
    await goOn(join(again, "save", "r"));
    rmSync(begun.data, {recursive: true});
    renameSync(away, begun.data);
  });

  test("says where it looked when the data are nowhere", async () => {
    const {root, path} = moved();
    rmSync(join(root, "data"), {recursive: true});
    renameSync(begun.data, `${begun.data}-away`);
    await expect(goOn(path)).rejects.toThrow(
      `${path}/run.json: expected the run's data at ${begun.data} or ${root}/data, got nothing there`,
    );
    renameSync(`${begun.data}-away`, begun.data);
  });

  test("continues from any folder: run.json keeps whole paths", async () => {
    const {options, data} = readRunFile(begun.path);
    expect(options).toMatchObject({data: begun.data, save: dirname(begun.path)});
    expect(data.fromRun).toBe("../../data");
    await goOn(begun.path);
  });
});

test("a run that took a list of decisions finds it where all has been moved", async () => {
  const root = temporaryFolder();
  renameSync(idxFolder(), join(root, "data"));
  const {labels} = await (await dataOf(join(root, "data"))).train.read([7]);
  writeFileSync(join(root, "list.csv"), `split,index,given_label,decision\ntrain,7,${labels[0]},drop\n`);
  const options = {...QUICK, batchSize: 32, data: join(root, "data"), edit: join(root, "list.csv"), epochs: 1};
  await runAll({...options, save: join(root, "save"), name: "r"}, {});
  const away = join(temporaryFolder(), "away");
  renameSync(root, away);
  const path = join(away, "save", "r");
  expect(readRunFile(path).data).toMatchObject({editFromRun: "../../list.csv", train: 219});
  await runAll({...readRunFile(path).options, save: dirname(path)}, {}, {resume: openRunDirectory(path)});
  writeFileSync(join(away, "list.csv"), `split,index,given_label,decision\ntrain,8,${labels[0]},drop\n`);
  await expect(
    runAll({...readRunFile(path).options, save: dirname(path)}, {}, {resume: openRunDirectory(path)}),
  ).rejects.toThrow(/expected/);
});

async function dataOf(data: string): Promise<Dataset> {
  const opening = openData({data, dataUrl: "", trainLimit: 1e9, testLimit: 1e9, seed: 0, cacheFolder: ""});
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return value;
  }
}

test("data that an earlier version kept by a relative path are looked for from the working folder, then above the run", () => {
  const places = dataPlaces("/home/me/project/save/r", {options: {data: "data/bars"}, data: {} as never});
  expect(places.slice(0, 4)).toEqual([
    join(process.cwd(), "data/bars"),
    "/home/me/project/save/data/bars",
    "/home/me/project/data/bars",
    "/home/me/data/bars",
  ]);
  expect(dataPlaces("/r", {options: {data: "mnist"}, data: {} as never})).toEqual(["mnist"]);
});

test("a run of an earlier version is read: digest and engine checked, small things forgiven", async () => {
  const path = join(temporaryFolder(), "old");
  cpSync(join(__dirname, "../../fixtures", "old-run"), path, {recursive: true});
  const data = idxFolder();
  mkdirSync(join(dirname(path), "elsewhere"));
  renameSync(data, join(dirname(path), "data")); // run.json says "data", from a folder that is not known
  const file = readRunFile(path);
  const opening = openRunData(path, file, resolveOptions(runOptions, file.options, "--"));
  let step = await opening.next();
  while (!step.done) step = await opening.next();
  expect(step.value.digest).toBe("fcceab8280f6e44449c70f80f7560fe0a8162bd0169035145dc4cdca80c6ebe3");
});
