/** @file Pictures of the maps that a run keeps: which maps, with which words, and which images. */
import {existsSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeEach, describe, expect, test, vi} from "vitest";
import {writeImageMap, writeMapFilm, writeMapSheet} from "../../../src/pipeline/record/projection-files";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {RUN_FORMAT, runFileText} from "../../../src/pipeline/record/run-file";
import type {ImageMap} from "../../../src/plots/image-map";
import type {ScatterSheet} from "../../../src/plots/scatter-sheet";
import {temporaryFolder} from "../../support/idx-files";

const drawn = vi.hoisted(() => ({sheet: [] as unknown[], film: [] as unknown[], images: [] as unknown[]}));
const png = Buffer.from("png");
vi.mock("../../../src/plots/scatter-sheet", () => ({
  scatterSheet: (sheet: unknown) => {
    drawn.sheet.push(sheet);
    return {png};
  },
}));
vi.mock("../../../src/plots/scatter-film", () => ({
  scatterFilm: async (sheet: unknown) => {
    drawn.film.push(sheet);
    return {png};
  },
}));
vi.mock("../../../src/plots/image-map", () => ({
  imageMap: async (map: unknown) => {
    drawn.images.push(map);
    return {png};
  },
}));

let run: string;
beforeEach(() => {
  run = temporaryFolder();
  for (const list of Object.values(drawn)) list.length = 0;
});

/** Keeps the map of an epoch, of the images at these places. */
async function keepMap(epoch: number, places = [0, 1], more: object = {}): Promise<void> {
  const count = places.length;
  const data = {
    ...{title: `t-SNE of pixels, after epoch ${epoch}`, points: new Float32Array(2 * count).fill(epoch)},
    ...{labels: new Uint16Array(count), classNames: ["a", "b", "c"], wrong: new Uint8Array(count), notes: []},
  };
  const numbers = {
    indices: Uint32Array.from(places),
    klDivergence: 1.2345,
    trustworthiness: 0.5,
    neighbourAccuracyMap: 0.25,
  };
  const artifact = {name: "map", plot: "scatter", data, numbers: {...numbers, ...more}} as const;
  await openRunDirectory(run).writeNumbers(epoch, "projection", artifact as never);
}

const captionsOf = (sheet: unknown) => (sheet as ScatterSheet).maps.map(({caption}) => caption);

describe("a sheet of maps", () => {
  test("has them in the order of their epochs, with what they are worth, and a title for all", async () => {
    for (const epoch of [1000, 0, 999]) await keepMap(epoch);
    await writeMapSheet(run);
    const [sheet] = drawn.sheet as ScatterSheet[];
    expect(captionsOf(sheet)).toEqual(["untrained", "epoch 999", "epoch 1000"]);
    expect(sheet.maps[0].note).toBe("KL 1.234   trust 0.500   neighbours right 25.0%");
    expect(sheet.maps.map(({points}) => points[0])).toEqual([0, 999, 1000]);
    expect(sheet.title).toBe("t-SNE of pixels, epoch by epoch");
    expect(sheet.classNames).toEqual(["a", "b", "c"]);
  });

  test("has those alone whose points are the last map's, and a table of each", async () => {
    await keepMap(0, [0, 1, 2]);
    await keepMap(1, [0, 2]);
    await keepMap(2, [0, 1]);
    await keepMap(3, [0, 1]);
    const files = await writeMapSheet(run);
    expect(captionsOf(drawn.sheet[0])).toEqual(["epoch 2", "epoch 3"]);
    expect(files).toHaveLength(1 + 4);
    expect(files.every((file) => existsSync(file))).toBe(true);
  });

  test("leaves out what is no map", async () => {
    await keepMap(1);
    const other = {name: "map", plot: "confusionMatrix", data: {counts: new Uint32Array(1), classNames: ["a"]}};
    await openRunDirectory(run).writeNumbers(2, "projection", other as never);
    await writeMapFilm(run);
    expect(captionsOf(drawn.film[0])).toEqual(["epoch 1"]);
  });

  test("has at most twenty maps, the first and the last among them", async () => {
    for (let epoch = 0; epoch <= 20; epoch++) await keepMap(epoch);
    await writeMapFilm(run);
    const epochs = (drawn.film[0] as ScatterSheet).maps.map(({points}) => points[0]);
    expect(epochs).toEqual(Array.from({length: 20}, (_, i) => Math.round((i * 20) / 19)));
  });

  test("has twenty whole", async () => {
    for (let epoch = 0; epoch < 20; epoch++) await keepMap(epoch);
    await writeMapFilm(run);
    expect(captionsOf(drawn.film[0])).toEqual(["untrained", ...Array.from({length: 19}, (_, i) => `epoch ${i + 1}`)]);
  });

  test.each([
    [{keepEpochs: 3}, [0, 3, 6]],
    [{keepEpochs: "3"}, [0, 1, 2, 3, 4, 5, 6]],
    [{}, [0, 1, 2, 3, 4, 5, 6]],
  ])("follows the run's option on the epochs to be shown: %j", async (options, epochs) => {
    const data = {name: "x", classNames: ["a"], imageShape: [1, 1, 1], train: 9, validation: 0, test: 2};
    const facts = {format: RUN_FORMAT, name: "r", startedAt: "2025-01-01", options, probes: {}, versions: {}, data};
    writeFileSync(join(run, "run.json"), runFileText({...facts, engine: {name: "fused"}, model: {name: "cnn"}}));
    for (let epoch = 0; epoch <= 6; epoch++) await keepMap(epoch);
    await writeMapFilm(run);
    expect((drawn.film[0] as ScatterSheet).maps.map(({points}) => points[0])).toEqual(epochs);
  });
});

test.each([
  [
    [0, 1, 2],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
  ],
  [
    [2, 0],
    [12, 13, 14, 15, 16, 17, 0, 1, 2, 3, 4, 5],
  ],
  [
    [0, 2],
    [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17],
  ],
])("a map of images has those at the places %j of the last map", async (places, pixels) => {
  const images = {count: 3, shape: [1, 2, 3] as const, pixels: Uint8Array.from({length: 18}, (_, p) => p)};
  await openRunDirectory(run).writeTestImages({...images, labels: new Uint16Array(3)});
  await keepMap(1, [0]);
  await keepMap(2, places);
  expect(await writeImageMap(run)).toBe(join(run, "plots/projection/images-epoch-002.png"));
  const [map] = drawn.images as ImageMap[];
  expect(map).toMatchObject({height: 1, width: 2, channels: 3, classes: 3, points: {0: 2}});
  expect([...map.pixels]).toEqual(pixels);
});
