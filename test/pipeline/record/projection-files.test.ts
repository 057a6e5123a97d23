import {mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {loadImage} from "@napi-rs/canvas";
import {expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {tableOptions} from "../../../src/pipeline/data/tables/table";
import {mapSettings} from "../../../src/pipeline/maps/map-rows";
import {projectFile} from "../../../src/pipeline/project";
import {mapCsv} from "../../../src/pipeline/record/map-csv";
import {writeImageMap, writeMapFilm, writeMapSheet} from "../../../src/pipeline/record/projection-files";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {animatedPng} from "../../../src/plots/apng";
import {scatterFilm} from "../../../src/plots/scatter-film";
import {scatterSheet} from "../../../src/plots/scatter-sheet";
import {cloud} from "../../support/tsne-data";

const labels = Uint16Array.from({length: 30}, (_, i) => i % 3);
const classNames = ["a", "b", "c"];
const maps = [1, 2, 3].map((seed) => ({
  caption: `epoch ${seed}`,
  points: cloud(30, 2, seed).values,
  wrong: new Uint8Array(30),
  note: "",
}));

/** Names and lengths of a PNG's chunks. */
function chunks(png: Uint8Array): string[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const names: string[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    names.push(Buffer.from(png.subarray(at + 4, at + 8)).toString("latin1"));
  }
  return names;
}

test("an animated PNG has a control and data for each frame, and shows its first as a picture", async () => {
  const frames = [1, 2, 1].map((p) => ({rows: Uint8Array.of(0, p, p, p, 0, p, p, p), milliseconds: 40}));
  const palette = Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 0, 255);
  const png = await animatedPng({width: 3, height: 2, palette, content: "flat", frames}, async () => {});
  expect(chunks(png)).toEqual(["IHDR", "PLTE", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"]);
  const image = await loadImage(Buffer.from(png));
  expect([image.width, image.height]).toEqual([3, 2]);
});

test("the film rests at every epoch and glides between; the same maps give the same bytes", async () => {
  let turns = 0;
  const film = await scatterFilm({title: "t", labels, classNames, maps}, async () => void turns++);
  expect(turns).toBe(3 + 2 * 5);
  expect(chunks(film.png).filter((name) => name === "fcTL").length).toBe(3 + 2 * 5);
  expect((await scatterFilm({title: "t", labels, classNames, maps}, async () => {})).png).toEqual(film.png);
});

test("a sheet grows with the number of maps", () => {
  const size = (count: number) => {
    const {width, height} = scatterSheet({
      title: "t",
      labels,
      classNames,
      maps: Array.from({length: count}, (_, i) => maps[i % 3]),
    });
    return [width, height];
  };
  const [one, four, five, twelve] = [1, 4, 5, 12].map(size);
  expect(four[0]).toBe(2 * (16 + 4 * 318));
  expect(four[1]).toBe(one[1]);
  expect(five[0]).toBeGreaterThan(four[0]);
  expect(twelve[1]).toBe(one[1] + 2 * 2 * 358);
});

test("a run's maps become a sheet, a film, the images as points, and tables", async () => {
  const folder = mkdtempSync(join(tmpdir(), "projection-"));
  expect(await writeMapSheet(folder)).toEqual([]);
  expect(await writeMapFilm(folder)).toBeUndefined();
  expect(await writeImageMap(folder)).toBeUndefined();
  const directory = openRunDirectory(folder);
  await directory.writeTestImages({
    count: 60,
    shape: [4, 4, 1],
    pixels: new Uint8Array(960).fill(200),
    labels: new Uint16Array(60),
  });
  for (const [epoch, {points, wrong}] of maps.entries()) {
    const data = {title: `t-SNE of pixels, after epoch ${epoch}`, points, labels, classNames, wrong, notes: []};
    const numbers = {
      indices: Uint32Array.from({length: 30}, (_, i) => 2 * i),
      klDivergence: 1,
      trustworthiness: 1,
      neighbourAccuracyMap: 1,
    };
    await directory.writeNumbers(epoch, "projection", {name: "map", plot: "scatter", data, numbers});
  }
  const files = await writeMapSheet(folder);
  expect(files.map((file) => file.slice(folder.length + 1))).toEqual([
    "plots/projection/all-epochs.png",
    ...[0, 1, 2].map((epoch) => `artifacts/projection/map-epoch-00${epoch}.csv`),
  ]);
  expect(await writeMapFilm(folder)).toBe(join(folder, "plots/projection/film.png"));
  expect(await writeImageMap(folder)).toBe(join(folder, "plots/projection/images-epoch-002.png"));
  expect(chunks(readFileSync(join(folder, "plots/projection/images-epoch-002.png")))[0]).toBe("IHDR");
  const csv = readFileSync(files[3], "utf8").split("\n");
  expect(csv[0]).toBe("x,y,index,label,wrong");
  expect(csv[2].split(",").slice(2)).toEqual(["2", "b", "0"]);
  expect(csv.length).toBe(32);
});

test("a user's own table becomes a map beside its words, and a picture", async () => {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  const {values} = cloud(90, 5, 4);
  for (let i = 0; i < 90; i++) values[i * 5 + (i % 3)] += 20;
  const lines = Array.from(
    {length: 90},
    (_, i) => `${classNames[i % 3]},${values.subarray(i * 5, i * 5 + 5).join(",")}`,
  );
  const file = join(folder, "mine.csv");
  writeFileSync(file, `kind,p,q,r,s,t\n${lines.join("\n")}\n`);
  const said: string[] = [];
  const options = {...resolveOptions(mapSettings, {}, "--"), ...resolveOptions(tableOptions, {}, "--")};
  const settings = {...options, points: 100_000, seed: 0, out: join(folder, "out")};
  const map = await projectFile(file, settings, (line) => said.push(line));
  expect(said).toEqual([
    "table    90 rows, 5 columns of numbers: CSV, UTF-8, commas between cells, decimal point, the first line names the columns",
    'not used "kind": it holds words',
    'colours  by "kind", 3 values',
    "perplexity 29 in place of 30: at most a third of 90 points",
  ]);
  expect([map.rows, map.width]).toEqual([90, 5]);
  expect(map.neighbourAccuracyMap).toBe(1);
  expect(readFileSync(map.csv, "utf8").split("\n")[0]).toBe("x,y,row,kind");
  expect(chunks(readFileSync(map.png))[0]).toBe("IHDR");
  await expect(projectFile(file, {...settings, label: "sort"}, () => {})).rejects.toThrow(
    'expected a column, by name (kind, p, q, r, s, t) or place (1 to 6), got "sort"',
  );
  await expect(projectFile(join(folder, "no.csv"), settings, () => {})).rejects.toThrow("got nothing there");
  writeFileSync(file, mapCsv(Float32Array.of(1, 2), {}));
  await expect(projectFile(file, settings, () => {})).rejects.toThrow("expected 7 rows or more, got 1");
});
