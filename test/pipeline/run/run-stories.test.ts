/** @file The parts that a run tells at its end or keeps on the way, each by itself, from answers that are made up. */
import {existsSync, mkdirSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import type {LabelledImages, Split} from "../../../src/nouns/samples";
import {byteSplit} from "../../../src/pipeline/data/split";
import {readCheckpoint, writeCheckpoint} from "../../../src/pipeline/record/checkpoint";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {logFolderOf} from "../../../src/pipeline/record/tensorboard/log-folder";
import {checkpointsOf, restored} from "../../../src/pipeline/run/checkpoint";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {keepInside} from "../../../src/pipeline/run/inside";
import {keepRecord} from "../../../src/pipeline/run/keep-record";
import {answersOf} from "../../../src/pipeline/run/layer-answers";
import {keepLayers} from "../../../src/pipeline/run/layers";
import {withPage} from "../../../src/pipeline/run/page";
import {samplesCsv, trainingLines} from "../../../src/pipeline/run/samples-csv";
import {openRunLog} from "../../../src/pipeline/run/tensorboard";
import {hasTestImages, keepTestImages} from "../../../src/pipeline/run/test-images";
import {hasTestStory, testStory} from "../../../src/pipeline/run/test-story";
import {openTracking} from "../../../src/pipeline/run/track";
import {keepTrackStory} from "../../../src/pipeline/run/track-story";
import {beginTrainingStory, keepSamplesCsv, type TrainingPictures} from "../../../src/pipeline/run/training-set";
import {trainingRecord} from "../../../src/pipeline/training/training-record";
import {temporaryFolder} from "../../support/idx-files";

const newRun = () => openRunDirectory(temporaryFolder());
const rowsOf = (text: string | Uint8Array) =>
  Buffer.from(text as Uint8Array)
    .toString()
    .trimEnd()
    .split("\n");
/** A split of images of one pixel each, in 255ths. */
const split = (values: readonly number[], labels: readonly number[] = values.map(() => 0)): Split =>
  byteSplit({shape: [values.length, 1, 1, 1], values: Uint8Array.from(values)}, Uint16Array.from(labels), [1, 1, 1]);

describe("the story of the test images", () => {
  /** Keeps the answers of epochs, of which each is a class for each image, or the probabilities of all. */
  async function kept(labels: readonly number[], epochs: {readonly [epoch: number]: readonly (readonly number[])[]}) {
    const directory = newRun();
    for (const [epoch, rows] of Object.entries(epochs)) {
      await directory.writeNumbers(Number(epoch), "confusion", {
        ...{name: "matrix", plot: "confusionMatrix", data: {title: "", counts: new Uint32Array(9), classNames: []}},
        numbers: {probabilities: Float32Array.from(rows.flat()), labels: Uint16Array.from(labels)},
      } as never);
    }
    return directory.path;
  }
  const [a, b, c] = [
    [0.6, 0.3, 0.1],
    [0.3, 0.5, 0.2],
    [0.2, 0.3, 0.5],
  ];

  test("counts changes and forgetting from the first trained epoch on", async () => {
    const path = await kept([0, 1, 2], {0: [b, b, c], 1: [a, a, c], 2: [b, b, c], 3: [a, a, c], 4: [c, a, c]});
    const story = await testStory(path);
    expect([...(story?.predicted ?? [])]).toEqual([2, 0, 2]);
    expect([...(story?.firstCorrect ?? [])]).toEqual([1, 2, 1]);
    expect([...(story?.changes ?? [])]).toEqual([3, 2, 0]);
    expect([...(story?.forgotten ?? [])]).toEqual([2, 1, 0]);
    expect(story?.answers.probabilities).toEqual(Float32Array.from([c, a, c].flat()));
  });

  test("takes the first of classes that are as probable, and is none where no answers were kept", async () => {
    const path = await kept([1], {1: [[0.25, 0.375, 0.375]]});
    expect(await hasTestStory(path)).toBe(true);
    expect([...((await testStory(path))?.predicted ?? [])]).toEqual([1]);
    const none = newRun().path;
    expect(await hasTestStory(none)).toBe(false);
    expect(await testStory(none)).toBeUndefined();
  });

  test("goes by the epochs' numbers, however their files' names are ordered", async () => {
    const story = await testStory(await kept([0], {1000: [a], 999: [b], 2: [a]}));
    expect([story?.predicted[0], story?.firstCorrect[0], story?.forgotten[0]]).toEqual([0, 2, 1]);
  });

  test("says nothing of the untrained network alone", async () => {
    const story = await testStory(await kept([1], {0: [b]}));
    expect([[...(story?.firstCorrect ?? [])], [...(story?.changes ?? [])]]).toEqual([[0], [0]]);
  });
});

describe("samples.csv", () => {
  const classNames = ["x", "y"];

  test("has the test images' figures, an infinite loss in a word, and no first epoch where none was right", async () => {
    const asked = {
      answers: {probabilities: Float32Array.of(0.25, 0.75, 1, 0, 1, 0), labels: Uint16Array.of(1, 1, 0)},
      predicted: Uint16Array.of(1, 0, 0),
      firstCorrect: Uint32Array.of(2, 0, 1),
      changes: Uint32Array.of(1, 0, 3),
      forgotten: Uint32Array.of(0, 0, 1),
    };
    const test = {count: 3, files: ["p", "q", "r"], sources: Uint32Array.of(5, 6, 9)};
    const [header, ...rows] = rowsOf(await samplesCsv({test, classNames} as never, undefined, asked as never));
    expect(header).toBe(
      "split,index,source_index,file,given_label,forgotten,label,prediction,probability,label_probability," +
        "loss,entropy,correct,first_correct,changes",
    );
    expect(rows).toEqual([
      "test,0,5,p,y,0,y,y,0.75,0.75,0.287682,0.562335,1,2,1",
      "test,1,6,q,y,0,y,x,1,0,inf,0,0,,0",
      "test,2,9,r,x,1,x,x,1,1,0,0,1,1,3",
    ]);
  });

  test("has the training images' figures, each the mean over the epochs", async () => {
    const training = {
      ranked: {
        order: Uint32Array.of(1, 0),
        others: Uint16Array.of(1, 0),
        dynamics: {
          ...{areaUnderMargin: Float64Array.of(0.5, -0.25), confidence: Float64Array.of(0.75, 0.1234567)},
          ...{variability: Float64Array.of(0, 0.125), correctness: Uint32Array.of(2, 0)},
          ...{forgotten: Uint32Array.of(0, 1), learnedAt: Uint32Array.of(1, 0)},
        },
      },
      answers: {
        labels: Uint8Array.of(0, 1),
        losses: [Float32Array.of(1, 4), Float32Array.of(0.5, 2)],
        errors: [Uint8Array.of(255, 51), Uint8Array.of(0, 51)],
        entropies: Uint8Array.of(255, 51),
      },
    };
    const data = {train: {count: 2}, classNames} as never;
    const lines = await trainingLines(data, training as never, false);
    const [header, ...rows] = rowsOf(await samplesCsv({test: {count: 0}, classNames} as never, lines, undefined));
    expect(header).toBe(
      "split,index,source_index,file,given_label,predicted_label,suspect_rank,area_under_margin,confidence," +
        "variability,correct_epochs,forgotten,learned_at,mean_loss,el2n,hardness",
    );
    // el2n: 1 and 0, and 0.2 twice, of the square root of 2; hardness: of ln 2
    expect(rows).toEqual([
      "train,0,0,,x,y,2,0.5,0.75,0,2,0,1,0.75,0.707107,0.693147",
      "train,1,1,,y,x,1,-0.25,0.123457,0.125,0,1,0,3,0.282843,0.138629",
    ]);
    expect((await trainingLines(data, training as never, true)).headings).toContain("first_correct");
    const {errors: _, entropies: __, ...plain} = training.answers;
    const fewer = await trainingLines(data, {...training, answers: plain} as never, false);
    expect(fewer.headings).not.toContain("el2n");
    expect(fewer.headings).not.toContain("hardness");
  });
});

describe("images that are followed", () => {
  const data = {
    ...{name: "made up", imageShape: [1, 1, 1], classNames: ["x", "y"], digest: ""},
    ...{train: split([10, 20], [0, 1]), validation: split([]), test: split([30], [1])},
  } as never;
  /** Its logits are an image's pixel and the number of times that it was asked; its weights grow by one at each look. */
  function network() {
    let [asked, weight] = [0, 0];
    const self = {
      classNames: ["x", "y"],
      logits: async ({pixels}: LabelledImages) => {
        asked++;
        return Float32Array.from([...pixels].flatMap((v) => [255 * v, asked]));
      },
      getWeights: async () => [
        {name: "d/kernel", shape: [3, 2], values: new Float32Array(6).fill(weight++)},
        {name: "d/bias", shape: [2], values: new Float32Array(2)},
      ],
      forward: async ({pixels}: LabelledImages) => [{shape: [3], values: new Float32Array(3 * pixels.length)}],
    };
    return self as never;
  }

  test("are looked at twenty times in each epoch, the last step among them", async () => {
    const {steps} = await openTracking("0", data, network(), {batches: 40, epochs: 2, layers: ["d"]});
    expect([...steps]).toEqual(Array.from({length: 40}, (_, n) => 2 * (n + 1)));
    const few = await openTracking("0", data, network(), {batches: 3, epochs: 2, layers: ["d"]});
    expect([...few.steps]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("are asked about at those steps alone, and what they answer is kept with how far the layers moved", async () => {
    const tracked = network();
    const tracking = await openTracking("1,test:0", data, tracked, {batches: 40, epochs: 2, layers: ["d"]});
    const record = {...trainingRecord(2, 2), tracked: {at: [] as number[], logits: [] as Float32Array[]}};
    const see = (epoch: number, batch: number) => tracking.see(tracked, record as never, {epoch, batch} as never);
    for (const batch of [1, 2, 3, 4]) await see(2, batch);
    expect(record.tracked.at).toEqual([1.05, 1.1]);
    expect(record.tracked.logits.map((some) => some.map(Math.round))).toEqual([
      Float32Array.of(20, 1, 30, 1),
      Float32Array.of(20, 2, 30, 2),
    ]);
    const directory = newRun();
    await tracking.keep(directory, tracked, 2, record.tracked);
    const track = (await readSaved(join(directory.path, "artifacts/track/epoch-002.json"))) as {[key: string]: unknown};
    expect(track).toMatchObject({classes: 2, at: [1.05, 1.1], layers: ["d"]});
    expect([...(track.logits as Float32Array)].map(Math.round)).toEqual([20, 1, 30, 1, 20, 2, 30, 2]);
    // six weights that each grow by one: from 0 to 1, and from 1 to 2
    expect(track.moved).toBeAllClose([Math.sqrt(6), Math.sqrt(6)], {rtol: 1e-6});
    expect(track.lengths).toBeAllClose([0, Math.sqrt(6)], {rtol: 1e-6});
    expect(track.kernel).toHaveLength(6);
    await tracking.keep(directory, tracked, 0);
    const start = (await readSaved(join(directory.path, "artifacts/track/epoch-000.json"))) as {[key: string]: unknown};
    expect(start).toMatchObject({at: [0]});
    expect(start).not.toHaveProperty("moved");
  });

  test("go on without the layers' moves where a checkpoint does not have them", async () => {
    const tracked = network();
    const tracking = await openTracking("1", data, tracked, {batches: 20, epochs: 1, layers: ["d"]});
    const points: {at: number[]; logits: Float32Array[]; moves?: unknown} = {at: [0.05], logits: [new Float32Array(2)]};
    await tracking.see(tracked, {...trainingRecord(2, 2), tracked: points} as never, {epoch: 1, batch: 2} as never);
    expect(points.at).toEqual([0.05, 0.1]);
    expect(points).not.toHaveProperty("moves");
  });

  test("have their scores, weights and layers in tables, and a picture", async () => {
    const directory = newRun();
    const image = {split: "train", index: 1, label: 1, name: "train:1"};
    const track = (at: readonly number[], logits: Float32Array, kernel: Float32Array, more = {}) => ({
      ...{images: [image], classes: 2, at, logits, features: Float32Array.of(2), kernel, ...more},
    });
    const log3 = Math.log(3);
    await directory.writeValue("track/epoch-000", track([0], Float32Array.of(0, 0), Float32Array.of(0.5, 1)));
    const moves = {layers: ["d", "e"], moved: Float32Array.of(3, 4, 1, 1), lengths: Float32Array.of(6, 0, 2, 4)};
    await directory.writeValue(
      "track/epoch-001",
      track([0.5, 1], Float32Array.of(0, log3, 900, 899), Float32Array.of(0.25, 3), moves),
    );
    await keepTrackStory(directory, data);
    const table = (name: string) => rowsOf(readFileSync(join(directory.path, name), "utf8")).slice(1);
    expect(table("track.csv")).toEqual([
      "0,train:1,train,1,,y,x,0,0.5",
      "0,train:1,train,1,,y,y,0,0.5",
      "0.5,train:1,train,1,,y,x,0,0.25",
      "0.5,train:1,train,1,,y,y,1.09861,0.75",
      "1,train:1,train,1,,y,x,900,0.731059",
      "1,train:1,train,1,,y,y,899,0.268941",
    ]);
    const [weights] = table("track-weights.csv");
    // its one feature is 2; the weight goes from 1 to 3, and the first weights 0.5 and 1 deviate by 0.25
    expect(weights).toBe("train:1,train,1,,y,0,2,1,3,2,8,4");
    expect(table("track-layers.csv")).toEqual(["0.5,d,3,6,0.5", "0.5,e,4,0,0", "1,d,1,2,0.5", "1,e,1,4,0.25"]);
    expect(existsSync(join(directory.path, "track.png"))).toBe(true);
    // weights of one epoch alone say nothing of a change
    const one = newRun();
    await one.writeValue("track/epoch-000", track([0], Float32Array.of(0, 0), Float32Array.of(0.5, 1)));
    await keepTrackStory(one, data);
    expect(rowsOf(readFileSync(join(one.path, "track-weights.csv"), "utf8"))).toHaveLength(1);
    expect(existsSync(join(one.path, "track-layers.csv"))).toBe(false);
    // of two epochs that have their weights and one that has not, too
    await one.writeValue("track/epoch-001", track([1], Float32Array.of(0, 0), Float32Array.of(0.5, 1)));
    const {kernel: _, ...without} = track([2], Float32Array.of(0, 0), Float32Array.of(0.5, 1));
    await one.writeValue("track/epoch-002", without);
    await keepTrackStory(one, data);
    expect(rowsOf(readFileSync(join(one.path, "track-weights.csv"), "utf8"))).toHaveLength(1);
    const none = newRun();
    await keepTrackStory(none, data);
    expect(existsSync(join(none.path, "track.csv"))).toBe(false);
  });
});

describe("the story of the training images", () => {
  /** Three images of 81 x 50, of which the second was never answered right, in the epochs that are told. */
  async function begun(epochs: readonly number[], pass: "presented" | "after" = "after") {
    const directory = newRun();
    const pixels = new Uint8Array(3 * 81 * 50);
    for (let n = 0; n < 3; n++) pixels.fill(50 * (n + 1), n * 4050, (n + 1) * 4050);
    const train = {
      ...byteSplit({shape: [3, 81, 50, 1], values: pixels}, Uint16Array.of(0, 1, 0), [81, 50, 1]),
      ...{sources: Uint32Array.of(4, 6, 9), files: ["a", "b", "c"]},
    };
    for (const epoch of epochs) {
      const answers = {losses: Float32Array.of(0.1, 2, 0.1), margins: Float32Array.of(2, -1, 2)};
      const record = {...trainingRecord(3, 2), ...answers, labels: Uint8Array.of(0, 1, 0)};
      await keepRecord(directory, epoch, record, train);
    }
    const drawn: {readonly data: {readonly notes: readonly string[]; readonly epochs: number}}[] = [];
    const ask = async (_: string, question: (typeof drawn)[number]) => {
      drawn.push(question);
      return {png: new Uint8Array(1)};
    };
    const data = {name: "made up", imageShape: [81, 50, 1], classNames: ["x", "y"], train};
    const story = await beginTrainingStory(directory, data as never, pass, {ask} as never);
    return {story, drawn, directory, data};
  }

  test("has small pictures of the images, and a map whose notes say how they were asked", async () => {
    const {story, drawn, directory} = await begun([1, 2]);
    const pictures = (await readSaved(join(directory.path, "artifacts/training/pictures.json"))) as TrainingPictures;
    expect(pictures.shape).toEqual([3, 27, 17, 1]); // blocks of 3 x 3
    expect(pictures).toMatchObject({files: ["a", "b", "c"], sources: Uint32Array.of(4, 6, 9)});
    expect([...pictures.indices]).toEqual([0, 1, 2]);
    const size = 27 * 17;
    for (const n of [0, 1, 2]) expect(new Set(pictures.pixels.subarray(n * size, (n + 1) * size))).toEqual(new Set([50 * (n + 1)])); // biome-ignore format: one line
    expect(drawn[0].data.epochs).toBe(2);
    expect(drawn[0].data.notes).toEqual([
      "3 training images over 2 epochs, asked after each epoch, without dropout;",
      "1 labels had another class above them on average (samples.csv has every image)",
    ]);
    expect([story?.note, story?.likely.hasTest]).toEqual([undefined, false]);
    const presented = await begun([1, 2], "presented");
    expect(presented.drawn[0].data.notes[0]).toContain("as they were presented");
  });

  test("is none where no answers were kept, or those to other images", async () => {
    expect((await begun([])).story).toBeUndefined();
    const {directory, data} = await begun([1]);
    const fewer = {...data, train: {...data.train, count: 2}};
    expect(await beginTrainingStory(directory, fewer as never, "after", {} as never)).toBeUndefined();
  });

  test("is written with the test images' columns if there are such answers", async () => {
    const {story, directory, data} = await begun([1]);
    const whole = {...data, test: {count: 1}} as never;
    const rows = async () => {
      await keepSamplesCsv(directory, whole, story as never);
      return rowsOf(readFileSync(join(directory.path, "samples.csv"), "utf8"));
    };
    const before = await rows();
    expect([before.length, before[0].includes("first_correct")]).toEqual([4, false]);
    await directory.writeNumbers(1, "confusion", {
      ...{name: "matrix", plot: "confusionMatrix", data: {title: "", counts: new Uint32Array(4), classNames: []}},
      numbers: {probabilities: Float32Array.of(0.25, 0.75), labels: Uint16Array.of(1)},
    } as never);
    const after = await rows();
    expect([after.length, after[0].includes("first_correct")]).toEqual([5, true]);
    expect(new Set(after.map((row) => row.split(",").length)).size).toBe(1);
  });
});

describe("what a run keeps", () => {
  test("of an epoch's answers has no labels a second time, and nothing of an epoch that is not whole", async () => {
    const directory = newRun();
    const record = {...trainingRecord(2, 2), losses: Float32Array.of(1, 2), margins: Float32Array.of(-1, -1)};
    const file = (name: string) => join(directory.path, "artifacts", "training", name);
    const keep = (epoch: number, labels: readonly number[], more = {}) =>
      keepRecord(directory, epoch, {...record, labels: Uint8Array.from(labels), ...more}, split([1, 2]));
    await keep(1, [0, 1], {losses: Float32Array.of(1, Number.NaN)});
    expect(existsSync(file("epoch-001.json"))).toBe(false);
    await keep(1, [0, 1]);
    await keep(2, [1, 1]); // they are there
    expect(await readSaved(file("labels.json"))).toMatchObject({labels: Uint8Array.of(0, 1)});
    await keep(1, [1, 0]); // another beginning
    expect(await readSaved(file("labels.json"))).toMatchObject({labels: Uint8Array.of(1, 0)});
    expect(existsSync(file("epoch-002.json"))).toBe(true);
  });

  test("of the test images is all of them, and where some are lacking it knows it", async () => {
    const directory = newRun();
    const data = {imageShape: [1, 1, 1], classNames: ["x"], test: split([1, 2, 3])} as never;
    expect(await hasTestImages(directory, data)).toBe(false);
    await keepTestImages(directory, data);
    expect(await hasTestImages(directory, data)).toBe(true);
    expect(await hasTestImages(directory, {...(data as object), test: split([1, 2])} as never)).toBe(false);
  });

  test("of many large test images is read in parts, each at its place", async () => {
    const directory = newRun();
    const values = Uint8Array.from({length: 1003 * 6}, (_, n) => n % 253);
    const test = byteSplit({shape: [1003, 1, 2, 3], values}, new Uint16Array(1003), [1, 2, 3]);
    await keepTestImages(directory, {imageShape: [1, 2, 3], classNames: ["x"], test} as never);
    const there = readFileSync(join(directory.path, "data", "test-images.npy"));
    expect(there.includes(Buffer.from(values))).toBe(true);
  });
});

describe("checkpoints", () => {
  const array = (values: readonly number[]) => ({name: "w", shape: [values.length], values: Float32Array.from(values)});
  const network = (weights = [array([1, 2])]) => {
    const set: unknown[] = [];
    const self = {
      getWeights: async () => weights,
      getOptimizerState: async () => ({steps: 3, slots: []}),
      setWeights: async (given: unknown) => void set.push(given),
      setOptimizerState: async () => {},
    };
    return {network: self as never, set};
  };
  const at = (epoch: number, batch: number, batches = 4) => ({
    ...{epoch, batch, batches, images: batch, lossSum: 1, correct: 0, steps: []},
  });
  const record = trainingRecord(1, 2);

  test("are due after so many seconds within an epoch, and never where none is asked for", () => {
    const due = (every: number) => checkpointsOf(newRun(), network().network, {every, from: at(1, 0)}).isDue();
    expect([due(0), due(1e-12), due(1e6)]).toEqual([false, true, false]);
  });

  test("have the answers of a part of an epoch, and none where the epoch is whole or nothing has changed", async () => {
    const directory = newRun();
    const checkpoints = checkpointsOf(directory, network().network, {every: 0, from: at(1, 2)});
    await checkpoints.keep(at(1, 2), record);
    expect(await readCheckpoint(directory.path)).toBeUndefined(); // it goes on from there
    await checkpoints.keep(at(1, 3), record);
    expect((await readCheckpoint(directory.path))?.checkpoint).toMatchObject({position: at(1, 3), record: {}});
    await checkpoints.keep(at(1, 4), record);
    const whole = (await readCheckpoint(directory.path))?.checkpoint;
    expect(whole?.position).toEqual(at(1, 4));
    expect(whole).not.toHaveProperty("record");
  });

  const data = {train: {count: 8}} as never;
  const line = (epoch: number) => ({epoch, testLoss: 1, testAccuracy: 0, seconds: {}, steps: []});
  /** A run that has the lines of these epochs, and a checkpoint there. */
  async function begun(epochs: readonly number[], position?: object, weights = [array([5, 6])]) {
    const directory = newRun();
    await directory.writeMetrics(epochs.map(line) as never);
    if (position) {
      await writeCheckpoint(directory.path, "x", {position, weights, optimizer: {steps: 3, slots: []}} as never);
    }
    const opened = network();
    const found = await restored(directory, opened.network, data, {batchSize: 2, epochs: 3});
    return {...found, epochs: found.metrics.map(({epoch}) => epoch), set: opened.set};
  }

  test("lead back to the batch at which a run stopped, or to the next epoch if one was whole", async () => {
    expect(await begun([0, 1], at(2, 3))).toMatchObject({progress: at(2, 3), epochs: [0, 1], notes: []});
    expect(await begun([0, 1, 2], at(2, 4))).toMatchObject({progress: {epoch: 3, batch: 0}, epochs: [0, 1, 2]});
    // learnt to its end, and not looked at yet
    expect(await begun([0, 1], at(2, 4))).toMatchObject({progress: at(2, 4), epochs: [0, 1]});
    // a line of an epoch that is begun again counts for nothing
    expect(await begun([0, 1, 2], at(2, 3))).toMatchObject({progress: at(2, 3), epochs: [0, 1]});
    expect(await begun([], at(1, 2))).toMatchObject({progress: at(1, 2), epochs: []});
    expect((await begun([0], at(1, 4))).set).toEqual([[array([5, 6])]]);
  });

  test("that are lost, or whose epochs are, are said, and all is trained again", async () => {
    const again = {progress: {epoch: 1, batch: 0}, epochs: [0]};
    expect(await begun([0])).toMatchObject({...again, notes: []}); // interrupted before anything was kept
    expect(await begun([0, 1])).toMatchObject({
      ...again,
      notes: [
        expect.stringMatching(/checkpoint: expected one, got none; the run is trained again from its beginning$/),
      ],
    });
    expect(await begun([0, 2], at(3, 1))).toMatchObject({
      ...again,
      notes: [expect.stringMatching(/metrics\.jsonl: expected a line for epoch 1, got none/)],
    });
    expect((await begun([1], at(2, 1))).notes).toEqual([
      expect.stringMatching(/expected a line for epoch 0, got none/),
    ]);
  });

  test.each([
    ["another number of batches", at(1, 1, 5)],
    ["no epoch", at(0, 1)],
    ["an epoch past the last", at(4, 1)],
    ["a batch past the last", at(1, 5)],
    ["a batch before the first", at(1, -1)],
    ["half a batch", at(1, 1.5)],
  ])("at %s are refused", async (_, position) => {
    await expect(begun([0, 1, 2, 3], position)).rejects.toThrow(/expected a place in 3 epochs of 4 batches, got \{/);
  });

  test("at the first and at the last place are taken", async () => {
    expect((await begun([0, 1, 2], at(3, 4))).progress).toMatchObject({epoch: 3, batch: 4});
    expect((await begun([0], at(1, 0))).progress).toMatchObject({epoch: 1, batch: 0});
  });

  test("without sums, or of another network, are refused", async () => {
    for (const more of [{lossSum: "1"}, {images: null}, {steps: 3}])
      await expect(begun([0], {...at(1, 1), ...more})).rejects.toThrow(
        "expected the sums over what was learnt by then",
      );
    await expect(begun([0], at(1, 1), [])).rejects.toThrow("expected 1 arrays of weights, got 0: another network's");
    await expect(begun([0], at(1, 1), [array([1, 2, 3])])).rejects.toThrow(
      "expected w of shape [2], got [3]: another network's",
    );
  });
});

describe("the page of a run", () => {
  const start = {type: "start", path: "", epochs: 2} as unknown as RunEvent;
  const kept = (epoch: number) => ({type: "kept", epoch}) as RunEvent;
  const made = (epoch: number) => ({type: "made", probe: "projection", epoch}) as RunEvent;
  const end = {type: "end"} as RunEvent;
  /** The questions to other threads, and the events that come out. */
  async function heard(probes: string, events: readonly RunEvent[], broken: readonly string[] = []) {
    const asked: string[] = [];
    const ask = async (what: string) => {
      asked.push(what);
      if (broken.includes(what)) throw new Error(`no ${what}`);
    };
    const out: RunEvent[] = [];
    async function* all() {
      yield {...start, path: newRun().path} as RunEvent;
      yield* events;
    }
    for await (const event of withPage(all(), {probes}, {ask} as never)) out.push(event);
    return {asked, out, last: out[out.length - 1] as {readonly lacking?: readonly string[]}};
  }

  test("is made after an epoch, and at the end only if it does not show the newest", async () => {
    expect((await heard("none", [kept(1), end])).asked).toEqual(["report"]);
    expect((await heard("none", [end])).asked).toEqual(["report"]);
    expect((await heard("none", [])).asked).toEqual([]);
  });

  test("has the maps' sheet and film where there are maps, once the last one is made", async () => {
    for (const probes of ["all", "lime,projection"])
      expect((await heard(probes, [kept(2), end])).asked).toContain("mapSheet");
    for (const probes of ["none", "lime,saliency"])
      expect((await heard(probes, [kept(2), end])).asked).not.toContain("mapSheet");
    expect((await heard("all", [made(2)])).asked).toContain("mapSheet");
    expect((await heard("all", [made(1)])).asked).not.toContain("mapSheet");
    expect((await heard("all", [{...made(2), probe: "lime"} as RunEvent])).asked).not.toContain("mapSheet");
    expect((await heard("all", [{...made(2), type: "probed"} as RunEvent])).asked).not.toContain("mapSheet");
  });

  test("that cannot be made is told, and the end says what is lacking", async () => {
    const {out, last} = await heard("none", [kept(1), end], ["report"]);
    expect(out.filter(({type}) => type === "failure")).toMatchObject([
      {probe: "report", error: {message: "no report"}},
    ]);
    expect(last).toMatchObject({type: "end", lacking: ["report"]});
    const failure = {type: "failure", probe: "lime", error: new Error("x")} as RunEvent;
    expect((await heard("none", [failure, kept(1), end])).last.lacking).toEqual(["lime"]);
    expect((await heard("none", [kept(1), end])).last).not.toHaveProperty("lacking");
  });
});

describe("the log for TensorBoard", () => {
  const data = {
    ...{classNames: ["x", "y"], imageShape: [1, 1, 1], train: split([1, 2, 3])},
    test: {...split([0, 1, 1, 0], [0, 1, 0, 1]), files: ["a", "b", "c", "d"]},
  } as never;
  /** Logs the second epoch of a run, and reads what the projector shows. */
  async function logged(projected: number, batchSize = 64, isShown = true) {
    const path = join(temporaryFolder(), "save", "r");
    mkdirSync(path, {recursive: true});
    const run = openRunDirectory(path);
    const learnt: number[] = [];
    const network = {
      getWeights: async () => [],
      gradients: async ({count}: LabelledImages) => {
        learnt.push(count);
        return [];
      },
      forward: async ({count, pixels}: LabelledImages) => [
        {shape: [2], values: new Float32Array(2 * count)},
        {shape: [2], values: Float32Array.from([...pixels].flatMap((v) => (v > 0 ? [0, 1] : [1, 0])))},
      ],
    };
    const settings = {projected, batchSize, names: "plain", isKept: (epoch: number) => epoch !== 1} as const;
    const log = await openRunLog(run, {}, network as never, data, settings);
    const line = {epoch: 2, trainLoss: 1, testLoss: 1, testAccuracy: 1, seconds: {}, steps: []};
    await log.epoch(line as never, undefined, isShown ? {} : undefined);
    log.finish(true);
    const folder = await logFolderOf(run.path);
    const config = join(folder, "projector_config.pbtxt");
    return {learnt, folder, config: existsSync(config) ? readFileSync(config, "utf8") : ""};
  }

  test("shows the points of each epoch that is kept, with the answers to so many images", async () => {
    const {config, folder} = await logged(3);
    expect(["epoch 0", "epoch 1", "epoch 2"].map((name) => config.includes(`"${name}"`))).toEqual([true, false, true]);
    const file = readdirSync(folder, {recursive: true}).find((name) => /metadata.*\.tsv$/.test(`${name}`));
    const rows = readFileSync(join(folder, `${file}`), "utf8")
      .trim()
      .split("\n");
    expect(rows.map((row) => row.split("\t"))).toEqual([
      ["label", "prediction", "index", "file"],
      ["x", "x", "0", "a"],
      ["y", "y", "1", "b"],
      ["x", "y", "2", "c"],
    ]);
    expect((await logged(0)).config).toBe("");
  });

  test("has the gradients of as many images as there are, or as one step takes, and none of an epoch that is not shown", async () => {
    expect((await logged(0)).learnt).toEqual([3]);
    expect((await logged(0, 2)).learnt).toEqual([2]);
    expect((await logged(3, 2, false)).learnt).toEqual([]);
    expect((await logged(3, 2, false)).config).toBe("");
  });
});

describe("layers' answers", () => {
  const values = [
    [1, -2, 0, 3],
    [2, 2, -1, 0],
  ];
  const test_ = split([0, 1], [0, 1]);
  /** Answers with the image's row, laid out as the size that the layer has. */
  function network() {
    const asked: (readonly string[])[] = [];
    const self = {
      classNames: ["x", "y"],
      forward: async ({pixels}: LabelledImages, layers: readonly string[]) => {
        asked.push(layers);
        return layers.map((layer) => ({
          layer,
          shape: [4],
          values: Float32Array.from([...pixels].flatMap((pixel) => values[Math.round(255 * pixel)])),
        }));
      },
    };
    return {network: self as never, asked};
  }
  const both = Uint32Array.of(0, 1);

  test("have each unit's mean size, its share above 0, and whether none is below 0", async () => {
    const {network: asked} = network();
    const [dense, flat] = await answersOf(
      asked,
      [
        {name: "a", size: [1, 1, 4]},
        {name: "b", size: [2, 1, 2]},
      ],
      test_,
      both,
    );
    expect(dense).toMatchObject({
      ...{activity: Float32Array.of(1.5, 2, 0.5, 1.5), on: Float32Array.of(1, 0.5, 0, 0.5), rectified: false},
    });
    // two places of two units: (1, -2), (0, 3) and (2, 2), (-1, 0)
    expect(flat).toMatchObject({activity: Float32Array.of(1, 1.75), on: Float32Array.of(0.5, 0.5), rectified: false});
    const [positive] = await answersOf(asked, [{name: "a", size: [1, 1, 1]}], split([0], [0]), Uint32Array.of(0));
    expect(positive.rectified).toBe(true);
  });

  test("of more than seven places a side are averaged in blocks, smaller at the edges", async () => {
    // 8 x 9 places: blocks of 2 x 2, the last column of them one place wide
    const place = (y: number, x: number) => 10 * y + x;
    const pixels = Array.from({length: 72}, (_, n) => place(Math.floor(n / 9), n % 9));
    const block = (top: number, left: number) => {
      const own = [0, 1].flatMap((y) => [0, 1].filter((x) => left + x < 9).map((x) => place(top + y, left + x)));
      return own.reduce((sum, v) => sum + v, 0) / own.length;
    };
    const blocks = [0, 2, 4, 6].flatMap((top) => [0, 2, 4, 6, 8].map((left) => block(top, left)));
    const asked = {
      classNames: ["x", "y"],
      // the second image is the first one turned: its blocks are in another order
      forward: async ({count}: LabelledImages) => [
        {values: Float32Array.from([...pixels, ...pixels.map((v) => -v)].slice(0, 72 * count))},
      ],
    };
    const layers = [{name: "a", size: [8, 9, 1] as const}];
    const [{gram, activity}] = await answersOf(asked as never, layers, test_, both);
    const square = blocks.reduce((sum, v) => sum + v * v, 0);
    expect([...gram].map(Math.abs)).toBeAllClose([square], {rtol: 1e-5});
    expect(activity[0]).toBeCloseTo(pixels.reduce((sum, v) => sum + v, 0) / 72, 4);
  });

  test("are asked for in one pass as long as there is room", async () => {
    const asked: (readonly string[])[] = [];
    const broken = {
      classNames: ["x", "y"],
      forward: async (_: unknown, layers: readonly string[]) => {
        asked.push(layers);
        throw new Error("enough is known"); // before time is spent on so many numbers
      },
    };
    // two images: ten million numbers of their answers, and as many averages
    const layers = ["a", "b", "c"].map((name) => ({name, size: [2, 2, 1.25e6] as const}));
    await expect(answersOf(broken as never, layers, test_, both)).rejects.toThrow("enough is known");
    expect(asked).toEqual([["a", "b"]]);
  });

  test("are those of a layer after its activation, and kept with a sample of its weights", async () => {
    const directory = newRun();
    const {network: asked, asked: names} = network();
    const layer = (name: string, type: string) => ({name, type, outputShape: [null, 4], parameters: 0});
    const kernel = (name: string, value: number) => ({
      ...{name: `${name}/kernel`, shape: [2, 1], values: Float32Array.of(3 * value, 4 * value)},
    });
    const layers = [
      ...[layer("a", "Dense"), layer("n", "BatchNormalization"), layer("r", "ReLU"), layer("p", "Flatten")],
      ...[layer("b", "Dense"), layer("c", "Dense")],
    ];
    const bias = {name: "p/bias", shape: [2], values: Float32Array.of(1, 1)};
    const weights = [kernel("a", 1), bias, kernel("b", 2), kernel("c", 3)];
    const whole = {...(asked as object), getWeights: async () => weights, gradients: async () => weights};
    const learnt = await split([1]).read([0]);
    for await (const _ of keepLayers(directory, whole as never, layers, {test: test_, epoch: 1, learnt}));
    expect(names).toEqual([["r", "b", "c"]]);
    const kept = (await readSaved(join(directory.path, "artifacts/layers/epoch-001.json"))) as {
      readonly indices: Uint32Array;
      readonly layers: readonly {readonly layer: string; readonly weights: number; readonly gradient: number}[];
    };
    expect([...kept.indices]).toEqual([0, 1]);
    expect(kept.layers.map(({layer: name, weights: count, gradient}) => [name, count, gradient])).toEqual([
      ["a", 2, 5],
      ["b", 2, 10],
      ["c", 2, 15],
    ]);
    expect(kept).not.toHaveProperty("blocks");
    const none = newRun();
    const empty = {...(asked as object), getWeights: async () => [bias]};
    for await (const _ of keepLayers(none, empty as never, layers, {test: test_, epoch: 1}));
    expect(existsSync(join(none.path, "artifacts/layers"))).toBe(false);
  });

  test("of a network that lists its own layers are those that it names", async () => {
    const directory = newRun();
    const {network: asked, asked: names} = network();
    const own = {
      layer: "a",
      type: "Conv",
      answer: "relu1",
      shape: [2, 1, 2],
      kernel: {shape: [2], values: new Float32Array(2)},
    };
    const whole = {...(asked as object), getWeights: async () => [], weightedLayers: () => [own]};
    for await (const _ of keepLayers(directory, whole as never, [], {test: test_, epoch: 1}));
    expect(names).toEqual([["relu1"]]);
    expect(await readSaved(join(directory.path, "artifacts/layers/epoch-001.json"))).toMatchObject({
      layers: [{layer: "a", type: "Conv", weights: 2, gradient: null}],
    });
  });

  test("to the samples are kept for all layers that do something, with how far the weights moved", async () => {
    const directory = newRun();
    const {network: asked, asked: names} = network();
    const weights = [{name: "a/kernel", shape: [2], values: Float32Array.of(1, 2)}];
    const whole = {...(asked as object), getWeights: async () => weights};
    const layers = [
      {name: "in", type: "InputLayer"},
      {name: "a", type: "Dense"},
    ] as never;
    const samples = await split([0]).read([0]);
    const looked = {samples, sampleIndices: Uint32Array.of(0), epoch: 1};
    for await (const _ of keepInside(directory, whole as never, layers, looked));
    expect(names).toEqual([["a"]]);
    const read = async () =>
      (await readSaved(join(directory.path, "artifacts/network/inside-epoch-001.json"))) as {weights: object[]};
    expect((await read()).weights[0]).not.toHaveProperty("moved");
    const before = [{...weights[0], values: Float32Array.of(1, 1)}];
    for await (const _ of keepInside(directory, whole as never, layers, looked, before));
    expect((await read()).weights[0]).toHaveProperty("moved");
    // a network of which nothing is known leaves no file
    const none = newRun();
    const empty = {...(asked as object), getWeights: async () => [], shownLayers: []};
    for await (const _ of keepInside(none, empty as never, [], looked));
    expect(existsSync(join(none.path, "artifacts/network"))).toBe(false);
    const half = {...(asked as object), getWeights: async () => weights, shownLayers: []};
    for await (const _ of keepInside(none, half as never, [], looked));
    expect(existsSync(join(none.path, "artifacts/network"))).toBe(true);
  });
});
