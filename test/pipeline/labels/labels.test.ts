import {readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {createCanvas, loadImage} from "@napi-rs/canvas";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {suspectTrainingLabels} from "../../../src/numbers/suspect-training-labels";
import {readEdits} from "../../../src/pipeline/data/edits";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {evidenceTiles} from "../../../src/report/labels/evidence-tiles";
import {labelsPage} from "../../../src/report/labels/page";
import {type Opened, openBrowser, openPage} from "../../report/browser";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";

describe("training labels", () => {
  // image 0 is learnt at once, image 1 never (it is taken for 2, 1, 1), image 2 is forgotten once
  const margins = [
    [2, -3, 1],
    [3, -1, -1],
    [4, -2, 3],
  ];
  const losses = margins.map((epoch) => epoch.map((margin) => (margin > 0 ? 0 : Math.log(4)))); // p is 1 or a quarter
  const predicted = [
    [0, 2, 2],
    [0, 1, 0],
    [0, 1, 2],
  ];
  const ranked = suspectTrainingLabels({losses, margins}, predicted, [0, 0, 2]);

  test("are ranked by the mean of their margins, the lowest first", () => {
    expect(ranked.map(({index, areaUnderMargin}) => [index, areaUnderMargin])).toEqual([
      [1, -2],
      [2, 1],
      [0, 3],
    ]);
    expect(ranked.map(({isIssue}) => isIssue)).toEqual([true, false, false]);
  });

  test("come with the answer that was given most often in their place", () => {
    expect(ranked.map(({predicted: k}) => k)).toEqual([1, 0, 0]);
    expect(ranked.map(({correct, forgotten, learnedAt}) => [correct, forgotten, learnedAt])).toEqual([
      [0, 0, 3],
      [2, 1, 2],
      [3, 0, 0],
    ]);
    expect(ranked[0].confidence).toBeCloseTo(0.25, 12);
  });
});

describe("the command, on a run with planted wrong labels", () => {
  const save = join(temporaryFolder(), "save");
  const planted = join(save, "..", "planted.csv");
  afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));
  const small = ["--train-limit", "2400", "--test-limit", "100", "--projector", "0", "--probes", "confusion"];
  const run = (...flags: string[]) => command([...small, "--save", save, "--quiet", ...flags]);
  const rowsOf = (name: string) => {
    const [header, ...rows] = readFileSync(join(save, name, "suspects-train.csv"), "utf8")
      .trim()
      .split("\n");
    const names = header.split(",");
    return rows.map((row) => Object.fromEntries(row.split(",").map((value, i) => [names[i], value])));
  };
  let wrong = new Set<string>();

  beforeAll(async () => {
    expect((await run("--epochs", "1", "--name", "clean")).code).toBe(0);
    expect((await command(["labels", "suspects", "clean", "--save", save, "--quiet", "--evidence", "none"])).code).toBe(
      0,
    );
    const chosen = rowsOf("clean")
      .sort((a, b) => Number(a.source_index) - Number(b.source_index))
      .filter((_, n) => n % 40 === 0);
    wrong = new Set(chosen.map(({source_index}) => source_index));
    const lines = chosen.map(({source_index: at, given_label: label}) =>
      ["train", 0, at, label, "relabel", (Number(label) + 3) % 10].join(","),
    );
    writeFileSync(planted, ["split,index,source_index,given_label,decision,new_label", ...lines].join("\n"));
    const trained = await run("--from", "clean", "--epochs", "4", "--edit", planted, "--name", "planted");
    expect(trained.code).toBe(0);
    expect(trained.stderr).not.toContain("error");
  });

  test("ranks the planted ones first", async () => {
    const {code, stdout} = await command([
      "labels",
      "suspects",
      "planted",
      "--save",
      save,
      "--top",
      "60",
      "--evidence",
      "none",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/of 2,200 training labels look wrong/);
    const rows = rowsOf("planted");
    expect(rows).toHaveLength(2200);
    expect(wrong.size).toBe(55);
    const found = rows.slice(0, 55).filter(({source_index}) => wrong.has(source_index)).length;
    expect(found).toBeGreaterThan(40); // by chance it would be one or two
    const facts = JSON.parse(readFileSync(join(save, "planted", "run.json"), "utf8"));
    expect(facts.data.edits).toEqual({dropped: 0, relabelled: 55});
    expect([facts.options.from, facts.options.epochs, facts.options.trainLimit]).toEqual(["clean", 4, 2400]);
  });

  test("lists a split's labels as the run itself ranked them, with --split", async () => {
    const rows = (path: string) =>
      readFileSync(join(save, "planted", path), "utf8")
        .trim()
        .split("\n")
        .slice(1);
    const asked = (split: string, ...flags: string[]) =>
      command(["labels", "suspects", "planted", "--save", save, "--split", split, ...flags]);
    // rank, split, index, source_index, file, given_label, predicted_label, label_score, is_label_issue …
    const own = rows("suspects.csv").filter((row) => row.split(",")[1] === "test");
    const issues = own.filter((row) => row.split(",")[8] === "1").length;
    const told = await asked("test");
    expect([told.code, told.stderr]).toEqual([0, ""]);
    expect(told.stdout).toContain(`${issues} of 100 test labels look wrong`);
    const withoutRank = (row: string) => row.split(",").slice(1).join(",");
    const left = rows("suspects-test.csv").map((row) => row.split(","));
    expect(left.map(([rank]) => Number(rank))).toEqual(own.map((_, n) => n + 1));
    // the column image stands after the rank
    expect(left.map(([, ...more]) => more.slice(1).join(","))).toEqual(own.map(withoutRank));
    expect(left[0][1]).toBe(`test:${left[0][3]}`);
    const page = readFileSync(join(save, "planted", "suspects-test.html"), "utf8");
    expect(page.match(/<li><img/g)).toHaveLength(100);
    const json = JSON.parse((await asked("validation", "--json", "--top", "2")).stdout);
    expect(json).toMatchObject({schema: "epochscope/suspects/1", method: "held out"});
    expect(json.rows.map(({split, rank}: {split: string; rank: number}) => [split, rank])).toEqual([
      ["validation", 1],
      ["validation", 2],
    ]);
  });

  test("gives the same as JSON, and its verdict as exit code", async () => {
    const flags = ["labels", "suspects", "planted", "--save", save, "--json", "--top", "3"];
    const {code, stdout} = await command([...flags, "--fail-over", "5"]);
    const {schema, rows, count, evidence} = JSON.parse(stdout);
    expect([code, schema, rows.length]).toEqual([3, "epochscope/suspects/1", 3]);
    const [first] = rowsOf("planted");
    // the first three are explained by both labels, from the same masks
    const kept = (await readSaved(evidence[0])) as {
      data: {explanations: {explained: number; segments: Uint16Array; probability: number}[]};
      numbers: {
        names: string[];
        labels: Uint16Array;
        suggested: Uint16Array;
        given: Float32Array;
        nearGiven: Uint32Array;
        nearSuggested: Uint32Array;
        nearSuggestedPixels: Uint8Array;
        nearAll: Uint32Array;
        nearAllLabels: Uint16Array;
        others: {explained: number}[];
      };
    };
    const {names, labels, suggested, given, others} = kept.numbers;
    expect(names).toEqual(rows.map(({image}: {image: string}) => image));
    expect([...labels].map(String)).toEqual(rows.map(({givenLabel}: {givenLabel: string}) => givenLabel));
    expect(kept.data.explanations.map(({explained}) => explained)).toEqual([...labels]);
    expect(others.map(({explained}) => explained)).toEqual([...suggested]);
    expect(given).toHaveLength(3 * 784);
    // four neighbours of either label, none of them the suspect
    const places = rows.map(({index}: {index: number}) => index);
    const given4 = Array.from({length: 3}, (_, n) => [...kept.numbers.nearGiven.subarray(4 * n, 4 * n + 4)]);
    expect(given4.every((list, n) => new Set(list).size === 4 && !list.includes(places[n]))).toBe(true);
    expect(kept.numbers.nearSuggested).toHaveLength(12);
    expect(kept.numbers.nearSuggestedPixels).toHaveLength(12 * 784);
    // those that stand as witnesses have a label that nobody doubts, which of the nearest of all is not asked
    const doubted = new Set(
      rowsOf("planted").flatMap((row) => (row.is_label_issue === "1" ? [Number(row.index)] : [])),
    );
    expect(doubted.size).toBeGreaterThan(40);
    expect([...kept.numbers.nearGiven, ...kept.numbers.nearSuggested].some((place) => doubted.has(place))).toBe(false);
    expect([kept.numbers.nearAll.length, kept.numbers.nearAllLabels.length]).toEqual([24, 24]);
    const page = readFileSync(join(save, "planted/suspects-train.html"), "utf8");
    expect(page.match(/<figure>/g)).toHaveLength(12); // saliency and LIME, for both labels
    expect(page).toContain(`LIME for ${rows[0].predictedLabel}, suggested`);
    expect(page).toContain(`Most alike, labelled ${rows[0].predictedLabel}`);
    expect(page.match(/ labelled \d" title=/g)).toHaveLength(3 * (4 + 4 + 8)); // the neighbours' pictures
    expect([`${rows[0].sourceIndex}`, rows[0].givenLabel]).toEqual([first.source_index, first.given_label]);
    expect((await command([...flags, "--evidence", "none", "--fail-over", `${count}`])).code).toBe(0);
  });

  test("trains again without what was dropped, whatever the seed", async () => {
    const drop = join(save, "..", "drop.csv");
    const text = readFileSync(planted, "utf8").replaceAll("relabel", "drop");
    writeFileSync(drop, text);
    const {code} = await run("--epochs", "1", "--edit", drop, "--seed", "7", "--name", "dropped");
    expect(code).toBe(0);
    const {data} = JSON.parse(readFileSync(join(save, "dropped", "run.json"), "utf8"));
    expect(data.train + data.validation).toBe(2400 - 55);
  });

  test("refuses a list for other data, in one line", async () => {
    const other = join(save, "..", "other.csv");
    writeFileSync(
      other,
      readFileSync(planted, "utf8").replace(/,(\d),relabel/, (_, k) => `,${(Number(k) + 1) % 10},relabel`),
    );
    const {code, stderr} = await run("--edit", other, "--name", "refused");
    expect(code).toBe(1);
    expect(stderr).toMatch(/row 2: expected an image labelled \d, got \d; the list was made for other data\n$/);
  });
});

test("the page takes decisions by key and by button, and saves them as --edit reads them", async () => {
  const folder = temporaryFolder();
  const pixel =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
  const suspect = (given: string, suggested: string) => ({
    picture: pixel,
    given,
    suggested,
    where: "a, b.png",
    why: "why",
  });
  const csv = [
    "rank,split,index,file,given_label,predicted_label,decision,new_label",
    '1,train,0,"a, b.png",<b>,y,,',
    "2,train,1,,x,y,,",
    "3,train,2,,x,y,,",
    "4,train,3,,x,y,,",
  ].join("\n");
  const page = await labelsPage("<run>", [suspect("<b>", "y"), suspect("x", "y"), suspect("x", "y")], `${csv}\n`, true);
  const file = join(folder, "page.html");
  writeFileSync(file, page);
  const browser = await openBrowser();
  try {
    const {page: shown, complaints}: Opened = await openPage(browser, `file://${file}`);
    await shown.keyboard.press("s");
    await shown.click("li:nth-child(3) button[data-decision=drop]");
    expect(await shown.textContent("#count")).toBe("2 of 3 decided: 0 kept, 1 relabelled, 1 dropped");
    const [download] = await Promise.all([shown.waitForEvent("download"), shown.click("#save")]);
    await download.saveAs(join(folder, "suspects.csv"));
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
  const {edits} = await readEdits(join(folder, "suspects.csv"));
  expect(edits.map(({index, decision, label, file: path}) => [index, decision, label, path])).toEqual([
    [0, "relabel", "y", "a, b.png"],
    [2, "drop", undefined, undefined],
  ]);
  rmSync(folder, {recursive: true});
});

test("evidence for a label is blue where it speaks for it and orange where against, both labels on one scale", async () => {
  const shape = [1, 3, 1] as const;
  const maps = {given: Float32Array.of(1, -1, 0), suggested: Float32Array.of(2, 0, -2)};
  const segments = Uint16Array.of(0, 0, 1);
  const lime = {given: {segments, weights: [0.5, 0]}, suggested: {segments, weights: [0, -0.5]}};
  const {given, suggested, ways} = evidenceTiles({lime, saliency: maps}, new Float32Array(3), shape);
  expect(ways).toEqual(["saliency", "LIME"]);
  const colors = async (url: string) => {
    const image = await loadImage(url);
    const context = createCanvas(3, 1).getContext("2d");
    context.drawImage(image, 0, 0);
    const {data} = context.getImageData(0, 0, 3, 1);
    return [0, 1, 2].map((x) => [...data.slice(4 * x, 4 * x + 3)]);
  };
  const [blue, orange, paper] = [
    [31, 95, 184],
    [187, 62, 3],
    [255, 255, 255],
  ];
  const half = (color: number[]) => color.map((c) => Math.round(255 + (c - 255) / 2));
  expect(await colors(given[0])).toEqual([half(blue), half(orange), paper]);
  expect(await colors(suggested[0])).toEqual([blue, paper, orange]);
  expect(await colors(given[1])).toEqual([blue, blue, paper]);
  expect(await colors(suggested[1])).toEqual([paper, paper, orange]);
});
